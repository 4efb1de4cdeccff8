/**
 * How long runs are polled in the execution before it is suspended for the first time, and how long
 * each suspension lasts.
 */
export interface SuspensionPace {
	firstPollWindowMs: number;
	/**
	 * @param ageMs of the youngest run that is waited for
	 * @param isWokenEarly something else than n8n's timer resumed the execution just now
	 */
	pauseMs(ageMs: number, isWokenEarly: boolean): number;
}

const SHORTEST_MS = 60_000;
const LONGEST_MS = 900_000;
const SHARE_OF_AGE = 0.25;
/** The poll window of a resume: it needs one poll. */
export const RESUME_MS = 3_000;
/**
 * n8n resumes late what is due in less than a minute, so a deadline this close is waited for in the
 * execution.
 */
export const DEADLINE_SLACK_MS = 65_000;

/**
 * A service that has not answered for this long is not waited for, even if the wait has no limit: a
 * deployment may be gone for good. While it is down the wait is suspended, so patience costs
 * little, and a weekend's maintenance should not lose results that are paid for.
 */
const LONGEST_SILENCE_MS = 72 * 3_600_000;

/** Whether a wait ends because the service does not answer. Times in epoch ms. */
export function isGivenUp(unansweredSinceMs: number | undefined, nowMs: number): boolean {
	return unansweredSinceMs !== undefined && nowMs - unansweredSinceMs >= LONGEST_SILENCE_MS;
}

/** A quarter of the wait so far, from one minute (n8n resumes shorter waits late) to 15 minutes. */
export function pauseBeforeResume(ageMs: number): number {
	return Math.min(LONGEST_MS, Math.max(SHORTEST_MS, ageMs * SHARE_OF_AGE));
}

export const USUAL_PACE: SuspensionPace = { firstPollWindowMs: 60_000, pauseMs: pauseBeforeResume };

/**
 * A run that has not ended: since when it is waited for (epoch ms), and for how long at most (0: no
 * limit).
 */
interface OpenWait {
	sinceMs: number;
	timeoutMs: number;
}

const YOUNG_MS = 120_000;
const SHORTEST_HOLD_MS = 15_000;
const LONGEST_HOLD_MS = 60_000;

/**
 * How long a resume holds before it does anything. n8n resumes what is due in the middle of its own
 * start. At the end of the start it reads each execution that it takes for crashed and writes it
 * back moments later, so that what the execution saved in between is lost and it stays "crashed"
 * (n8n 2.41.1 and 1.123.81: `WaitTracker.init` comes first,
 * `MessageEventBus.performStartupRecovery` last). What is saved after that stays saved. The rest of
 * the start takes no longer than the part before it, so the process's age is waited for once more.
 * @param processAgeMs of n8n's process
 */
export function holdBeforeResume(processAgeMs: number): number {
	return processAgeMs >= YOUNG_MS
		? 0
		: Math.min(LONGEST_HOLD_MS, Math.max(SHORTEST_HOLD_MS, processAgeMs));
}

/**
 * As the pace says for the youngest run, but not past a deadline that is still to come: a resume is
 * in time for its last poll.
 */
export function nextResumeMs(
	now: number,
	{ pauseMs }: SuspensionPace,
	open: OpenWait[],
	isWokenEarly = false,
): number {
	const deadlines = open.flatMap(({ sinceMs, timeoutMs }) =>
		timeoutMs > 0 ? [sinceMs + timeoutMs] : [],
	);
	const due = deadlines
		.filter((deadlineMs) => deadlineMs > now + DEADLINE_SLACK_MS)
		.map((deadlineMs) => deadlineMs - RESUME_MS);
	const ageMs = now - Math.max(...open.map(({ sinceMs }) => sinceMs));
	return Math.min(now + pauseMs(ageMs, isWokenEarly), ...due);
}
