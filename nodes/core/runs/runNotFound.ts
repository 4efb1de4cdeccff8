import { ServiceError } from '../errors';
import type { KnownRun } from './run';

export function runNotFoundError({ run_id: runId }: KnownRun): ServiceError {
	return new ServiceError(`The service does not know run ${runId}`, {
		status: 404,
		runId,
		hint: 'Check the run ID, and that the credential belongs to the deployment that started it.',
	});
}
