import type { Operation } from '../../core/menu';
import { outputItems } from '../../core/outputItems';
import { optionsField, outputOptions, readOutputSettings, readWaitOrder, waitingOptions } from '../../core/waitingFields';
import type { FlowscaleSession } from '../operations';
import { namedRun } from '../waiting';
import { runField } from './fields';

export const waitForRun: Operation<FlowscaleSession> = {
	name: 'Wait',
	value: 'wait',
	action: 'Wait for a run',
	description: 'Wait for a run that was started earlier, here or anywhere, and return its outputs',
	fields: [runField, optionsField(waitingOptions, outputOptions)],
	itemsAtATime: Number.POSITIVE_INFINITY,
	prepare: (item, session) => {
		const runId = item.id('runId', 'Run ID');
		const wait = readWaitOrder(item);
		const settings = readOutputSettings(item);
		const waitFor = session.waiting(item);
		return async () => {
			const run = await waitFor(async () => namedRun(runId), wait);
			return await outputItems(run, settings, async (of, output) => await session.fetchOutput(of, output, settings.maxFileBytes));
		};
	},
};
