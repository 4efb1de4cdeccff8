import type { Clock } from '../async/clock';
import { ExecutionCancelledError, hasStatus, ofRun, orServiceError, ServiceError } from '../errors';
import type { Limiter } from '../async/limiter';
import { failureAdvice } from '../runs/failureAdvice';
import { hasUnknownEnd, type KnownRun, type RunState, runWithId } from '../runs/run';
import { StartTimeout } from './beginning';
import { forgetRun, isFirstToCancel, leaveRun } from './leftRuns';
import type { CancelOutcome, RunCanceller } from './runCanceller';
import type { Watcher } from './watcher';
import { STILL_RUNNING, WaitTimeout } from './watchedRun';

export type CancelRemote = 'never' | 'onStop' | 'onStopOrTimeout';

export interface WaitOrder {
	/** 0: none */
	timeoutMs: number;
	/** How long a run may wait for its begin; 0: no limit. */
	startTimeoutMs?: number;
	cancelRemote: CancelRemote;
	/** Return a run that did not succeed as a normal item. */
	isFailedRunAnItem: boolean;
}

/** A stretch of polling between two suspensions. Times in epoch ms. */
export interface PollWindow {
	/** An item whose run has not ended by then gets `StillRunning`. */
	endsMs: number;
	/**
	 * Whether the run was waited for before: it is polled once, however late this resume gets to it.
	 */
	isBegun: boolean;
	/** A deadline this shortly after the end is waited for at once. */
	deadlineSlackMs: number;
	/** Since when the run is waited for. */
	sinceMs: number;
	/** When the run's outputs were last read although it seemed to be in progress. */
	verifiedMs: number;
}

export interface RunWaiter {
	/**
	 * Waits for a free slot, then for the run.
	 * @param begin gives the run to wait for: started, adopted, or just named
	 * @throws WaitTimeout | ServiceError | ExecutionCancelledError | StillRunning (with a poll window
	 *   only)
	 */
	untilEnd(
		begin: () => Promise<KnownRun>,
		order: WaitOrder,
		pollWindow?: PollWindow,
	): Promise<KnownRun>;
	/**
	 * Waits for a run that began before a suspension. It is in progress, so it takes a slot even where
	 * none is free.
	 * @throws WaitTimeout | ServiceError | ExecutionCancelledError | StillRunning
	 */
	rejoin(run: KnownRun, order: WaitOrder, pollWindow: PollWindow): Promise<KnownRun>;
	/** Polls nothing until the function that it returns is called. */
	holdPolls: Watcher['holdPolls'];
	/**
	 * Stop cancels the run, where the user wishes that, unless it is waited for again: its item failed
	 * before an earlier suspension, and the run had not ended.
	 */
	leave(run: KnownRun, order: WaitOrder): void;
	/**
	 * The wait ends because the service has answered no check for too long: Stop cancels the run,
	 * where the user wishes that.
	 * @param run absent where the item's run had not begun
	 * @returns the item's failure
	 */
	giveUp(run: KnownRun | undefined, order: WaitOrder, failure: ServiceError): ServiceError;
	/**
	 * A run that is known to have ended, as it is now. It takes no slot.
	 * @throws ServiceError | ExecutionCancelledError
	 */
	refresh(run: KnownRun): Promise<KnownRun>;
	/**
	 * The ended run with its outputs.
	 * @throws ServiceError when it did not succeed, unless that is an item
	 */
	conclude(ended: KnownRun, order: WaitOrder): Promise<KnownRun>;
}

export interface WaiterParts {
	/** As messages call the service. */
	serviceName: string;
	/** What became of a cancel, for the user; by default of a run's. */
	cancelText?(outcome: CancelOutcome): string;
	/** How a node may have come by a run that it did not start, as half a sentence for the user. */
	foundBy?: string;
	watcher: Watcher;
	canceller: RunCanceller;
	/**
	 * Whether this execution started the run. A run that it only found in the group belongs to the
	 * execution that started it.
	 */
	hasStarted(runId: string): boolean;
	/** An item's run is watched from now on, or never will be. Called once for each item. */
	onBegun(): void;
	/** The run's cancel is about to be sent because the item's time was up. */
	onCancelAsked(runId: string): void;
	/** The run is being cancelled because the item's time was up. */
	onCancelled(runId: string): void;
	/** The run has ended. */
	onEnded(run: KnownRun): void;
	/** An item's run has ended, or is not waited for any more. */
	onWaitOver(): void;
	/** Completes the outputs of a run that succeeded. */
	completeOutputs(run: KnownRun): Promise<KnownRun>;
	/** Runs in flight at a time. */
	slots: Limiter;
	clock: Clock;
	/** The node's end, by Stop or by a failed item, which cancels nothing. */
	nodeEnd?: AbortSignal;
	/** Stop of the whole execution, by the user or n8n's own timeout: it outlives the node. */
	executionStop?: AbortSignal;
}

