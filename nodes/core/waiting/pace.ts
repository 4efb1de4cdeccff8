import { LONGEST_RETRY_AFTER_MS } from '../http/retry';

/** From a certain age on, the pause is this share of the run's age instead of the interval. */
const SHARE_OF_AGE = 0.08;
const QUICK_SHARE_OF_AGE = 0.25;
const MOST_INTERVALS = 5;

/**
 * Pause before the next poll of one run: an eighth of the interval at first, a quarter of the age
 * in its first seconds, then the interval itself, later 8 % of the age, at most five intervals. Ten
 * minutes at 2 s cost about 90 polls.
 */
export function pauseByAge(ageMs: number, intervalMs: number): number {
	const quick = Math.min(intervalMs, Math.max(intervalMs / 8, ageMs * QUICK_SHARE_OF_AGE));
	return Math.min(MOST_INTERVALS * intervalMs, Math.max(quick, ageMs * SHARE_OF_AGE));
}

/**
 * Shortest pause of a wait that may be suspended for hours: the end is noticed late by a quarter of
 * the run's age at most, and few polls are made before the first suspension.
 */
export function pauseInPollWindow(ageMs: number, intervalMs: number): number {
	return Math.max(intervalMs, ageMs * QUICK_SHARE_OF_AGE);
}

/**
 * While an event stream would report the run's end, polls are only a safeguard against a stream
 * that reports nothing.
 */
export function pauseWithStream(intervalMs: number): number {
	return MOST_INTERVALS * intervalMs;
}

export interface GroupProgress {
	/** Watched runs that have not ended, and those that have ended while they were watched. */
	pending: number;
	ended: number;
	/** Since the first of them was started. */
	elapsedMs: number;
	/** Age of the oldest run of the group that has not ended. */
	ageMs: number;
	/** Items wait for a free slot: each end that is noticed lets the next run start. */
	isStarved: boolean;
}

/**
 * Pause before the next listing of a group. One listing serves all of its runs, so it costs the
 * same for two and for two hundred. When no item waits for a slot, only the last end matters: half
 * of the time that is left at the pace so far.
 */
export function pauseForGroup(
	{ pending, ended, elapsedMs, ageMs, isStarved }: GroupProgress,
	intervalMs: number,
): number {
	const byAge = Math.max(intervalMs / 4, pauseByAge(ageMs, intervalMs));
	if (isStarved || ended === 0) return byAge;
	const leftMs = (pending * elapsedMs) / ended;
	return Math.max(intervalMs / 8, Math.min(Math.max(intervalMs, byAge), leftMs / 2));
}

/**
 * Pause after polls that failed in a row: it doubles up to five intervals.
 * @param retryAfterMs what the service asks for; obeyed up to a cap
 */
export function pauseAfterFailures(
	failures: number,
	intervalMs: number,
	retryAfterMs: number | undefined,
): number {
	return Math.max(
		Math.min(retryAfterMs ?? 0, LONGEST_RETRY_AFTER_MS),
		Math.min(MOST_INTERVALS * intervalMs, intervalMs * 2 ** (failures - 1)),
	);
}

/**
 * Up to a tenth more, so that many executions do not poll in step; a pause of five intervals is
 * never stretched.
 */
export function withJitter(pauseMs: number, intervalMs: number, random: number): number {
	return Math.min(pauseMs * (1 + random / 10), Math.max(pauseMs, MOST_INTERVALS * intervalMs));
}
