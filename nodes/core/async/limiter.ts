/** Runs a task when one of its slots is free, first come first served. */
export interface Limiter {
	/** @param task is given whether it had to wait for its slot */
	<T>(task: (hasWaited: boolean) => Promise<T>): Promise<T>;
	/**
	 * Takes a slot at once, even where none is free, for what is in progress anyway.
	 * @returns gives it back
	 */
	occupy(): () => void;
}

/** @param slots how many tasks may be in progress at a time, at least 1 */
export function createLimiter(slots: number): Limiter {
	let free = Math.max(1, Math.floor(slots));
	const queue: Array<() => void> = [];
	const release = () => {
		const next = free < 0 ? undefined : queue.shift();
		if (next) next();
		else free++;
	};
	const run = async <T>(task: (hasWaited: boolean) => Promise<T>) => {
		const hasWaited = free <= 0;
		if (hasWaited) await new Promise<void>((resolve) => queue.push(resolve));
		else free--;
		try {
			return await task(hasWaited);
		} finally {
			release();
		}
	};
	const occupy = () => {
		free--;
		return release;
	};
	return Object.assign(run, { occupy });
}