/**
 * After Stop a node ends at once: a cancel that is not accepted by then is tried further in the
 * background.
 */
export const STOP_PATIENCE_MS = 500;
/** An item whose time is up waits this long to say what became of its run. */
const TIMEOUT_PATIENCE_MS = 2_000;
/**
 * How long a run is polled after its cancel was accepted: a cancel takes effect within moments, or
 * much later.
 */
const CANCEL_CHECK_MS = 3_000;

/** Waits for runs one by one on behalf of their items; all share one watcher. */
export function createRunWaiter(parts: WaiterParts): RunWaiter {
	const { slots, watcher, clock, onBegun, onWaitOver } = parts;
	return {
		untilEnd: async (begin, order, pollWindow) => {
			const noteBegun = once(onBegun);
			try {
				return await slots(async (hasWaited) => {
					// A failed item frees its slot one turn of the event loop before its failure ends the node.
					if (hasWaited) await clock.pause(0);
					checkMayBegin(parts, pollWindow);
					const run = await begin();
					// In the same turn as the run joins the watcher: a thousand items may get here at once.
					noteBegun();
					return await watchRun(parts, run, order, pollWindow);
				});
			} finally {
				noteBegun();
				onWaitOver();
			}
		},
		rejoin: (...wait) => rejoin(parts, ...wait),
		holdPolls: watcher.holdPolls,
		leave: (run, order) => leaveToStop(parts, run.run_id, order),
		giveUp: (run, order, failure) => {
			if (run) leaveToStop(parts, run.run_id, order);
			return ofRun(failure, run);
		},
		refresh: async (run) => {
			onBegun();
			return await watcher.watch(run, Number.POSITIVE_INFINITY).finally(onWaitOver);
		},
		conclude: async (ended, order) => await conclude(parts, ended, order),
	};
}

function once(act: () => void): () => void {
	let isDone = false;
	return () => {
		if (!isDone) act();
		isDone = true;
	};
}

async function rejoin(
	parts: WaiterParts,
	run: KnownRun,
	order: WaitOrder,
	pollWindow: PollWindow,
): Promise<KnownRun> {
	const { slots, onBegun, onWaitOver } = parts;
	onBegun();
	const leaveSlot = slots.occupy();
	try {
		// Also after the node's end: the end of its wait cancels the run, or leaves it to Stop.
		return await watchRun(parts, run, order, pollWindow);
	} finally {
		leaveSlot();
		onWaitOver();
	}
}

/**
 * @throws ExecutionCancelledError | StillRunning when the item that just got its slot must not
 * begin any more
 */
function checkMayBegin(
	{ clock, executionStop, nodeEnd }: WaiterParts,
	pollWindow: PollWindow | undefined,
): void {
	const isOver = executionStop?.aborted === true || nodeEnd?.aborted === true;
	// A run that began before a suspension is watched even after the node's end: the end of its wait
	// cancels the run, or leaves it to Stop.
	if (isOver && pollWindow?.isBegun) return;
	if (isOver) throw new ExecutionCancelledError();
	// A slot that became free only because the poll window ended must not start another run.
	if (pollWindow && !pollWindow.isBegun && clock.now() >= pollWindow.endsMs) throw STILL_RUNNING;
}

/** One promise for each of ten thousand waits: an async function would keep a second one. */
function watchRun(
	parts: WaiterParts,
	run: KnownRun,
	order: WaitOrder,
	pollWindow: PollWindow | undefined,
): Promise<KnownRun> {
	const { watcher, clock, executionStop, onEnded } = parts;
	if (executionStop) forgetRun(executionStop, run.run_id);
	const sinceMs = pollWindow?.sinceMs ?? clock.now();
	const deadlineMs = order.timeoutMs > 0 ? sinceMs + order.timeoutMs : Number.POSITIVE_INFINITY;
	const isWindowFirst =
		pollWindow !== undefined && deadlineMs > pollWindow.endsMs + pollWindow.deadlineSlackMs;
	return watcher
		.watch(
			run,
			isWindowFirst ? pollWindow.endsMs : deadlineMs,
			pollWindow && { ...pollWindow, isFirst: isWindowFirst },
			order.startTimeoutMs,
		)
		.then(
			(ended) => {
				// Another item that waited for it may have left it meanwhile.
				if (executionStop) forgetRun(executionStop, ended.run_id);
				onEnded(ended);
				return ended;
			},
			async (error: unknown) => {
				throw await afterCancel(parts, run.run_id, order, error);
			},
		);
}

