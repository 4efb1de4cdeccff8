import { ServiceError } from '../errors';
import type { KnownRun } from './run';

export function runNotFoundError(
	{ run_id: runId }: Pick<KnownRun, 'run_id'>,
	serviceName: string,
): ServiceError {
	return new ServiceError(`${serviceName} does not know the run`, {
		status: 404,
		runId,
		hint: 'Check the run ID, and that the run was started at the same address and with a key of the same account.',
	});
}
