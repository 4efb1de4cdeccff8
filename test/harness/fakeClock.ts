import type { Clock } from '../../nodes/core/async/clock';
import { onAbort } from '../../nodes/core/async/signals';
import { nextTurn } from '../../simulator/platform';

export interface FakeClock extends Clock {
	/** Every pause that was asked for, in milliseconds and in order. */
	readonly waits: number[];
	/** Does something at a time of this clock. */
	at(ms: number, act: () => void): void;
	/** Time that passes before a sleeper wakes, as on a server that is busy with something else. */
	block(ms: number): void;
	/** Restarts n8n's process. Before the first restart it counts as running for ever. */
	restart(): void;
}

interface Sleeper {
	at: number;
	act(): void;
}

/**
 * More pauses than any test needs: code that spins is stopped here rather than by the test's time
 * limit.
 */
const MOST_WAITS = 5_000;

/**
 * A clock whose time passes only while somebody pauses, and at once: to the next sleeper as soon as
 * nothing else is ready.
 */
export function fakeClock({
	startMs = 0,
	random = 0,
	mostWaits = MOST_WAITS,
	/** How much later each reading of the clock finds it, as on a server that is busy. */
	readMs = 0,
} = {}): FakeClock {
	const sleepers: Sleeper[] = [];
	const waits: number[] = [];
	let now = startMs;
	let processStartMs = Number.NEGATIVE_INFINITY;
	let isTicking = false;

	const tick = async () => {
		isTicking = true;
		while (sleepers.length > 0) {
			// Streams need a few turns until what was written is read.
			for (let turn = 0; turn < 4; turn++) await nextTurn();
			const [next] = sleepers.sort((a, b) => a.at - b.at).splice(0, 1);
			if (next === undefined) break;
			now = Math.max(now, next.at);
			next.act();
		}
		isTicking = false;
	};
	const add = (sleeper: Sleeper) => {
		sleepers.push(sleeper);
		if (!isTicking) void tick();
	};
	return {
		waits,
		now: () => (now += readMs),
		processAgeMs: () => now - processStartMs,
		restart: () => (processStartMs = now),
		random: () => random,
		block: (ms) => void (now += ms),
		at: (ms, act) => add({ at: ms, act }),
		pause: async (ms, signal) =>
			await new Promise<void>((resolve, reject) => {
				if (signal?.aborted) return resolve();
				if (waits.push(ms) > mostWaits) return reject(new Error('It spins'));
				// As in the real clock: many pauses share one listener on the signal of their node, since
				// Node warns of a leak from the eleventh.
				const whenAborted = (act: () => void) => (signal ? onAbort(signal, act) : () => undefined);
				if (ms === Number.POSITIVE_INFINITY) return void whenAborted(resolve);
				const leave = () => {
					const place = sleepers.indexOf(sleeper);
					if (place >= 0) sleepers.splice(place, 1);
					sleeper.act();
				};
				const sleeper: Sleeper = {
					at: now + Math.max(0, ms),
					act: () => {
						release();
						resolve();
					},
				};
				const release = whenAborted(leave);
				add(sleeper);
			}),
	};
}
