import type { IExecuteFunctions } from 'n8n-workflow';
import type { Clock } from '../async/clock';
import { cleanText } from '../errors';
import type { Item } from '../items/item';
import { createLimiter } from '../async/limiter';
import { hintOnce } from './hintOnce';
import { type CollectOperations, createOtherRuns, type OtherRuns } from './otherRuns';
import type { Progress } from './progress';
import type { KnownRun } from '../runs/run';
import { cancelledHereError, openCancelledRuns } from '../waiting/cancelledRuns';
import { forgetRun } from '../waiting/leftRuns';
import {
	type CancellerParts,
	type CancelTry,
	createRunCanceller,
	type RunCanceller,
} from '../waiting/runCanceller';
import {
	createRunWaiter,
	type RunWaiter,
	STOP_PATIENCE_MS,
	type WaiterParts,
} from '../waiting/runWaiter';
import { openStartRemarks } from './startRemarks';
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
	/**
	 * Sends one cancel, also after Stop.
	 * @returns the run where the cancel was refused because it has ended
	 * @throws ServiceError
	 */
	cancel(runId: string, cancelTry: CancelTry): Promise<KnownRun | undefined>;
	/** How messages speak of a cancel, where it is not that of a run. */
	cancelText?: WaiterParts['cancelText'];
	cancelFailure?: CancellerParts['cancelFailure'];
	/** Its runs are groups of runs. */
	isGroup?: boolean;
	/** Completes the outputs of a run that succeeded. */
	completeOutputs(run: KnownRun): Promise<KnownRun>;
	foundBy?: WaiterParts['foundBy'];
	collect: CollectOperations;
}

export interface RunSessionParts {
	context: IExecuteFunctions;
	clock: Clock;
	stop: AbortSignal;
	progress: Pick<Progress, 'started' | 'changed'>;
	/** The run of the node that the items came in with. */
	runIndex: number;
}

/**
 * Starter and waiter that all items of one node execution share; each is opened by the first item
 * that needs it.
 */
export interface RunSession {
	starter(): Starter;
	/**
	 * For each item that will wait, once. Settings are the first item's, like the node's other
	 * limits.
	 * @throws ConfigurationError
	 */
	waiting(item: Item): RunWaiter;
	/** An item that was to wait has failed before it could begin. */
	neverBegun(): void;
	/** Cancels a run whose start was answered after the execution was stopped. Never rejects. */
	cancelStarted(runId: string): Promise<void>;
	/** Whose runs continue at the service when one item's failure ends the node. */
	otherRuns: OtherRuns;
}

export function openRunSession(service: RunService, parts: RunSessionParts): RunSession {
	let starter: Starter | undefined;
	let waiter: RunWaiter | undefined;
	let unbegun = 0;
	const canceller = openCanceller(service, parts);
	const otherRuns = createOtherRuns(service.watch.serviceName, service.collect);
	const shared: SharedByItems = {
		canceller,
		otherRuns,
		// Without a starter the runs are those that the user named.
		hasStarted: (runId) => starter?.hasStarted(runId) ?? true,
		unbegun: () => unbegun,
		onBegun: () => unbegun--,
		onWaitOver: () => starter?.released(),
	};
	return {
		otherRuns,
		cancelStarted: async (runId) => void (await canceller.cancel(runId, STOP_PATIENCE_MS)),
		starter: () => (starter ??= openStarter(service, parts, otherRuns)),
		waiting: (item) => {
			waiter ??= openWaiter(service, parts, item, shared);
			unbegun++;
			return waiter;
		},
		neverBegun: () => unbegun--,
	};
}

function openStarter(
	{ start: service }: RunService,
	{ context, clock, stop, progress, runIndex }: RunSessionParts,
	otherRuns: OtherRuns,
): Starter {
	const starter = createStarter({
		service: openStartRemarks(context).noting(withoutCancelledRuns(service, context)),
		memory: openStartMemory(context, runIndex, stop),
		clock,
		stop,
		executionStop: context.getExecutionCancelSignal(),
		warn: (text) => context.logger.warn(cleanText(text)),
	});
	const start: Starter['start'] = async (request) => {
		const run = await starter.start(request);
		otherRuns.note(request.itemIndex, run);
		if (!request.isContinued) progress.started(run);
		return run;
	};
	const known: Starter['known'] = (itemIndex, workflowId) => {
		const run = starter.known(itemIndex, workflowId);
		if (run) otherRuns.note(itemIndex, run);
		return run;
	};
	return { ...starter, start, known };
}

/**
 * The service, which does not start a run again that was cancelled here because the item's time was
 * up. Stop cancels no run that was found to have ended.
 */
function withoutCancelledRuns(service: StartService, context: IExecuteFunctions): StartService {
	const cancelled = openCancelledRuns(context);
	const executionStop = context.getExecutionCancelSignal();
	return {
		...service,
		getRun: async (runId) => {
			if (cancelled.has(runId)) throw cancelledHereError(runId);
			const run = await service.getRun(runId);
			if (run?.finished && executionStop) forgetRun(executionStop, runId);
			if (run?.state === 'cancelled' && cancelled.isAsked(runId)) throw cancelledHereError(runId);
			return run;
		},
	};
}

function openCanceller(
	{ cancel, cancelFailure, isGroup, watch: { serviceName } }: RunService,
	{ context, clock }: RunSessionParts,
): RunCanceller {
	return createRunCanceller({
		cancel,
		cancelFailure,
		isGroup,
		serviceName,
		clock,
		warn: (text) => context.logger.warn(cleanText(text)),
	});
}

const noStartTimeout = (serviceName: string) =>
	`Start Timeout has no effect here: ${serviceName} reports neither a separate state for queued runs nor the time when a run began. The node waits as if it were not set.`;

interface SharedByItems {
	canceller: RunCanceller;
	/** Whether this execution started the run, or the user named it. */
	hasStarted(runId: string): boolean;
	/** Items that wait for their slot, or for the answer to their start. */
	unbegun(): number;
	/** An item's run is watched from now on, or never will be. */
	onBegun(): void;
	/** An item's run has ended, or is not waited for any more. */
	onWaitOver(): void;
	otherRuns: OtherRuns;
}

function openWaiter(
	{ watch, completeOutputs, cancelText, foundBy }: RunService,
	{ context, clock, stop, progress }: RunSessionParts,
	item: Item,
	{ canceller, hasStarted, unbegun, onBegun, onWaitOver, otherRuns }: SharedByItems,
): RunWaiter {
	const { maxConcurrent, ...pace } = readWatchSettings(item);
	const cancelledRuns = openCancelledRuns(context);
	return createRunWaiter({
		serviceName: watch.serviceName,
		cancelText,
		foundBy,
		watcher: createWatcher(
			openStartRemarks(context).explaining(watch),
			{
				...pace,
				unbegun,
				onChange: progress.changed,
				onUnclearStart: hintOnce(context, noStartTimeout(watch.serviceName)),
			},
			clock,
			stop,
		),
		canceller,
		hasStarted,
		onBegun,
		onCancelAsked: cancelledRuns.ask,
		onCancelled: (runId) => {
			cancelledRuns.note(runId);
			otherRuns.drop(runId);
		},
		onEnded: ({ run_id, state }) => {
			if (state !== 'succeeded' && state !== 'unknown') otherRuns.drop(run_id);
		},
		onWaitOver,
		completeOutputs,
		slots: createLimiter(maxConcurrent),
		clock,
		nodeEnd: stop,
		executionStop: context.getExecutionCancelSignal(),
	});
}
