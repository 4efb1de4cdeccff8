import { ServiceFailure } from '../../core/errors';
import type { Operation } from '../../core/menu';
import type { FlowscaleSession } from '../operations';
import { runField } from './fields';

export const cancelRun: Operation<FlowscaleSession> = {
	name: 'Cancel',
	value: 'cancel',
	action: 'Cancel a run',
	description: 'Stop a run that is queued or running',
	fields: [runField],
	prepare: (item, { api }) => {
		const runId = item.id('runId', 'Run ID');
		return async () => {
			const message = await api.cancel(runId).catch(orRefusal);
			const run = await api.run(runId).then((found) => found?.run, () => undefined);
			// What cancelling a finished run answers is not documented: the run itself tells whether it is cancelled.
			if (message instanceof Error && !run?.finished) throw message;
			const cancelled = run === undefined || !run.finished || run.state === 'cancelled';
			return [{ json: { run_id: runId, cancelled, message: message instanceof Error ? message.message : message } }];
		};
	},
};

function orRefusal(error: unknown): ServiceFailure {
	if (error instanceof ServiceFailure && [400, 409, 422].includes(error.facts.status ?? 0)) return error;
	throw error;
}
