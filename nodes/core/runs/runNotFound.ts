import { ServiceError } from '../errors';
import type { KnownRun } from './run';

export function runNotFoundError({ run_id: runId }: KnownRun): ServiceError {
	return new ServiceError(`The service does not know run ${runId}`, {
		status: 404,
		runId,
		hint: 'Check the run ID, and that the run was started at the same address and with a key of the same account.',
	});
}
