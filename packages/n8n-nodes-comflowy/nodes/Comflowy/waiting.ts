import { isLoss } from '../../../../nodes/core/http';
import type { Item } from '../../../../nodes/core/item';
import { createLimiter } from '../../../../nodes/core/limiter';
import { createRunWaiter, type RunWaiter } from '../../../../nodes/core/runWaiter';
import { openStartMemory } from '../../../../nodes/core/startMemory';
import { createStarter, type Starter } from '../../../../nodes/core/starter';
import { readWatchSettings } from '../../../../nodes/core/waitingFields';
import { createWatcher } from '../../../../nodes/core/watchRuns';
import type { Session } from './session';

/** Starting: remembered and sent once. Comflowy lists no runs, so that none can be found again whose answer was lost. */
export function openStarter({ api, transport, context, clock, stop, progress }: Session, runIndex: number): Starter {
	const starter = createStarter(
		{
			readStart: (answer, { workflowId }) => api.readStart(answer, workflowId),
			isRefusal: api.isRefusal,
			getRun: async (runId) => (await api.run(runId))?.run ?? null,
			listGroup: async () => undefined,
			failureOf: (result) => (isLoss(result) ? transport.failureOfLoss(result) : api.refusal(result)),
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
export function openWaiting({ api, clock, stop, context, progress }: Session, item: Item): RunWaiter & { expectOne(): void } {
	const { maxConcurrent, ...pace } = readWatchSettings(item);
	let left = 0;
	const outstanding = () => left;
	const look = async (run: Parameters<typeof api.run>[1] & { run_id: string }) => (await api.run(run.run_id, run, { tries: 1 }))?.run ?? null;
	const waiter = createRunWaiter({
		watcher: createWatcher({ look }, { ...pace, outstanding, onChange: progress.changed }, clock, stop),
		// Comflowy documents no way to cancel: every wait order says "never".
		cancel: async () => undefined,
		completeOutputs: async (run) => run,
		places: createLimiter(maxConcurrent),
		clock,
		stop,
		isStopped: () => context.getExecutionCancelSignal()?.aborted ?? false,
		warn: (text) => context.logger.warn(text),
	});
	return { ...waiter, untilEnd: async (...wait) => await waiter.untilEnd(...wait).finally(() => left--), expectOne: () => left++ };
}
