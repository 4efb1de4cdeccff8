import { onAbort } from '../async/signals';

/**
 * By execution, runs that its nodes have left before they ended, each with what ends listening for
 * Stop.
 */
const left = new WeakMap<AbortSignal, Map<string, () => void>>();

/**
 * Nobody waits for this run any more, and it continues: its item has failed, or another item has
 * ended the node. If the execution is stopped before a node waits for the run again, for example
 * by Retry On Fail, nobody else cancels it.
 * @param executionStop the execution's own stop, which outlives the node
 */
export function leaveRun(executionStop: AbortSignal, runId: string, onStop: () => void): void {
	forgetRun(executionStop, runId);
	const runs = left.get(executionStop) ?? new Map<string, () => void>();
	runs.set(runId, onAbort(executionStop, onStop));
	left.set(executionStop, runs);
}

/** By execution, runs whose cancel Stop has asked for. */
const cancelled = new WeakMap<AbortSignal, Set<string>>();

/**
 * Whether nobody has cancelled the run for this Stop yet. n8n calls a node again after Stop where
 * Retry On Fail says so, and that call finds the same runs.
 */
export function isFirstToCancel(executionStop: AbortSignal, runId: string): boolean {
	const runs = cancelled.get(executionStop) ?? new Set();
	const isFirst = !runs.has(runId);
	cancelled.set(executionStop, runs.add(runId));
	return isFirst;
}

/** The run is waited for again, or was seen to have ended. */
export function forgetRun(executionStop: AbortSignal, runId: string): void {
	const runs = left.get(executionStop);
	runs?.get(runId)?.();
	runs?.delete(runId);
}
