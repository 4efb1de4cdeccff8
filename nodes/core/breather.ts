import type { Clock } from './clock';

/** Reading the parameters of a thousand items takes n8n half a second; other executions get a turn this often. */
const LONGEST_STINT_MS = 10;

/** Awaited before each piece of a long work. */
export function createBreather(clock: Clock): () => Promise<void> {
	let sinceMs = clock.now();
	return async () => {
		if (clock.now() - sinceMs <= LONGEST_STINT_MS) return;
		await clock.pause(0);
		sinceMs = clock.now();
	};
}
