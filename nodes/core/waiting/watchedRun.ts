import { ServiceError } from '../errors';
import type { KnownRun } from '../runs/run';

/** The wait was longer than allowed; the run goes on. */
export class WaitTimeout extends ServiceError {}

/** A run that ended in the last pause before its deadline is not lost: it is looked at once more this long before. */
export const LAST_POLL_MS = 2_000;

/** One run that one item waits for. All times in epoch ms by our clock. */
export interface WatchedRun {
	/** As the last look saw it. */
	run: KnownRun;
	since: number;
	/** Infinity: none */
	deadlineMs: number;
	/** When to look next; Infinity while a look is under way. */
	dueMs: number;
	isPolling: boolean;
	/** No look at it has come back yet. */
	isNew: boolean;
	/** The wait may be suspended. */
	hasPollWindow: boolean;
	/** It was suspended before: one look is all there is time for. */
	isReturning: boolean;
	/** Looks that failed in a row, and when that began. */
	failures: number;
	failingSince: number;
	/** When the service began to say that it does not know the run (404, or nothing); NaN while it knows it. */
	missingSince: number;
	lastFailure?: ServiceError;
	/** When its outputs were last asked although its status says that it goes on. */
	verifiedMs: number;
	settle(result: KnownRun | Error): void;
}

export function watchedRun(
	run: KnownRun,
	now: number,
	deadlineMs: number,
	dueMs: number,
	settle: WatchedRun['settle'],
): WatchedRun {
	return {
		run,
		since: now,
		deadlineMs,
		dueMs,
		isPolling: false,
		isNew: true,
		hasPollWindow: false,
		isReturning: false,
		failures: 0,
		failingSince: now,
		missingSince: Number.NaN,
		verifiedMs: now,
		settle,
	};
}

/** After a suspension one look is all there is time for: its answer is waited for this much longer. */
const FIRST_LOOK_MS = 30_000;

/** When the wait is over, epoch ms. */
export function limitOf({ deadlineMs, isPolling, isNew, isReturning }: WatchedRun): number {
	return isPolling && isNew && isReturning ? deadlineMs + FIRST_LOOK_MS : deadlineMs;
}

export function timeoutOf(
	{ run, since, lastFailure, failures }: WatchedRun,
	now: number,
): WaitTimeout {
	const cause = failures > 0 && lastFailure ? ` The last look failed: ${lastFailure.message}` : '';
	return new WaitTimeout(
		`Run ${run.run_id} did not end within ${Math.round((now - since) / 100) / 10} s (state ${run.state}).${cause}`,
		{
			runId: run.run_id,
			state: run.state,
			hint: 'It goes on at the service. Collect it later by this run ID, or raise Timeout.',
		},
	);
}

/** The next look, not past the last one before the deadline while there is time for that. */
export function inTime({ deadlineMs }: WatchedRun, dueMs: number, now: number): number {
	const lastLookMs = deadlineMs - LAST_POLL_MS;
	return lastLookMs > now + LAST_POLL_MS ? Math.min(dueMs, lastLookMs) : dueMs;
}
