import { ServiceError } from '../errors';
import type { KnownRun } from '../runs/run';

/** The wait was longer than allowed; the run itself continues at the service. */
export class WaitTimeout extends ServiceError {}

/** The poll window is over and the run has not ended. */
export class StillRunning extends Error {
	/** @param unanswered the service did not answer the last check of the run: how the wait would end */
	constructor(readonly unanswered?: ServiceError) {
		super();
	}
}

/** The usual one. Nobody sees it, and ten thousand of them at each resume took their time. */
export const STILL_RUNNING = new StillRunning();

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
	/** The poll window ends before the item's deadline: the wait is suspended then. */
	isWindowFirst: boolean;
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
		isWindowFirst: false,
		isReturning: false,
		failures: 0,
		failingSinceMs: nowMs,
		refusals: 0,
		missingSinceMs: Number.NaN,
		verifiedMs: nowMs,
		...known,
	};
}

/** What becomes of a wait whose time is over. */
export function endOfWait(
	watched: WatchedRun,
	nowMs: number,
	serviceName: string,
): WaitTimeout | StillRunning {
	const { isWindowFirst, isNew, failures, lastFailure } = watched;
	if (!isWindowFirst) return timeoutError(watched, nowMs, serviceName);
	if (failures > 0 && lastFailure) return new StillRunning(lastFailure);
	if (!isNew && failures === 0) return STILL_RUNNING;
	return new StillRunning(
		new ServiceError(`No answer from ${serviceName}`, {
			runId: watched.run.run_id,
			hint: `It may continue at ${serviceName}. Wait for it again when ${serviceName} answers.`,
		}),
	);
}

/** The failure of an item whose run has not ended in time. */
function timeoutError(
	{ run, sinceMs, lastFailure, failures }: WatchedRun,
	nowMs: number,
	serviceName: string,
): WaitTimeout {
	const failure = failures > 0 ? lastFailure?.message : undefined;
	const cause = failure === undefined ? '' : `. The last check failed: ${failure}`;
	return new WaitTimeout(
		`The run did not end within ${Math.round((nowMs - sinceMs) / 100) / 10} s${cause}`,
		{
			runId: run.run_id,
			state: run.state,
			lastFailure: failure,
			hint: `It continues at ${serviceName}. Collect it later by this run ID, or raise Timeout.`,
		},
	);
}
