import type { Operation } from '../../core/items/operation';
import { flag, record, text } from '../../core/shape';
import type { FlowscaleSession } from '../runs/session';
import { runField } from '../inputs/fields';
import { cancelAndCheck } from '../runs/cancelling';

export const cancelRun: Operation<FlowscaleSession> = {
	name: 'Cancel',
	value: 'cancel',
	action: 'Cancel run',
	description: 'Stop a run that is queued or running',
	output: record({
		run_id: text('83c4ffd0-20f5-4bd1-9dcc-312684e4edaa'),
		cancelled: flag(true),
		message: text('Run cancelled successfully'),
	}),
	fields: [runField],
	prepare: (item, { api, clock, stop }) => {
		const runId = item.id('runId', 'Run');
		return async () => [{ json: { ...(await cancelAndCheck(api, runId, clock, stop)) } }];
	},
};
