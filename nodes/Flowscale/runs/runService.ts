import { isNetworkFailure } from '../../core/http/http';
import type { RunService } from '../../core/execution/runSession';
import { completeOutputs } from './outputs';
import type { Session } from './session';
import { createWatchService, listWholeGroup } from './watching';

const DETACHED = { isDetached: true, tries: 2 };

/** Flowscale's side of starting, watching and cancelling runs. */
export function createRunService(session: Session): RunService {
	const { api, transport, clock, stop } = session;
	return {
		start: {
			readStart: (answer, { workflowId, groupId, texts }) =>
				api.readStart(answer, {
					workflow_id: workflowId,
					group_id: groupId ?? null,
					inputs: texts,
				}),
			getRun: async (runId) => (await api.run(runId))?.run ?? null,
			// Also after Stop: a run whose start was on its way then is still to be found, and cancelled.
			listGroup: async (groupId) => await listWholeGroup(api, groupId, DETACHED),
			failureOf: (result) =>
				isNetworkFailure(result) ? transport.networkError(result) : transport.failureOf(result),
			serviceTime: transport.serviceTime,
		},
		watch: createWatchService(session),
		cancel: async (runId) => await api.cancel(runId, { isDetached: true, tries: 1 }),
		completeOutputs: async (run) =>
			await completeOutputs({ api, clock, stop, serviceTime: transport.serviceTime }, run),
	};
}

/** Cancels a run that was started for nothing, since the execution was stopped meanwhile. */
export async function cancelStopped({ api, context }: Session, runId: string): Promise<void> {
	await api
		.cancel(runId, DETACHED)
		.catch((error: Error) =>
			context.logger.warn(`Run ${runId} could not be cancelled at the service: ${error.message}`),
		);
}
