import type { IExecuteFunctions } from 'n8n-workflow';
import type { Clock } from '../async/clock';
import type { Item } from '../items/item';
import { createLimiter } from '../async/limiter';
import type { Progress } from './progress';
import type { KnownRun } from '../runs/run';
import { createRunWaiter, type RunWaiter } from '../waiting/runWaiter';
import { openStartMemory } from '../starting/startMemory';
import { createStarter, type Starter } from '../starting/starter';
import type { StartService } from '../starting/startService';
import { readWatchSettings } from '../waiting/waitingFields';
import { createWatcher } from '../waiting/watcher';
import type { WatchService } from '../waiting/watchService';

/** All that a service must offer for its runs to be started and waited for. */
export interface RunService {
	start: StartService;
	watch: WatchService;
	/** Also after Stop. */
	cancel(runId: string): Promise<unknown>;
	/** Completes the outputs of a run that succeeded. */
	completeOutputs(run: KnownRun): Promise<KnownRun>;
}

export interface RunSessionParts {
	context: IExecuteFunctions;
	clock: Clock;
	stop: AbortSignal;
	progress: Progress;
	/** The run of the node that the items came in with. */
	runIndex: number;
}

/** Starter and waiter that all items of one node execution share; each is opened by the first item that needs it. */
export interface RunSession {
	starter(): Starter;
	/** For each item that will wait, once. Settings are the first item's, like the node's other limits. @throws ConfigurationError */
	waiting(item: Item): RunWaiter;
}

export function openRunSession(service: RunService, parts: RunSessionParts): RunSession {
	let starter: Starter | undefined;
	let waiter: RunWaiter | undefined;
	let left = 0;
	return {
		starter: () => (starter ??= openStarter(service, parts)),
		waiting: (item) => {
			waiter ??= openWaiter(service, parts, item, { outstanding: () => left, onEnd: () => left-- });
			left++;
			return waiter;
		},
	};
}

function openStarter(
	{ start: service }: RunService,
	{ context, clock, stop, progress, runIndex }: RunSessionParts,
): Starter {
	const starter = createStarter(service, openStartMemory(context, runIndex), clock, stop);
	const start: Starter['start'] = async (order) => {
		const run = await starter.start(order);
		if (!order.isContinued) progress.started(run);
		return run;
	};
	return { ...starter, start };
}

interface Count {
	outstanding(): number;
	onEnd(): void;
}

function openWaiter(
	{ watch, cancel, completeOutputs }: RunService,
	{ context, clock, stop, progress }: RunSessionParts,
	item: Item,
	{ outstanding, onEnd }: Count,
): RunWaiter {
	const { maxConcurrent, ...pace } = readWatchSettings(item);
	const waiter = createRunWaiter({
		watcher: createWatcher(
			watch,
			{ ...pace, outstanding, onChange: progress.changed },
			clock,
			stop,
		),
		cancel,
		completeOutputs,
		slots: createLimiter(maxConcurrent),
		clock,
		stop,
		isStopped: () => context.getExecutionCancelSignal()?.aborted ?? false,
		warn: (text) => context.logger.warn(text),
	});
	return {
		...waiter,
		untilEnd: async (...wait) => await waiter.untilEnd(...wait).finally(onEnd),
		refresh: async (run) => await waiter.refresh(run).finally(onEnd),
	};
}
