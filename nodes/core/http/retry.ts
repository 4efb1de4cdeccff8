/** Statuses after which the same read may succeed a little later (the SDKs retry the same ones). */
const PASSING = new Set([408, 429, 500, 502, 503, 504]);

export function isRetryableStatus(status: number): boolean {
	return PASSING.has(status);
}

/** A service may ask for an hour; longer than this we do not sit still for one request. */
export const LONGEST_RETRY_AFTER_MS = 60_000;
export const READ_TRIES = 4;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 8_000;

/** Milliseconds that a Retry-After header asks for, in seconds or as a date; undefined when absent or unreadable. */
export function retryAfterMs(header: string | undefined, nowMs: number): number | undefined {
	if (header === undefined || header.trim() === '') return undefined;
	const seconds = Number(header);
	const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - nowMs;
	return Number.isNaN(ms) ? undefined : Math.max(0, ms);
}

/**
 * Pause before the next try: what the service asked for, up to a cap, else growing from 0.5 s to 8 s with jitter.
 * @param tries how many tries were made, from 1
 * @param random from 0 to 1
 */
export function pauseBeforeRetry(
	tries: number,
	askedMs: number | undefined,
	random: number,
): number {
	if (askedMs !== undefined) return Math.min(askedMs, LONGEST_RETRY_AFTER_MS);
	return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (tries - 1)) * (0.75 + random / 2);
}
