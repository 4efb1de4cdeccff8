/** Longest single timer; a longer one would overflow and fire at once. */
const LONGEST_MS = 2_000_000_000;

/** A signal that is aborted after this time. Node refuses fractions, which come of any sum in seconds, and more than 49 days. */
export function timeLimit(ms: number): AbortSignal {
	return AbortSignal.timeout(Math.min(Math.max(0, Math.ceil(ms)), LONGEST_MS));
}
