type Act = () => void;

interface Listened {
	acts: Set<Act>;
	/** The one real listener. */
	callAll: Act;
}

const listened = new WeakMap<AbortSignal, Listened>();

/**
 * Calls `act` when the signal is aborted, at once if it is already; returns a function that stops
 * listening. A node with many items hangs many listeners on its one stop signal, and Node warns of
 * a leak from the eleventh: so each signal gets a single real one.
 */
export function onAbort(signal: AbortSignal, act: Act): Act {
	if (signal.aborted) {
		act();
		return () => undefined;
	}
	const { acts, callAll } = listened.get(signal) ?? listenTo(signal);
	acts.add(act);
	return () => {
		// Node keeps a time limit in memory, until its time has come, for as long as it has a listener.
		if (!acts.delete(act) || acts.size > 0) return;
		signal.removeEventListener('abort', callAll);
		listened.delete(signal);
	};
}

function listenTo(signal: AbortSignal): Listened {
	const acts = new Set<Act>();
	const callAll = () => {
		listened.delete(signal);
		for (const act of [...acts]) act();
		acts.clear();
	};
	const entry = { acts, callAll };
	listened.set(signal, entry);
	signal.addEventListener('abort', callAll, { once: true });
	return entry;
}

/** The task's result, or `aborted` once the signal is; it is not listened to after either. */
export async function unlessAborted<T>(
	task: Promise<T>,
	signal: AbortSignal,
): Promise<T | 'aborted'> {
	let forget: Act = () => undefined;
	const aborted = new Promise<'aborted'>((resolve) => {
		forget = onAbort(signal, () => resolve('aborted'));
	});
	return await Promise.race([task, aborted]).finally(forget);
}

/**
 * A signal that is aborted with any of its parents or by `abort`; `release` stops listening to the
 * parents.
 */
export interface LinkedSignal {
	signal: AbortSignal;
	abort(reason?: unknown): void;
	release(): void;
}

/**
 * `AbortSignal.any` would do, but on the Node 20 releases that n8n 1.x runs on it leaks with a
 * long-lived parent.
 */
export function linkSignals(...parents: Array<AbortSignal | undefined>): LinkedSignal {
	const controller = new AbortController();
	const releases = parents.map(
		(parent) => parent && onAbort(parent, () => controller.abort(parent.reason)),
	);
	return {
		signal: controller.signal,
		abort: (reason) => controller.abort(reason),
		release: () => releases.forEach((release) => release?.()),
	};
}

/**
 * Why a signal that only ends a pause of ours is aborted. Without a reason Node builds an error with
 * its stack for each, and a start ends several pauses.
 */
export const PAUSE_OVER = 'the pause is over';

/** Longest single timer; a longer one would overflow and fire at once. */
const LONGEST_MS = 2_000_000_000;

/**
 * A signal that is aborted after this time. Node refuses fractions, which come of any sum in
 * seconds, and more than 49 days.
 */
export function timeLimit(ms: number): AbortSignal {
	return AbortSignal.timeout(Math.min(Math.max(0, Math.ceil(ms)), LONGEST_MS));
}
