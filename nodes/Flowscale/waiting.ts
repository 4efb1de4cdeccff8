import { isLoss } from '../core/http';
import type { Item } from '../core/item';
import { createLimiter } from '../core/limiter';
import { createRunWaiter, type RunWaiter } from '../core/runWaiter';
import { openStartMemory } from '../core/startMemory';
import { createStarter, type Starter } from '../core/starter';
import { readWatchSettings } from '../core/waitingFields';
import { createWatcher } from '../core/watchRuns';
import { completeOutputs } from './outputs';
import type { Session } from './session';
import { createWatchService, listGroup } from './watching';

const DETACHED = { isDetached: true, tries: 2 };

/** Starting: remembered, reused, sent once, or adopted. */
export function openStarter({ api, transport, context, clock, stop, progress }: Session, runIndex: number): Starter {
	const starter = createStarter(
		{
			readStart: (answer, { workflowId, groupId, texts }) => api.readStart(answer, { workflow_id: workflowId, group_id: groupId ?? null, inputs: texts }),
			getRun: async (runId) => (await api.run(runId))?.run ?? null,
			// Also after Stop: a run whose start was on its way then is still to be found, and cancelled.
			listGroup: async (groupId) => await listGroup(api, groupId, undefined, DETACHED),
			failureOf: (result) => (isLoss(result) ? transport.failureOfLoss(result) : transport.failureOf(result)),
			serviceTime: transport.serviceTime,
		},
		openStartMemory(context, runIndex),
		clock,
		stop,
	);
	const start: Starter['start'] = async (order) => {
		const run = await starter.start(order);
		if (!order.isContinued) progress.started(run);
		return run;
	};
	return { ...starter, start };
}

/** Waiting: one watcher for all items of the node. Its settings are the first item's, like the node's other limits. */
export function openWaiting(session: Session, item: Item): RunWaiter & { expectOne(): void } {
	const { api, clock, stop, context } = session;
	const { maxConcurrent, ...pace } = readWatchSettings(item);
	let left = 0;
	const outstanding = () => left;
	const waiter = createRunWaiter({
		watcher: createWatcher(createWatchService(session), { ...pace, outstanding, onChange: session.progress.changed }, clock, stop),
		cancel: async (runId) => await api.cancel(runId, DETACHED),
		completeOutputs: async (run) => await completeOutputs(api, run, clock, stop),
		places: createLimiter(maxConcurrent),
		clock,
		stop,
		isStopped: () => context.getExecutionCancelSignal()?.aborted ?? false,
		warn: (text) => context.logger.warn(text),
	});
	return { ...waiter, untilEnd: async (...wait) => await waiter.untilEnd(...wait).finally(() => left--), expectOne: () => left++ };
}

/** Cancels a run that was started for nothing, since the execution was stopped meanwhile. */
export async function cancelStopped({ api, context }: Session, runId: string): Promise<void> {
	await api.cancel(runId, DETACHED).catch((error: Error) => context.logger.warn(`Run ${runId} could not be cancelled at the service: ${error.message}`));
}
