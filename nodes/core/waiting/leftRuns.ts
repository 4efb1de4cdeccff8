import { onAbort } from '../async/signals';

/** By execution, runs that a failed try of a node has left, each with what ends listening for Stop. */
const left = new WeakMap<AbortSignal, Map<string, () => void>>();

/**
 * A failed item has ended the node, and this run of another item continues. If the execution is
 * stopped before Retry On Fail has brought the node back to the run, nobody else cancels it.
 * @param stopped the execution's own stop, which outlives the node
 */
export function leaveRun(stopped: AbortSignal, runId: string, onStop: () => void): void {
	returnToRun(stopped, runId);
	const runs = left.get(stopped) ?? new Map<string, () => void>();
	runs.set(runId, onAbort(stopped, onStop));
	left.set(stopped, runs);
}

/** The run is waited for again. */
export function returnToRun(stopped: AbortSignal, runId: string): void {
	const runs = left.get(stopped);
	runs?.get(runId)?.();
	runs?.delete(runId);
}
