import { ofRun, ServiceError } from '../../core/errors';
import type { Operation } from '../../core/items/operation';
import type { FlowscaleSession } from '../runs/session';
import { runField } from '../inputs/fields';
import { unknownRunError } from '../runs/findRun';
import { flag, record, text } from '../../core/shape';

export const cancelRun: Operation<FlowscaleSession> = {
	name: 'Cancel',
	value: 'cancel',
	action: 'Cancel a run',
	description: 'Stop a run that is queued or running',
	output: record({
		run_id: text('83c4ffd0-20f5-4bd1-9dcc-312684e4edaa'),
		cancelled: flag(true),
		message: text('Run cancelled successfully'),
	}),
	fields: [runField],
	prepare: (item, { api }) => {
		const runId = item.id('runId', 'Run ID');
		return async () => {
			const message = await api
				.cancel(runId)
				.catch((error: unknown) => orRefusal(ofRun(error, { run_id: runId })));
			const found = await api.run(runId).catch(() => undefined);
			if (message instanceof Error && found === null) throw unknownRunError(runId);
			const run = found?.run;
			// What cancelling a finished run answers is not documented: the run itself tells whether it is cancelled.
			if (message instanceof Error && !run?.finished) throw message;
			const cancelled = run === undefined || !run.finished || run.state === 'cancelled';
			return [
				{
					json: {
						run_id: runId,
						cancelled,
						message: message instanceof Error ? message.message : message,
					},
				},
			];
		};
	},
};

function orRefusal(error: unknown): ServiceError {
	if (error instanceof ServiceError && [400, 404, 405, 409, 422].includes(error.facts.status ?? 0))
		return error;
	throw error;
}
