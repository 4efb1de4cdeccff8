import { ofRun, ServiceError } from '../../core/errors';
import type { FlowscaleApi } from '../api/api';

/** @throws ServiceError, which names the run */
export async function findRun(
	api: FlowscaleApi,
	runId: string,
): Promise<NonNullable<Awaited<ReturnType<FlowscaleApi['run']>>>> {
	const found = await api.run(runId).catch((error: unknown) => {
		throw ofRun(error, { run_id: runId });
	});
	if (found === null) throw unknownRunError(runId);
	return found;
}

export function unknownRunError(runId: string): ServiceError {
	return new ServiceError('Flowscale does not know the run', {
		status: 404,
		runId,
		hint: 'Check the run ID, and that the credential belongs to the deployment that started it. A run that was started a moment ago may not be known yet.',
	});
}