/**
 * Cancels the run where the user wishes that.
 * @returns the item's failure, which says what became of the run
 */
async function afterCancel(
	parts: WaiterParts,
	runId: string,
	order: WaitOrder,
	error: unknown,
): Promise<unknown> {
	const { hasStarted, executionStop } = parts;
	const { cancelRemote } = order;
	if (error instanceof ExecutionCancelledError && executionStop?.aborted) {
		await cancelByStop(parts, runId, order);
		return error;
	}
	if (error instanceof StartTimeout) {
		if (!hasStarted(runId))
			return new StartTimeout(error.message, { ...error.facts, hint: notOurs(parts) });
		return unbegunError(parts, error, await cancelAndCheck(parts, runId, order));
	}
	if (!(error instanceof WaitTimeout) || cancelRemote !== 'onStopOrTimeout') {
		const isLeft = error instanceof ExecutionCancelledError || isLeftToStop(error, order);
		if (isLeft) leaveToStop(parts, runId, order);
		return error;
	}
	if (!hasStarted(runId))
		return new WaitTimeout(error.message, { ...error.facts, hint: notOurs(parts) });
	const outcome = await cancelAndCheck(parts, runId, order);
	const state = endStateOf(outcome) ?? error.facts.state;
	return new WaitTimeout(error.message, {
		...error.facts,
		state,
		...cancelFacts(parts, outcome),
	});
}

/** Cancels the run, once for a Stop, where the user wishes that and nobody else waits for it. */
async function cancelByStop(
	{ canceller, hasStarted, executionStop }: WaiterParts,
	runId: string,
	{ cancelRemote }: WaitOrder,
): Promise<void> {
	if (cancelRemote === 'never' || !hasStarted(runId)) return;
	if (executionStop && !isFirstToCancel(executionStop, runId)) return;
	await canceller.cancel(runId, STOP_PATIENCE_MS);
}

function leaveToStop(parts: WaiterParts, runId: string, order: WaitOrder): void {
	if (parts.executionStop)
		leaveRun(parts.executionStop, runId, () => void cancelByStop(parts, runId, order));
}

/** Whether the wait for a run has failed while it is perhaps still in progress, so that Stop cancels it. */
export function isLeftToStop(error: unknown, { cancelRemote }: WaitOrder): boolean {
	if (cancelRemote === 'never' || !(error instanceof ServiceError)) return false;
	// Its cancel was refused, or not accepted yet, when its time was up.
	if (error.facts.isCancelOpen === true) return true;
	if (error instanceof WaitTimeout) return cancelRemote === 'onStop';
	// A run that has not begun within Start Timeout is cancelled for that reason. One that the service
	// did not find may be there all the same: a gateway in trouble says so of any run.
	return !(error instanceof StartTimeout);
}

/**
 * Cancels a run whose time is up. If its cancel is refused, or not accepted yet, a later Stop cancels
 * it where the user wishes that.
 */
async function cancelAndCheck(
	parts: WaiterParts,
	runId: string,
	order: WaitOrder,
): Promise<CancelOutcome> {
	const outcome = await cancelInTime(parts, runId);
	if (isCancelOpen(parts, outcome)) leaveToStop(parts, runId, order);
	return outcome;
}

/**
 * Whether the service has not accepted the cancel of a run that may continue, or has accepted that
 * of a group that has not ended: further runs may join it.
 */
const isCancelOpen = ({ canceller }: WaiterParts, outcome: CancelOutcome): boolean =>
	outcome === 'pending' ||
	outcome instanceof Error ||
	(canceller.isGroup === true && outcome === 'accepted');

const cancelFacts = (parts: WaiterParts, outcome: CancelOutcome) => ({
	hint: (parts.cancelText ?? cancelText)(outcome, parts.serviceName),
	isCancelOpen: isCancelOpen(parts, outcome),
});

/**
 * An accepted cancel is carried out afterwards, and the run may end by itself before that: it is
 * polled until it has ended.
 */
async function cancelInTime(
	{ canceller, watcher, clock, onCancelAsked, onCancelled }: WaiterParts,
	runId: string,
): Promise<CancelOutcome> {
	onCancelAsked(runId);
	const outcome = await canceller.cancel(runId, TIMEOUT_PATIENCE_MS);
	const untilMs = clock.now() + CANCEL_CHECK_MS;
	const check = async () => await watcher.watch(runWithId(runId), untilMs).catch(() => undefined);
	const isChecked = outcome === 'accepted' || isRefusedAsEnded(outcome);
	const run = isEnded(outcome) ? outcome : isChecked ? await check() : undefined;
	if (outcome instanceof Error || isEnded(outcome)) {
		if (run?.state === 'cancelled') onCancelled(runId);
		return run ?? outcome;
	}
	// Retry On Fail then returns the outputs of this run.
	if (run?.state !== 'succeeded') onCancelled(runId);
	return run ?? outcome;
}

