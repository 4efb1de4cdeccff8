import { onAbort, PAUSE_OVER, timeLimit } from './signals';

/**
 * Time and chance, handed in so that a test can list the waits instead of sleeping. All times in
 * milliseconds.
 */
export interface Clock {
	now(): number;
	/** How long this process, which is n8n's, has been running. */
	processAgeMs(): number;
	/** Resolves after `ms`, or as soon as `signal` is aborted. Never rejects. */
	pause(ms: number, signal?: AbortSignal): Promise<void>;
	/** A number from 0 (included) to 1 (excluded). */
	random(): number;
}

/**
 * Timers are forbidden in community nodes and n8n's `sleep` cannot be cancelled on every version,
 * so a pause is a `timeLimit` raced against the stop signal: nothing keeps the process alive once
 * nobody listens.
 */
export const systemClock: Clock = {
	now: () => Date.now(),
	processAgeMs: () => performance.now(),
	random: () => Math.random(),
	pause: async (ms, signal) =>
		await new Promise<void>((resolve) => {
			if (signal?.aborted) return resolve();
			const timer = timeLimit(ms);
			const done = () => {
				timer.removeEventListener('abort', done);
				unlink?.();
				resolve();
			};
			timer.addEventListener('abort', done);
			const unlink = signal && onAbort(signal, done);
		}),
};

/**
 * The answer, or what `late` gives where it takes longer than `ms`. A later failure of the answer
 * causes no unhandled rejection: `Promise.race` handles both promises.
 */
export async function within<T, Late>(
	clock: Clock,
	ms: number,
	answer: T,
	late: () => Late,
): Promise<Awaited<T> | Late> {
	const answered = new AbortController();
	const patience = clock.pause(ms, answered.signal).then(late);
	return await Promise.race([answer, patience]).finally(() => answered.abort(PAUSE_OVER));
}

/**
 * Reading the parameters of a thousand items takes n8n half a second. Other executions get a turn
 * at least this often.
 */
const LONGEST_STINT_MS = 5;

/**
 * After this many steps the work pauses for other promises: what the steps have set off runs then,
 * and its time counts as well.
 */
const STEPS_PER_BREAK = 20;

/** The turns of the event loop that long work takes. */
export interface Turns {
	/** Asked before each step of the work: whether `pause` is to be awaited first. */
	isPauseDue(): boolean;
	pause(): Promise<void>;
}

/** An await before each of ten thousand steps would itself cost a kilobyte a step. */
export function takeTurns(clock: Clock): Turns {
	let sinceMs = clock.now();
	let steps = 0;
	const isOver = () => clock.now() - sinceMs > LONGEST_STINT_MS;
	return {
		isPauseDue: () => ++steps % STEPS_PER_BREAK === 0 || isOver(),
		pause: async () => {
			if (!isOver()) return;
			await clock.pause(0);
			sinceMs = clock.now();
		},
	};
}

/**
 * Lets at most so many of its callers continue in one turn of the event loop, first come first
 * served. Many answers arrive together, and what they all begin next would be one long block.
 */
export function createTurnstile(clock: Clock, mostPerTurn: number): () => Promise<void> {
	const queue: Array<() => void> = [];
	let passed = 0;
	const pass = () => {
		if (passed++ === 0) void clock.pause(0).then(nextTurn);
	};
	const nextTurn = () => {
		passed = 0;
		for (const resume of queue.splice(0, mostPerTurn)) {
			pass();
			resume();
		}
	};
	return async () => {
		if (passed < mostPerTurn) return pass();
		await new Promise<void>((resolve) => queue.push(resolve));
	};
}
