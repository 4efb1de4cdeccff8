import { isNetworkFailure } from '../../../../../nodes/core/http/http';
import type { RunService } from '../../../../../nodes/core/execution/runSession';
import type { Transport } from '../../../../../nodes/core/http/transport';
import type { ComflowyApi } from '../api/api';

/**
 * Comflowy's side of starting and watching runs. It lists none, so that a run whose answer was lost
 * cannot be found again.
 */
export function createRunService({
	api,
	transport,
}: {
	api: ComflowyApi;
	transport: Transport;
}): RunService {
	return {
		start: {
			place: transport.root,
			serviceName: 'Comflowy',
			readStart: (answer, { workflowId }) => api.readStart(answer, workflowId),
			isRefusal: api.isRefusal,
			getRun: async (runId) => (await api.run(runId))?.run ?? null,
			listGroup: async () => undefined,
			failureOf: (result) =>
				isNetworkFailure(result) ? transport.networkError(result) : api.refusal(result),
			serviceTime: transport.serviceTime,
		},
		watch: {
			serviceName: 'Comflowy',
			poll: async (run) => (await api.run(run.run_id, run, { tries: 1 }))?.run ?? null,
		},
		collect: { byRun: 'Run > Get' },
		// Comflowy documents no way to cancel, so every wait is set never to cancel.
		cancel: async () => undefined,
		completeOutputs: async (run) => run,
	};
}
