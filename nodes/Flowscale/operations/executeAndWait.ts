import { outputItems } from '../../core/outputItems';
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
import { reuseOption } from './fields';
import { readStartOrder, startFields } from './starting';

export const executeAndWait = waitingOperation<FlowscaleSession>({
	name: 'Execute and Wait',
	value: 'executeAndWait',
	action: 'Execute a workflow and wait for its outputs',
	description: 'Start a run, wait for it and return its outputs',
	fields: [
		...startFields,
		...waitModeFields,
		optionsField([reuseOption], waitingOptions, outputOptions),
	],
	prepareWait: (item, session) => {
		const start = readStartOrder(item, session);
		const settings = readOutputSettings(item);
		return {
			order: readWaitOrder(item),
			begin: async (isContinued) => await session.starter().start({ ...start, isContinued }),
			finish: async (run) =>
				await outputItems(
					run,
					settings,
					async (of, output) => await session.fetchOutput(of, output, settings.maxFileBytes),
				),
		};
	},
});
