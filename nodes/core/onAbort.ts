type Act = () => void;

const listened = new WeakMap<AbortSignal, Set<Act>>();

/**
 * Calls `act` when the signal is aborted, at once if it is already; returns how to let go of it. A node with many items hangs
 * many listeners on its one stop signal, and Node warns of a leak from the eleventh: so each signal gets a single real one.
 */
export function onAbort(signal: AbortSignal, act: Act): Act {
	if (signal.aborted) {
		act();
		return () => undefined;
	}
	const acts = listened.get(signal) ?? listenTo(signal);
	acts.add(act);
	return () => acts.delete(act);
}

function listenTo(signal: AbortSignal): Set<Act> {
	const acts = new Set<Act>();
	listened.set(signal, acts);
	const callAll = () => {
		for (const act of [...acts]) act();
		acts.clear();
	};
	signal.addEventListener('abort', callAll, { once: true });
	return acts;
}
