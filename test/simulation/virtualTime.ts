import { nextTurn } from '../../simulator/platform';

interface Timer {
	atMs: number;
	order: number;
	act(): void;
	/** Whether nobody would notice that the time has come. */
	isIdle?(): boolean;
}

/**
 * Time that passes only when nothing else can happen. What ships has no timers (n8n's lint forbids
 * them): it reads `Date.now` and waits for `AbortSignal.timeout`, so these are all that must be
 * replaced, and a day takes as long as its events.
 */
export interface VirtualTime {
	now(): number;
	/**
	 * Does something after `ms`.
	 * @param isIdle whether nobody would notice: then no time passes for it
	 */
	after(ms: number, act: () => void, isIdle?: () => boolean): void;
	sleep(ms: number): Promise<void>;
	/**
	 * Work that takes real time, such as reading a form: the clock stands still until it is done.
	 */
	hold<T>(work: Promise<T>): Promise<T>;
	/** The same, for work that is noticed and not handed over: the clock stands still while it is there. */
	holdWhile(isBusy: () => boolean): void;
	/**
	 * Lets time pass until the promise has settled.
	 * @throws Error when nothing is left that could settle it, or after `limitMs`
	 */
	until<T>(promise: Promise<T>, limitMs: number): Promise<T>;
	/** Lets this much time pass, whatever happens in it. */
	pass(ms: number): Promise<void>;
	/** Time limits of the node's that somebody still waits for. */
	openTimers(): number;
	/** n8n's process begins anew: what `performance.now` says starts from zero. */
	restartProcess(): void;
	uninstall(): void;
}

/** A world that needs more steps than this spins. */
const MOST_STEPS = 400_000;
/** Turns of the event loop without any timer until nothing can happen any more. */
const MOST_IDLE_TURNS = 50;

/** Timers by time; those of one time in the order in which they were set. A binary heap. */
function createQueue() {
	const heap: Timer[] = [];
	const isBefore = (a: Timer, b: Timer) =>
		a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
	const swap = (a: number, b: number) => {
		[heap[a], heap[b]] = [heap[b], heap[a]];
	};
	return {
		heap,
		push: (timer: Timer) => {
			let index = heap.push(timer) - 1;
			while (index > 0) {
				const parent = (index - 1) >> 1;
				if (!isBefore(heap[index], heap[parent])) break;
				swap(index, parent);
				index = parent;
			}
		},
		pop: (): Timer | undefined => {
			const [first] = heap;
			const last = heap.pop();
			if (last === undefined || heap.length === 0) return first;
			heap[0] = last;
			for (let index = 0; ; ) {
				const left = 2 * index + 1;
				if (left >= heap.length) break;
				const right = left + 1;
				const child = right < heap.length && isBefore(heap[right], heap[left]) ? right : left;
				if (!isBefore(heap[child], heap[index])) break;
				swap(index, child);
				index = child;
			}
			return first;
		},
	};
}

/** Real time in whole ms, whatever `performance.now` says meanwhile. */
function createStopwatch() {
	const real = performance.now.bind(performance);
	let beganMs = real();
	return { ms: () => Math.floor(real() - beganMs), restart: () => (beganMs = real()) };
}

/** `AbortSignal.timeout` that knows whether anybody listens to it. */
function createTimeLimits(after: (ms: number, act: () => void, isIdle: () => boolean) => void) {
	let listeners = 0;
	const timeout = (ms: number): AbortSignal => {
		const controller = new AbortController();
		const { signal } = controller;
		const [add, remove] = [
			signal.addEventListener.bind(signal),
			signal.removeEventListener.bind(signal),
		];
		let count = 0;
		const change = (by: number) => {
			count += by;
			listeners += by;
		};
		signal.addEventListener = (...args: Parameters<typeof add>) => {
			change(1);
			add(...args);
		};
		signal.removeEventListener = (...args: Parameters<typeof remove>) => {
			if (count > 0) change(-1);
			remove(...args);
		};
		after(
			ms,
			() => {
				change(-count);
				controller.abort(new DOMException('The time is over', 'TimeoutError'));
			},
			() => count === 0,
		);
		return signal;
	};
	return { timeout, open: () => listeners };
}

/**
 * @param movesWithWork whether the time that code takes passes as well, so that long work notices
 *   how long it is; otherwise the same world always takes the same course
 */
export function installVirtualTime(startMs: number, movesWithWork = false): VirtualTime {
	const real = { now: Date.now, timeout: AbortSignal.timeout };
	const queue = createQueue();
	const stopwatch = createStopwatch();
	let stepMs = startMs;
	const nowMs = () => (movesWithWork ? stepMs + stopwatch.ms() : stepMs);
	let order = 0;
	let steps = 0;
	let held = 0;
	let isBusy = () => false;
	// As if n8n had been running for an hour.
	let processStartMs = startMs - 3_600_000;

	const add = (ms: number, act: () => void, isIdle?: () => boolean) =>
		queue.push({ atMs: nowMs() + Math.max(0, Math.ceil(ms)), order: order++, act, isIdle });
	const limits = createTimeLimits(add);
	Date.now = nowMs;
	AbortSignal.timeout = limits.timeout;
	Object.defineProperty(performance, 'now', {
		configurable: true,
		value: () => nowMs() - processStartMs,
	});
	/** The next thing that somebody notices. @throws Error when there is none */
	const step = (): boolean => {
		for (;;) {
			const timer = queue.pop();
			if (timer === undefined) return false;
			if (timer.isIdle?.()) continue;
			stepMs = Math.max(nowMs(), timer.atMs);
			stopwatch.restart();
			timer.act();
			if (++steps > MOST_STEPS) throw new Error(`It spins: ${MOST_STEPS} steps`);
			return true;
		}
	};
	const until: VirtualTime['until'] = async (promise, limitMs) => {
		const endMs = nowMs() + limitMs;
		let isSettled = false;
		const settle = () => (isSettled = true);
		promise.then(settle, settle);
		for (let idleTurns = 0; ; ) {
			await nextTurn();
			while (held > 0 || isBusy()) await nextTurn();
			if (isSettled) return await promise;
			if (nowMs() > endMs) throw new Error(`Not settled after ${limitMs} ms of simulated time`);
			if (step()) idleTurns = 0;
			else if (++idleTurns > MOST_IDLE_TURNS) throw new Error('Nothing is left that could happen');
		}
	};
	return {
		now: nowMs,
		after: (ms, act, isIdle) => add(ms, act, isIdle),
		sleep: async (ms) => await new Promise<void>((resolve) => add(ms, resolve)),
		hold: async (work) => {
			held++;
			return await work.finally(() => held--);
		},
		holdWhile: (busy) => (isBusy = busy),
		until,
		pass: async (ms) => await until(new Promise<void>((resolve) => add(ms, resolve)), ms + 1),
		openTimers: limits.open,
		restartProcess: () => (processStartMs = nowMs()),
		uninstall: () => {
			Date.now = real.now;
			AbortSignal.timeout = real.timeout;
			Reflect.deleteProperty(performance, 'now');
		},
	};
}
