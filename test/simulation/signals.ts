import type { VirtualTime } from './virtualTime';

type Listener = (event: { type: 'abort' }) => void;

/** One for all: what it costs to make a DOMException is more than all else that an abort does. */
const ABORTED = new DOMException('This operation was aborted', 'AbortError');
const TIME_IS_OVER = new DOMException('The time is over', 'TimeoutError');
const ABORT_EVENT = { type: 'abort' as const };

/**
 * The part of an `AbortSignal` that is used here, which Node takes ten times as long for. Whatever
 * else is asked of it is not there, and shows as a mistake of the code.
 */
class Signal {
	#isAborted = false;
	#reason: unknown;
	readonly #listeners = new Map<Listener, boolean>();

	/**
	 * @param onListeners called with the change in the number of listeners
	 * @param isOver whether the time has come, for which nobody may have waited
	 */
	constructor(
		private readonly onListeners?: (change: number) => void,
		private readonly isOver?: () => boolean,
	) {}

	get isHeard(): boolean {
		return this.#listeners.size > 0;
	}

	get aborted(): boolean {
		return this.#isAborted || this.isOver?.() === true;
	}

	get reason(): unknown {
		return this.#reason ?? (this.aborted ? TIME_IS_OVER : undefined);
	}

	addEventListener(type: string, listener: Listener, options?: { once?: boolean }): void {
		if (type !== 'abort' || this.#listeners.has(listener)) return;
		this.#listeners.set(listener, options?.once === true);
		this.onListeners?.(1);
	}

	removeEventListener(type: string, listener: Listener): void {
		if (type === 'abort' && this.#listeners.delete(listener)) this.onListeners?.(-1);
	}

	throwIfAborted(): void {
		if (this.aborted) throw this.reason;
	}

	/** Not of the real one, where only the controller can do it. */
	abort(reason: unknown): void {
		if (this.#isAborted) return;
		this.#isAborted = true;
		this.#reason = reason;
		for (const [listener, isOnce] of [...this.#listeners]) {
			if (!this.#listeners.has(listener)) continue;
			if (isOnce) this.removeEventListener('abort', listener);
			listener.call(this, ABORT_EVENT);
		}
		// No other event comes, and whoever still listens waits for nothing.
		this.onListeners?.(-this.#listeners.size);
		this.#listeners.clear();
	}
}

class Controller {
	readonly signal = new Signal();

	abort(reason: unknown = ABORTED): void {
		this.signal.abort(reason);
	}
}

export interface Signals {
	/** Time limits that somebody still waits for. */
	open(): number;
	uninstall(): void;
}

/** Puts signals that cost little in place of Node's, and time limits that run on simulated time. */
export function installSignals({ now, after }: VirtualTime): Signals {
	const real = { controller: AbortController, timeout: AbortSignal.timeout };
	let listeners = 0;
	const count = (change: number) => void (listeners += change);
	const timeout = (ms: number): unknown => {
		const endMs = now() + ms;
		const signal = new Signal(count, () => now() >= endMs);
		after(
			ms,
			() => signal.abort(TIME_IS_OVER),
			() => !signal.isHeard,
		);
		return signal;
	};
	AbortController = Controller as unknown as typeof AbortController;
	AbortSignal.timeout = timeout as typeof AbortSignal.timeout;
	return {
		open: () => listeners,
		uninstall: () => {
			AbortController = real.controller;
			AbortSignal.timeout = real.timeout;
		},
	};
}
