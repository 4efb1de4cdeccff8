import { nextTurn } from '../../simulator/platform';

interface Timer {
	atMs: number;
	order: number;
	act(): void;
}

/**
 * Time that passes only when nothing else can happen. What ships has no timers (n8n's lint forbids
 * them): it reads `Date.now` and waits for `AbortSignal.timeout`, so these two are all that must be
 * replaced, and a day takes as long as its events.
 */
export interface VirtualTime {
	now(): number;
	/** Does something after `ms`. */
	after(ms: number, act: () => void): void;
	sleep(ms: number): Promise<void>;
	/**
	 * Lets time pass until the promise has settled.
	 * @throws Error when nothing is left that could settle it, or after `limitMs`
	 */
	until<T>(promise: Promise<T>, limitMs: number): Promise<T>;
	/** Lets this much time pass, whatever happens in it. */
	pass(ms: number): Promise<void>;
	uninstall(): void;
}

export function installVirtualTime(startMs: number): VirtualTime {
	const real = { now: Date.now, timeout: AbortSignal.timeout };
	const timers: Timer[] = [];
	let now = startMs;
	let order = 0;

	const after = (ms: number, act: () => void) => {
		const timer = { atMs: now + Math.max(0, ms), order: order++, act };
		let index = timers.length;
		while (index > 0 && timers[index - 1].atMs > timer.atMs) index--;
		timers.splice(index, 0, timer);
	};
	const step = () => {
		const timer = timers.shift();
		if (timer === undefined) throw new Error('Nothing is left that could happen');
		now = Math.max(now, timer.atMs);
		timer.act();
	};
	Date.now = () => now;
	AbortSignal.timeout = (ms) => {
		const controller = new AbortController();
		after(ms, () => controller.abort(new DOMException('The time is over', 'TimeoutError')));
		return controller.signal;
	};
	const until: VirtualTime['until'] = async (promise, limitMs) => {
		const endMs = now + limitMs;
		let isSettled = false;
		const settle = () => (isSettled = true);
		promise.then(settle, settle);
		for (;;) {
			// Streams need a few turns of the event loop until what was written is read.
			for (let turn = 0; turn < 3 && !isSettled; turn++) await nextTurn();
			if (isSettled) return await promise;
			if (now > endMs) throw new Error(`Not settled after ${limitMs} ms of simulated time`);
			step();
		}
	};
	return {
		now: () => now,
		after,
		sleep: async (ms) => await new Promise<void>((resolve) => after(ms, resolve)),
		until,
		pass: async (ms) => await until(new Promise<void>((resolve) => after(ms, resolve)), ms + 1),
		uninstall: () => {
			Date.now = real.now;
			AbortSignal.timeout = real.timeout;
		},
	};
}
