import { startTimer, stopTimer, type TimerHandle } from './platform';

/** Timers of one simulator. They end with it, so that no test leaves an open handle behind. */
export interface Timers {
	/** Calls `act` once after `ms` milliseconds; the returned function cancels it. */
	after(ms: number, act: () => void): () => void;
	/** Resolves after `ms` milliseconds, or never when the simulator is closed before. */
	pause(ms: number): Promise<void>;
	clear(): void;
}

export function createTimers(): Timers {
	const open = new Set<TimerHandle>();

	const after = (ms: number, act: () => void) => {
		const handle = startTimer(ms, () => {
			open.delete(handle);
			act();
		});
		open.add(handle);
		return () => {
			open.delete(handle);
			stopTimer(handle);
		};
	};

	return {
		after,
		pause: async (ms) => {
			if (ms > 0) await new Promise<void>((resolve) => after(ms, resolve));
		},
		clear: () => {
			open.forEach(stopTimer);
			open.clear();
		},
	};
}
