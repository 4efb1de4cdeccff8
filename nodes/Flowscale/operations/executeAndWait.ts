import { outputItems } from '../../core/files/outputItems';
import {
	readWaitOrder,
	startTimeoutOption,
	waitingOptions,
	waitModeFields,
} from '../../core/waiting/waitingFields';
import { optionsField } from '../../core/items/operation';
import { readOutputSettings, outputOptions } from '../../core/files/outputFields';
import { waitingOperation } from '../../core/waiting/waitingOperation';
import type { FlowscaleSession } from '../runs/session';
import { maxQueuedOption, reuseOption } from '../inputs/fields';
import { cancelAfterStop, readStartRequest, startFields, startRun } from '../runs/startRequest';
import { runWithFilesShape } from '../../core/runs/runShape';

export const executeAndWait = waitingOperation<FlowscaleSession>({
	name: 'Execute and Wait',
	value: 'executeAndWait',
	action: 'Run a workflow and wait for its images, videos, audio or text',
	description: 'Run a workflow, wait for it and return its images, videos, audio or text',
	output: runWithFilesShape,
	fields: [
		...startFields,
		...waitModeFields,
		optionsField([maxQueuedOption, reuseOption, startTimeoutOption], waitingOptions, outputOptions),
	],
	prepareWait: (item, session) => {
		const order = readWaitOrder(item);
		const start = readStartRequest(item, session, order.timeoutMs);
		const settings = readOutputSettings(item);
		session.starter().announce(start);
		const cancel = cancelAfterStop(session);
		const cancelLate = async (runId: string) =>
			await (order.cancelRemote !== 'never' && cancel(runId));
		return {
			order,
			begin: async (isContinued) =>
				await startRun(item, session, { ...start, isContinued, cancelLate }),
			known: () => session.starter().known(item.index, start.workflowId),
			finish: async (run) => {
				const items = await outputItems(run, settings, session);
				session.starter().markHandedOut(start);
				return items;
			},
		};
	},
});
