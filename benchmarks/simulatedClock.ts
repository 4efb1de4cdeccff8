import type { Clock } from '../nodes/core/async/clock';
import { startTimer } from '../simulator/platform';

export interface SimulatedClock extends Clock {
	/**
	 * Lets the time pass from one pause to the next until the work is done. Rejects when nothing is
	 * left to wait for.
	 */
	passUntilDone<T>(work: Promise<T>): Promise<T>;
}

const settled = async () =>
	await new Promise<void>((resolve) => {
		startTimer(0, resolve);
	});

/** Ten minutes in a few milliseconds. */
export function createSimulatedClock(): SimulatedClock {
	let now = 1_700_000_000_000;
	const sleepers = new Set<{ at: number; wake(): void }>();
	return {
		now: () => now,
		processAgeMs: () => Number.POSITIVE_INFINITY,
		random: () => 0.5,
		pause: async (ms, signal) =>
			await new Promise<void>((resolve) => {
				if (signal?.aborted) return resolve();
				const sleeper = {
					at: now + Math.max(0, ms),
					wake: () => {
						sleepers.delete(sleeper);
						resolve();
					},
				};
				sleepers.add(sleeper);
				signal?.addEventListener('abort', sleeper.wake, { once: true });
			}),
		passUntilDone: async (work) => {
			let isDone = false;
			void work.finally(() => (isDone = true)).catch(() => undefined);
			for (;;) {
				await settled();
				if (isDone) return await work;
				const next = [...sleepers].sort((a, b) => a.at - b.at)[0];
				if (next === undefined || next.at === Number.POSITIVE_INFINITY)
					throw new Error('Nothing is left to wait for');
				now = next.at;
				next.wake();
			}
		},
	};
}
