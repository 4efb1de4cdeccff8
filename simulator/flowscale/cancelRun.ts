import { json } from '../answer';
import { absent, failure } from './failures';
import type { Operation } from './service';
import { isOver } from './simulatedRun';

/**
 * `POST /runs/{run_id}/cancel` (protocols: cancel). What happens to a finished run is not
 * documented, hence the switch.
 */
export const cancelRun: Operation = ({ store, containers, dialect }, { params, entry }) => {
	if (dialect.cancel === 'none') return absent();
	entry.runId = params.run_id;
	const run = store.get(params.run_id);
	if (!run) return failure(404, 'Run not found', dialect.errors);
	run.cancelRequestedAt ??= Date.now();
	if (isOver(run)) {
		const text = `Run already ${run.state}`;
		return dialect.cancelFinished === 200
			? json(200, { status: 'success', data: text })
			: failure(dialect.cancelFinished, text, dialect.errors);
	}
	containers.finish(run, 'cancelled');
	return json(200, { status: 'success', data: 'Run cancelled successfully' });
};
