import { ServiceError } from '../errors';
import type { KnownRun } from '../runs/run';

/** The wait was longer than allowed; the run itself continues at the service. */
export class WaitTimeout extends ServiceError {
	/** The service did not answer the last check of the run. */
	isUnanswered = false;
	/** How the last check failed, where it did. */
	lastFailure?: ServiceError;
}

/** One run that one item waits for. All times in epoch ms by our clock. */
export interface WatchedRun {
	/** As the last poll saw it. */
	run: KnownRun;
	/** Since when the item waits for it. */
	sinceMs: number;
	/** When the item stops waiting; Infinity: never. */
	deadlineMs: number;
	/** When the run must have begun; Infinity: never, or it has. */
	startDeadlineMs: number;
	/** When to poll next; Infinity while a poll is in progress. */
	dueMs: number;
	isPolling: boolean;
	/** No poll of it has been answered yet. */
	isNew: boolean;
	/** The wait may be suspended, so there is time: it is polled less often. */
	hasPollWindow: boolean;
	/** The wait comes back from a suspension: there is time for one poll only. */
	isReturning: boolean;
	/** Polls that failed in a row, and when the first of them did. */
	failures: number;
	failingSinceMs: number;
	/** Polls that were refused with 401 or 403 since the last one that went well. */
	refusals: number;
	/**
	 * Since when the service does not know the run (404, or an empty answer); NaN while it knows it.
	 */
	missingSinceMs: number;
	lastFailure?: ServiceError;
	/** When its outputs were last asked for although its status did not say that it has ended. */
	verifiedMs: number;
	/** Gives the item its result; called once. */
	settle(result: KnownRun | Error): void;
}

/** What is known of a run when an item begins to wait for it. */
export type NewWatch = Pick<WatchedRun, 'run' | 'sinceMs' | 'deadlineMs' | 'dueMs' | 'settle'> &
	Partial<WatchedRun>;

export function watchedRun(known: NewWatch, nowMs: number): WatchedRun {
	return {
		startDeadlineMs: Number.POSITIVE_INFINITY,
		isPolling: false,
		isNew: true,
		hasPollWindow: false,
		isReturning: false,
		failures: 0,
		failingSinceMs: nowMs,
		refusals: 0,
		missingSinceMs: Number.NaN,
		verifiedMs: nowMs,
		...known,
	};
}

/** The failure of an item whose run has not ended in time. */
export function timeoutError(
	{ run, sinceMs, lastFailure, failures, isNew }: WatchedRun,
	nowMs: number,
	serviceName: string,
): WaitTimeout {
	const failure = failures > 0 ? lastFailure?.message : undefined;
	const cause = failure === undefined ? '' : `. The last check failed: ${failure}`;
	const error = new WaitTimeout(
		`The run did not end within ${Math.round((nowMs - sinceMs) / 100) / 10} s${cause}`,
		{
			runId: run.run_id,
			state: run.state,
			lastFailure: failure,
			hint: `It continues at ${serviceName}. Collect it later by this run ID, or raise Timeout.`,
		},
	);
	error.isUnanswered = isNew || failures > 0;
	if (failures > 0) error.lastFailure = lastFailure;
	return error;
}
