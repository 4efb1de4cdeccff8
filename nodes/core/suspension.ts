import type { IDataObject, IExecuteFunctions, INode } from 'n8n-workflow';
import { UserMistake } from './errors';

/** Outputs of a node that suspends: the first is wired back to its own input. */
export const STILL_RUNNING = 0;
export const DONE = 1;

/**
 * What must survive a suspension, kept in the node's context, which n8n stores with the execution. n8n hands a suspended
 * node's input on through its first output when the time comes and never runs the node itself again; the wire back does.
 */
export interface Suspension {
	/** The node's run that these items came in with; every turn of the loop is a further one. */
	firstRunIndex: number;
	/** Epoch ms. */
	sinceMs: number;
	/** How often the execution was suspended. */
	turns: number;
	/** Items that failed for good (continue on fail), by index: their error texts. */
	failures: Record<string, string>;
	/** Items whose failure ended the node: n8n's retry starts their runs anew. */
	reported: Record<string, boolean>;
}

const KEY = 'suspendedWait';
const SHORTEST_MS = 60_000;
const LONGEST_MS = 900_000;
const SHARE_OF_AGE = 0.25;

/** Whether the items came through the wire back, rather than from the node before. */
export function isTurn(context: IExecuteFunctions): boolean {
	return sourceOf(context)?.previousNode === context.getNode().name;
}

/** The wait that goes on, or a new one. */
export function openSuspension(context: IExecuteFunctions, nowMs: number): Suspension {
	const store = context.getContext('node');
	const known = store[KEY] as unknown as Suspension | undefined;
	const runIndex = Number(context.evaluateExpression('{{ $runIndex }}', 0));
	// n8n's retry comes with the same run index, a turn with a later one through the wire.
	const isSameWait = known !== undefined && (isTurn(context) || known.firstRunIndex === runIndex);
	return isSameWait ? known : { firstRunIndex: runIndex, sinceMs: nowMs, turns: 0, failures: {}, reported: {} };
}

export function saveSuspension(context: IExecuteFunctions, suspension: Suspension): void {
	context.getContext('node')[KEY] = suspension as unknown as IDataObject;
}

export function closeSuspension(context: IExecuteFunctions): void {
	delete context.getContext('node')[KEY];
}

/**
 * Pause before the next turn: a quarter of the wait so far, from one minute (n8n resumes shorter waits late) to 15 minutes.
 * @param ageMs of the oldest run that has not ended
 */
export function pauseBeforeTurn(ageMs: number): number {
	return Math.min(LONGEST_MS, Math.max(SHORTEST_MS, ageMs * SHARE_OF_AGE));
}

/** An agent waits for the tool's answer, and on n8n 1.x the caller of a sub-workflow gets the wrong items after a wait. */
export function mustWaitInPlace(context: IExecuteFunctions): boolean {
	return isTool(context) || context.getMode() === 'integrated';
}

export function isTool(context: IExecuteFunctions): boolean {
	return context.getNode().type.endsWith('Tool') || context.isToolExecution?.() === true;
}

const WIRE_HINT = 'Connect the output "Still Running" of this node to its own input, and what comes next to "Done".';

/** @throws UserMistake when nothing would look at the runs again, or the wire would start them again for ever */
export function checkWire(context: IExecuteFunctions): void {
	const known = wiredOutputs(context, context.getNode());
	const outputs = known ?? [sourceOf(context)?.previousNodeOutput ?? STILL_RUNNING];
	if (outputs.length === 0) throw new UserMistake('Suspended waiting needs a wire that is missing', WIRE_HINT);
	if (outputs.some((output) => output !== STILL_RUNNING)) throw new UserMistake('Suspended waiting needs its wire drawn from the output "Still Running"', WIRE_HINT);
}

function sourceOf(context: IExecuteFunctions): { previousNode: string; previousNodeOutput?: number } | undefined {
	return context.getExecuteData().source?.main?.[0] ?? undefined;
}

/** Outputs of the node that lead to its own input, where this n8n tells them (1.x and 2.x do; it is not in the public type). */
function wiredOutputs(context: IExecuteFunctions, node: INode): number[] | undefined {
	const { getConnections } = context as { getConnections?(to: INode, type: string): Array<Array<{ node: string; index: number }> | null> };
	if (typeof getConnections !== 'function') return undefined;
	const inputs = getConnections.call(context, node, 'main');
	return inputs.flatMap((sources) => sources ?? []).filter((source) => source.node === node.name).map(({ index }) => index);
}
