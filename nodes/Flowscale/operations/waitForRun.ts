import { outputItems } from '../../core/outputItems';
import { namedRun } from '../../core/run';
import {
	optionsField,
	outputOptions,
	readOutputSettings,
	readWaitOrder,
	waitingOptions,
	waitModeFields,
} from '../../core/waitingFields';
import { waitingOperation } from '../../core/waitingOperation';
import type { FlowscaleSession } from '../operations';
import { runField } from './fields';

export const waitForRun = waitingOperation<FlowscaleSession>({
	name: 'Wait',
	value: 'wait',
	action: 'Wait for a run',
	description: 'Wait for a run that was started earlier, here or anywhere, and return its outputs',
	fields: [runField, ...waitModeFields, optionsField(waitingOptions, outputOptions)],
	prepareWait: (item, session) => {
		const runId = item.id('runId', 'Run ID');
		const settings = readOutputSettings(item);
		return {
			order: readWaitOrder(item),
			begin: async () => namedRun(runId),
			finish: async (run) =>
				await outputItems(
					run,
					settings,
					async (of, output) => await session.fetchOutput(of, output, settings.maxFileBytes),
				),
		};
	},
});
