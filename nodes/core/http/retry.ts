/** A service may ask for a pause of an hour. One request never waits longer than this. */
export const LONGEST_RETRY_AFTER_MS = 60_000;
export const READ_TRIES = 4;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 8_000;

/**
 * Milliseconds that a Retry-After header asks for, in seconds or as a date (RFC 9110, 10.2.3);
 * undefined when it is absent, unreadable or not in the future: with "0" or a past date all tries
 * would be made within a few milliseconds.
 * @param date the answer's own Date header: a Retry-After date is written by the same clock, which
 * may differ from ours
 */
export function retryAfterMs(
	header: string | undefined,
	nowMs: number,
	date?: string,
): number | undefined {
	if (header === undefined || header.trim() === '') return undefined;
	const seconds = Number(header);
	const sentMs = Date.parse(date ?? '');
	const ms = Number.isFinite(seconds)
		? seconds * 1000
		: Date.parse(header) - (Number.isNaN(sentMs) ? nowMs : sentMs);
	return ms > 0 ? ms : undefined;
}

/**
 * Pause before the next try: what the service asked for, up to a cap, else growing from 0.5 s to 8
 * s with jitter. What it asked for counts only if it is not shorter than our shortest pause.
 * @param tries how many tries were made, from 1
 * @param random from 0 to 1
 */
export function pauseBeforeRetry(
	tries: number,
	askedMs: number | undefined,
	random: number,
): number {
	if (askedMs !== undefined && askedMs >= FIRST_PAUSE_MS)
		return Math.min(askedMs, LONGEST_RETRY_AFTER_MS);
	return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (tries - 1)) * (0.75 + random / 2);
}
