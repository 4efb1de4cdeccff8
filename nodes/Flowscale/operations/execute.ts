import type { Operation } from '../../core/items/operation';
import { itemOf } from '../../core/files/outputItems';
import { optionsField } from '../../core/items/operation';
import type { FlowscaleSession } from '../runs/session';
import { cancelStopped } from '../runs/runService';
import { reuseOption } from '../inputs/fields';
import { readStartOrder, startFields } from '../runs/startRequest';
import { startedRunShape } from '../../core/runs/runShape';

export const execute: Operation<FlowscaleSession> = {
	name: 'Execute',
	value: 'execute',
	action: 'Execute a workflow',
	description: 'Start a run without waiting for it',
	output: startedRunShape,
	fields: [...startFields, optionsField([reuseOption])],
	prepare: (item, session) => {
		const order = readStartOrder(item, session);
		let isSent = false;
		const send: typeof order.send = async () => {
			isSent = true;
			return await order.send();
		};
		return async () => {
			const run = await session.starter().start({ ...order, send });
			// Nobody will get to see this item: without it the run would be paid for nothing.
			if (isSent && session.context.getExecutionCancelSignal()?.aborted)
				await cancelStopped(session, run.run_id);
			return [itemOf(run)];
		};
	},
};
