import { outputItems } from '../../../../../nodes/core/files/outputItems';
import { readWaitOrder } from '../../../../../nodes/core/waiting/waitingFields';
import { optionsField } from '../../../../../nodes/core/items/operation';
import { readOutputSettings, outputOptions } from '../../../../../nodes/core/files/outputFields';
import { waitingOperation } from '../../../../../nodes/core/waiting/waitingOperation';
import { CALLBACK_TIMEOUT_SECONDS, registerCallback } from '../callback/callback';
import type { ComflowySession } from '../runs/session';
import {
	comflowyWaitModeFields,
	lookUpOption,
	pollingOptions,
	progressUrlOption,
	resultUrlOption,
	startFields,
} from '../inputs/fields';
import { LONGEST_HOLD_MS, readStartRequest } from '../runs/startRequest';
import type { KnownRun } from '../../../../../nodes/core/runs/run';
import { runWithImages } from '../runs/runShapes';

export const executeAndWait = waitingOperation<ComflowySession>({
	name: 'Execute and Wait',
	value: 'executeAndWait',
	action: 'Execute a workflow and wait for its outputs',
	description: 'Start a run, wait for it and return its outputs',
	output: runWithImages,
	fields: [
		...startFields,
		...comflowyWaitModeFields,
		optionsField([progressUrlOption, resultUrlOption, lookUpOption], pollingOptions, outputOptions),
	],
	prepareWait: (item, session) => {
		const callback = registerCallback(item);
		const order = readWaitOrder(item, callback && CALLBACK_TIMEOUT_SECONDS);
		// A callback may take a day, but a start is not held back for a day in the execution.
		const patienceMs = callback
			? Math.min(order.timeoutMs || LONGEST_HOLD_MS, LONGEST_HOLD_MS)
			: order.timeoutMs;
		const start = readStartRequest(item, session, patienceMs, callback?.url);
		const settings = readOutputSettings(item);
		const waitedFor = (run: KnownRun) => {
			callback?.expect(run.run_id);
			return { ...run, inputs: start.inputs };
		};
		return {
			order: { ...order, cancelRemote: 'never' },
			begin: async (isContinued) =>
				waitedFor(await session.starter().start({ ...start, isContinued })),
			known: () => {
				const run = session.starter().known(item.index, start.workflowId);
				return run && waitedFor(run);
			},
			finish: async (run) => await outputItems(run, settings, session),
		};
	},
});
