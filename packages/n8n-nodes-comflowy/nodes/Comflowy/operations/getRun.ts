import type { Operation } from '../../../../../nodes/core/menu';
import { itemOf, outputItems, ownItemOf } from '../../../../../nodes/core/outputItems';
import {
	downloadOption,
	optionsField,
	outputOptions,
	readOutputSettings,
} from '../../../../../nodes/core/waitingFields';
import { unknownRun } from '../../../../../nodes/core/watchedRun';
import { namedRun } from '../../../../../nodes/core/run';
import type { ComflowySession } from '../session';
import { runField } from './fields';

const otherOutputOptions = outputOptions.filter((option) => option !== downloadOption);

export const getRun: Operation<ComflowySession> = {
	name: 'Get',
	value: 'get',
	action: 'Get a run',
	description: 'Get a run by its ID, with its images if wanted',
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
	prepare: (item, { api, fetchOutput }) => {
		const runId = item.id('runId', 'Run ID');
		const isSimple = item.flag('simplify', true);
		const usual = readOutputSettings(item);
		const settings = {
			...usual,
			isDownloaded: usual.isDownloaded && item.flag('options.download', false),
		};
		return async () => {
			const found = await api.run(runId);
			if (found === null) throw unknownRun(namedRun(runId));
			if (!isSimple) return [ownItemOf(found.own)];
			if (!found.run.finished) return [itemOf(found.run)];
			return await outputItems(
				found.run,
				settings,
				async (run, output) => await fetchOutput(run, output, settings.maxFileBytes),
			);
		};
	},
};