/**
 * Whether a cancel was refused as that of a run that has ended is: perhaps an earlier try, whose
 * answer was lost, has cancelled it.
 */
const isRefusedAsEnded = (outcome: CancelOutcome): boolean =>
	hasStatus(outcome, 400, 404, 409, 410, 422);

const isEnded = (outcome: CancelOutcome): outcome is KnownRun =>
	typeof outcome === 'object' && 'run_id' in outcome;
const endStateOf = (outcome: CancelOutcome) => (isEnded(outcome) ? outcome.state : undefined);

function unbegunError(
	parts: WaiterParts,
	{ message, facts }: StartTimeout,
	outcome: CancelOutcome,
) {
	const isCancelled = outcome === 'accepted' || endStateOf(outcome) === 'cancelled';
	return isCancelled
		? new StartTimeout(`${message} and was cancelled`, {
				...facts,
				hint: 'Execute this item again when the queue is shorter, or raise Start Timeout.',
			})
		: new StartTimeout(message, { ...facts, ...cancelFacts(parts, outcome) });
}

const notOurs = ({ serviceName, foundBy = 'it was found there' }: WaiterParts) =>
	`It continues at ${serviceName}: ${foundBy}, so it was not cancelled here. Collect it later by this run ID, or raise Timeout.`;

/** What became of a cancel, for the user. */
function cancelText(outcome: CancelOutcome, serviceName: string): string {
	if (outcome === 'accepted') return `${serviceName} accepted its cancel.`;
	if (outcome === 'pending')
		return `${serviceName} has not accepted its cancel yet. The node keeps trying for a few minutes. If that fails, n8n’s log says so.`;
	if (outcome instanceof Error)
		return `It could not be cancelled at ${serviceName}: ${outcome.message}`;
	if (outcome.state === 'cancelled') return `It was cancelled at ${serviceName}.`;
	if (outcome.state === 'succeeded')
		return 'It succeeded before its cancel took effect. Collect its outputs by this run ID, or raise Timeout.';
	return `It ended before its cancel took effect (state ${outcome.state}).`;
}

async function conclude(
	{ completeOutputs, serviceName }: WaiterParts,
	ended: KnownRun,
	{ isFailedRunAnItem }: WaitOrder,
): Promise<KnownRun> {
	if (hasUnknownEnd(ended)) {
		const run = await withListedOutputs(completeOutputs, ended);
		if (run.outputs.length > 0 || isFailedRunAnItem) return run;
		throw failedRun(run, serviceName);
	}
	const complete = async () =>
		await completeOutputs(ended).catch((error: unknown) => {
			throw ofRun(error, ended);
		});
	const run = ended.state === 'succeeded' ? await complete() : ended;
	if (run.state === 'succeeded' || isFailedRunAnItem) return run;
	throw failedRun(run, serviceName);
}

/**
 * A run that ended with an unknown status, such as "partially_completed" or "moderated": what it
 * lists is returned, and `status` holds the service's word. Outputs that it only names are not
 * waited for.
 */
async function withListedOutputs(
	completeOutputs: WaiterParts['completeOutputs'],
	ended: KnownRun,
): Promise<KnownRun> {
	if (ended.outputs.length === 0) return ended;
	const output_names = ended.outputs.map(({ filename }) => filename);
	const completed = await completeOutputs({ ...ended, output_names }).catch(orServiceError);
	return completed instanceof ServiceError
		? { ...ended, outputs: [] }
		: { ...completed, output_names: ended.output_names };
}

const END_WORDS = new Map<RunState, string>([
	['failed', 'failed'],
	['cancelled', 'was cancelled'],
]);

function failedRun(run: KnownRun, serviceName: string): ServiceError {
	const word = run.state === 'timed_out' ? `timed out at ${serviceName}` : END_WORDS.get(run.state);
	const reason = run.error_message ? `: ${run.error_message}` : '';
	const message =
		word === undefined
			? `The run ended as "${run.status}", without outputs`
			: `The run ${word}${reason}`;
	return new ServiceError(message, {
		runId: run.run_id,
		state: run.state,
		hint: `${failureAdvice(run.error_message, serviceName)} To handle failed runs as normal items, set On Failed Run to "Return as Item".`,
	});
}
