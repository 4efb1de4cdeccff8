import { type Operation, optionsField } from '../../../../../nodes/core/items/operation';
import { itemOf, outputItems, rawItem } from '../../../../../nodes/core/files/outputItems';
import {
	readOutputSettings,
	outputOptions,
	downloadOption,
} from '../../../../../nodes/core/files/outputFields';
import { runNotFoundError } from '../../../../../nodes/core/runs/runNotFound';
import type { ComflowySession } from '../runs/session';
import { runField } from '../inputs/fields';
import { runWithImages } from '../runs/runShapes';

const otherOutputOptions = outputOptions.filter((option) => option !== downloadOption);

export const getRun: Operation<ComflowySession> = {
	name: 'Get',
	value: 'get',
	action: 'Get a run',
	description: 'Get a run by its ID, with its images if you want them',
	output: runWithImages,
	fields: [
		runField,
		{
			displayName: 'Simplify',
			name: 'simplify',
			type: 'boolean',
			default: true,
			description: 'Whether to return a simplified version of the response instead of the raw data',
		},
		optionsField([{ ...downloadOption, default: false }], otherOutputOptions),
	],
	prepare: (item, session) => {
		const runId = item.id('runId', 'Run ID');
		const isSimple = item.flag('simplify', true);
		const usual = readOutputSettings(item);
		const settings = {
			...usual,
			isDownloaded: usual.isDownloaded && item.flag('options.download', false),
		};
		return async () => {
			const found = await session.api.run(runId);
			if (found === null) throw runNotFoundError({ run_id: runId }, 'Comflowy');
			if (!isSimple) return [rawItem(found.raw)];
			if (!found.run.finished) return [itemOf(found.run)];
			return await outputItems(found.run, settings, session);
		};
	},
};
