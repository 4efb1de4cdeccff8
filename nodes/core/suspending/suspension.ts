import type { IDataObject, IExecuteFunctions, INode } from 'n8n-workflow';
import { ConfigurationError } from '../errors';
import { isTool } from '../items/agentTool';

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
	/** How often the execution was suspended. */
	resumes: number;
	/** When n8n was told to come back, epoch ms, until it has; a callback brings it back earlier. */
	dueMs?: number;
	/** Since when each item's run is waited for, by index, in epoch ms: the later ones have to wait for a place. */
	sinceMs: Record<string, number>;
	/** Items whose run has ended: it is looked at again once all have. */
	ended: Record<string, boolean>;
	/** Items that failed for good (continue on fail), by index: their error texts. */
	failures: Record<string, string>;
	/** Items whose failure ended the node: the next try starts their runs anew. */
	reported: Record<string, boolean>;
	/** Tries of the node that failed in this execution, over all turns. */
	failedTries: number;
	/** A retry by hand is an execution of its own, and its tries count anew. */
	executionId: string;
}

const KEY = 'suspendedWait';

/** Whether the items came through the wire back, rather than from the node before. */
export function isResume(context: IExecuteFunctions): boolean {
	return sourceOf(context)?.previousNode === context.getNode().name;
}

/** The wait that goes on, or a new one. */
export function openSuspension(context: IExecuteFunctions): Suspension {
	const store = context.getContext('node');
	const known = store[KEY] as unknown as Suspension | undefined;
	const runIndex = Number(context.evaluateExpression('{{ $runIndex }}', 0));
	const executionId = context.getExecutionId();
	// n8n's retry comes with the same run index, a turn with a later one through the wire.
	const isSameWait = known !== undefined && (isResume(context) || known.firstRunIndex === runIndex);
	if (!isSameWait)
		return {
			firstRunIndex: runIndex,
			resumes: 0,
			sinceMs: {},
			ended: {},
			failures: {},
			reported: {},
			failedTries: 0,
			executionId,
		};
	return known.executionId === executionId ? known : { ...known, executionId, failedTries: 0 };
}

/**
 * Whether runs that failed may be started anew. n8n's "Retry On Fail" counts the tries of a turn; over all turns there
 * would be no end to them, and each is paid for.
 */
export function mayStartAnew(context: IExecuteFunctions, { failedTries }: Suspension): boolean {
	const { retryOnFail = false, maxTries } = context.getNode();
	// The limits are n8n's.
	return failedTries < (retryOnFail ? Math.min(5, Math.max(2, maxTries ?? 3)) : 1);
}

export function saveSuspension(context: IExecuteFunctions, suspension: Suspension): void {
	context.getContext('node')[KEY] = suspension as unknown as IDataObject;
}

export function closeSuspension(context: IExecuteFunctions): void {
	delete context.getContext('node')[KEY];
}

/** An agent waits for the tool's answer, and on n8n 1.x the caller of a sub-workflow gets the wrong items after a wait. */
export function mustWaitInPlace(context: IExecuteFunctions): boolean {
	return isTool(context) || context.getMode() === 'integrated';
}

const WIRE_HINT =
	'Connect the output "Still Running" of this node to its own input, and what comes next to "Done".';

/** @throws ConfigurationError when nothing would look at the runs again, or the wire would start them again for ever */
export function checkWire(context: IExecuteFunctions): void {
	const outputs = wiredOutputs(context, context.getNode()) ?? [
		isResume(context) ? (sourceOf(context)?.previousNodeOutput ?? STILL_RUNNING) : STILL_RUNNING,
	];
	if (outputs.length === 0)
		throw new ConfigurationError('Suspended waiting needs a wire that is missing', WIRE_HINT);
	if (outputs.some((output) => output !== STILL_RUNNING))
		throw new ConfigurationError(
			'Suspended waiting needs its wire drawn from the output "Still Running"',
			WIRE_HINT,
		);
}

function sourceOf(
	context: IExecuteFunctions,
): { previousNode: string; previousNodeOutput?: number } | undefined {
	return context.getExecuteData().source?.main?.[0] ?? undefined;
}

/**
 * Outputs of the node that lead to its own input, where this n8n tells them (1.x and 2.x do; it is not in the public type,
 * and the public `getParentNodes` never names the node itself). Elsewhere only a turn shows how the wire was drawn.
 */
function wiredOutputs(context: IExecuteFunctions, node: INode): number[] | undefined {
	const { getConnections } = context as {
		getConnections?(to: INode, type: string): Array<Array<{ node: string; index: number }> | null>;
	};
	if (typeof getConnections !== 'function') return undefined;
	const inputs = getConnections.call(context, node, 'main');
	return inputs
		.flatMap((sources) => sources ?? [])
		.filter((source) => source.node === node.name)
		.map(({ index }) => index);
}
