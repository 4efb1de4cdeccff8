import type { Clock } from '../async/clock';
import { ofRun, ServiceError, ExecutionCancelledError } from '../errors';
import { createLimiter, type Limiter } from '../async/limiter';
import type { KnownRun } from '../runs/run';
import type { Watcher } from './watcher';
import { WaitTimeout } from './watchedRun';

export type CancelRemote = 'never' | 'onStop' | 'onStopOrTimeout';

export interface WaitOrder {
	/** 0: none */
	timeoutMs: number;
	cancelRemote: CancelRemote;
	/** Hand a run that did not succeed out as a normal item. */
	isFailedRunAnItem: boolean;
}

/** A pause in the waiting itself: where it ends, and since when the run is waited for. All in epoch ms. */
export interface PollWindow {
	/** Whoever still waits then is told `StillRunning`. */
	endsMs: number;
	/** A deadline this close behind the end is waited for at once. */
	deadlineSlackMs: number;
	sinceMs: number;
	/** When the run's outputs were last asked for although it seemed to go on. */
	verifiedMs: number;
}

/** The shift is over and the run is not. */
export class StillRunning extends Error {}

export interface RunWaiter {
	/**
	 * @param begin gives the run to wait for: started, adopted, or just named
	 * @throws WaitTimeout | ServiceError | ExecutionCancelledError | StillRunning (with a shift only)
	 */
	untilEnd(
		begin: () => Promise<KnownRun>,
		order: WaitOrder,
		pollWindow?: PollWindow,
	): Promise<KnownRun>;
	/** A run that is known to have ended, as it is now. It takes no place. @throws ServiceError | ExecutionCancelledError */
	refresh(run: KnownRun): Promise<KnownRun>;
	/** The ended run with its outputs. @throws ServiceError when it did not succeed, unless that is an item */
	conclude(ended: KnownRun, order: WaitOrder): Promise<KnownRun>;
}

export interface WaiterParts {
	watcher: Watcher;
	/** Sends the cancel even when the execution is stopped. */
	cancel(runId: string): Promise<unknown>;
	/** Completes the outputs of a run that succeeded. */
	completeOutputs(run: KnownRun): Promise<KnownRun>;
	/** Runs in flight at a time. */
	slots: Limiter;
	clock: Clock;
	/** The user's stop; the node's own end (a failed item) cancels nothing, those runs stay adoptable. */
	isStopped(): boolean;
	/** The node's end, by stop or by a failed item. */
	stop?: AbortSignal;
	warn(text: string): void;
}

const CANCELS_AT_A_TIME = 20;

/** Waits for runs one by one on behalf of their items; all share one watcher. */
export function createRunWaiter({
	watcher,
	cancel,
	completeOutputs,
	slots,
	clock,
	isStopped,
	stop,
	warn,
}: WaiterParts): RunWaiter {
	const cancels = createLimiter(CANCELS_AT_A_TIME);

	const cancelRemote = async (runId: string): Promise<string> => {
		try {
			await cancels(async () => await cancel(runId));
			return 'It was cancelled at the service.';
		} catch (error) {
			const text = `Run ${runId} could not be cancelled at the service: ${error instanceof Error ? error.message : String(error)}`;
			warn(text);
			return text;
		}
	};

	const watch = async (
		run: KnownRun,
		{ timeoutMs, cancelRemote: wish }: WaitOrder,
		pollWindow?: PollWindow,
	): Promise<KnownRun> => {
		const sinceMs = pollWindow?.sinceMs ?? clock.now();
		const deadlineMs = timeoutMs > 0 ? sinceMs + timeoutMs : Number.POSITIVE_INFINITY;
		const isShiftFirst =
			pollWindow !== undefined && deadlineMs > pollWindow.endsMs + pollWindow.deadlineSlackMs;
		return await watcher
			.watch(run, isShiftFirst ? pollWindow.endsMs : deadlineMs, pollWindow)
			.catch(async (error: unknown) => {
				if (error instanceof ExecutionCancelledError && isStopped() && wish !== 'never')
					await cancelRemote(run.run_id);
				if (error instanceof WaitTimeout && isShiftFirst) throw new StillRunning();
				if (!(error instanceof WaitTimeout) || wish !== 'onStopOrTimeout') throw error;
				throw new WaitTimeout(error.message, {
					...error.facts,
					hint: await cancelRemote(run.run_id),
				});
			});
	};

	return {
		untilEnd: async (begin, order, pollWindow) =>
			await slots(async () => {
				// A place is freed before the failure that frees it has ended the node: one turn later it has.
				await clock.pause(0);
				if (isStopped() || stop?.aborted) throw new ExecutionCancelledError();
				// Who gets a place only because others were left running must not start one more.
				if (pollWindow && clock.now() >= pollWindow.endsMs) throw new StillRunning();
				return await watch(await begin(), order, pollWindow);
			}),
		refresh: async (run) => await watcher.watch(run, Number.POSITIVE_INFINITY),
		conclude: async (ended, order) => {
			const complete = async () =>
				await completeOutputs(ended).catch((error: unknown) => {
					throw ofRun(error, ended);
				});
			const run = ended.state === 'succeeded' ? await complete() : ended;
			if (run.state === 'succeeded' || order.isFailedRunAnItem) return run;
			throw failedRun(run);
		},
	};
}

function failedRun(run: KnownRun): ServiceError {
	const words = {
		failed: 'failed',
		cancelled: 'was cancelled',
		timed_out: 'timed out at the service',
	} as const;
	const verb =
		run.state in words ? words[run.state as keyof typeof words] : `ended as "${run.status}"`;
	const reason = run.error_message ? `: ${run.error_message}` : '';
	return new ServiceError(`Run ${run.run_id} ${verb}${reason}`, {
		runId: run.run_id,
		state: run.state,
		hint: 'Look the run up on the service for details. To handle failed runs as normal items, set On Failed Run to "Return as Item".',
	});
}
