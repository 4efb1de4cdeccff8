/** Runs a task when one of its slots is free, first come first served. */
export type Limiter = <T>(task: () => Promise<T>) => Promise<T>;

/** @param slots how many tasks may be in progress at a time, at least 1 */
export function createLimiter(slots: number): Limiter {
	let free = Math.max(1, Math.floor(slots));
	const queue: Array<() => void> = [];
	return async (task) => {
		if (free > 0) free--;
		else await new Promise<void>((resolve) => queue.push(resolve));
		try {
			return await task();
		} finally {
			const next = queue.shift();
			if (next) next();
			else free++;
		}
	};
}
