import { outputItems } from '../../core/files/outputItems';
import { readWaitOrder, waitingOptions, waitModeFields } from '../../core/waiting/waitingFields';
import { optionsField } from '../../core/items/operation';
import { readOutputSettings, outputOptions } from '../../core/files/outputFields';
import { waitingOperation } from '../../core/waiting/waitingOperation';
import type { FlowscaleSession } from '../runs/session';
import { reuseOption } from '../inputs/fields';
import { readStartOrder, startFields } from '../runs/startRequest';
import { runWithFilesShape } from '../../core/runs/runShape';

export const executeAndWait = waitingOperation<FlowscaleSession>({
	name: 'Execute and Wait',
	value: 'executeAndWait',
	action: 'Execute a workflow and wait for its outputs',
	description: 'Start a run, wait for it and return its outputs',
	output: runWithFilesShape,
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
			finish: async (run) => await outputItems(run, settings, session.fetchOutput),
		};
	},
});
