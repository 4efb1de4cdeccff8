import { type Operation, optionsField } from '../../core/items/operation';
import { itemOf } from '../../core/files/outputItems';
import type { FlowscaleSession } from '../runs/session';
import { maxQueuedOption, reuseOption } from '../inputs/fields';
import { cancelAfterStop, readStartRequest, startFields, startRun } from '../runs/startRequest';
import { startedRunShape } from '../../core/runs/runShape';

/**
 * "Too many requests" and a long queue say "later": a start without a Timeout of its own waits as
 * long as one by default has.
 */
const LONGEST_HOLD_MS = 600_000;

export const execute: Operation<FlowscaleSession> = {
	name: 'Execute',
	value: 'execute',
	action: 'Start a workflow without waiting for it',
	description: 'Start a run without waiting for it',
	output: startedRunShape,
	fields: [...startFields, optionsField([maxQueuedOption, reuseOption])],
	prepare: (item, session) => {
		const start = readStartRequest(item, session, LONGEST_HOLD_MS);
		session.starter().announce(start);
		const cancelLate = cancelAfterStop(session);
		return async () => {
			const request = { ...start, cancelLate };
			const run = await startRun(item, session, request);
			if (session.starter().hasStarted(run.run_id)) await cancelLate(run.run_id);
			session.starter().markHandedOut(request);
			return [itemOf(run)];
		};
	},
};
