import { systemClock } from '../../core/async/clock';
import { hasStatus, ServiceError } from '../../core/errors';
import { isNetworkFailure } from '../../core/http/http';
import { hintOnce } from '../../core/execution/hintOnce';
import type { RunService } from '../../core/execution/runSession';
import { sendCancel } from './cancelling';
import { completeOutputs } from './outputs';
import type { Session } from './session';
import { adviceIfUncertain, reuseErrors } from './startErrors';
import { createGroupTurns } from '../../core/starting/groupTurns';
import { createQueueGate, type QueueGate, type QueueLength } from '../../core/starting/queueGate';
import { readQueueLength } from '../api/queueLength';
import { listGroupRuns } from './groupRuns';
import { UPLOAD_CUT } from './startRequest';
import { createWatchService } from './watching';

/** Flowscale's side of starting, watching and cancelling runs. */
export function createRunService(session: Session): RunService {
	const { api, transport, clock, stop, context } = session;
	const warnOfMissingQueue = hintOnce(context, NO_QUEUE);
	return {
		start: {
			place: transport.root,
			serviceName: 'Flowscale',
			readStart: (answer, { workflowId, groupId, texts }) =>
				api.readStart(answer, {
					workflow_id: workflowId,
					group_id: groupId ?? null,
					inputs: texts,
				}),
			getRun: async (runId) => (await api.run(runId))?.run ?? null,
			listGroup: async (groupId, scope) => await listGroupRuns(api, groupId, scope),
			failureOf: (result) => {
				if (!isNetworkFailure(result)) return transport.failureOf(result);
				const { message, facts } = transport.networkError(result);
				const hint = result.code === UPLOAD_CUT ? UPLOAD_CUT_HINT : facts.hint;
				return new ServiceError(message, { ...facts, hint });
			},
			serviceTime: transport.serviceTime,
			adviceIfUncertain,
			reuseErrors,
			enterGroup: async (groupId, execution) =>
				await groupTurns.enter(`${transport.root} ${groupId}`, execution, stop),
			untilQueueIsShort: async ({ maxQueued, patienceMs }) =>
				await queueGateOf(transport.root).pass({
					most: maxQueued,
					patienceMs,
					fieldName: 'Max Queued Runs',
					poll: async () => await pollQueue(session),
					warnOfMissingQueue,
					stop,
				}),
		},
		watch: createWatchService(session),
		collect: { byRun: 'Run > Wait', byGroup: 'Group > Wait' },
		cancel: async (runId) => await sendCancel(api, runId, clock),
		completeOutputs: async (run) => await completeOutputs(session, run),
		foundBy:
			'Reuse Run took it over, or it was found in its group after a start without a clear answer',
	};
}

const UPLOAD_CUT_HINT =
	'Execute this item again. If that does not help, its files may be larger than the deployment, or a proxy before it, accepts.';

const NO_QUEUE =
	'Max Queued Runs has no effect here: this deployment does not show its queue. The runs are started as if it were not set.';

/** Executions of this process that reuse runs of the same group take turns. */
const groupTurns = createGroupTurns(systemClock);

/** The queue is the deployment's, so all executions of this process share what they know of it. */
const queueGates = new Map<string, QueueGate>();

function queueGateOf(root: string): QueueGate {
	const gate = queueGates.get(root) ?? createQueueGate(systemClock);
	queueGates.set(root, gate);
	return gate;
}

async function pollQueue({ api }: Session): Promise<QueueLength | undefined> {
	return await api.queue().then(readQueueLength, (error: unknown) => {
		// The vendor's OpenAPI has the queue; a proxy or an older deployment may lack it.
		if (hasStatus(error, 404, 405, 501)) return undefined;
		throw error;
	});
}
