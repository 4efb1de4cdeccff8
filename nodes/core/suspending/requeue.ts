import type {
	IExecuteData,
	IExecuteFunctions,
	INode,
	INodeExecutionData,
	ITaskMetadata,
	WorkflowExecuteMode,
} from 'n8n-workflow';
import { isTool } from '../items/agentTool';
import { recordOf } from '../json';

/**
 * How a node suspends an execution and is run again afterwards.
 *
 * n8n has no such call. After `putExecutionToWait` it stores the execution with the node's entry
 * back on top of its stack of nodes to execute. When the time has come it disables that entry's
 * node, so that the node passes its input on instead of waiting once more, and drops the task
 * record of the wait. The node therefore puts a second entry for itself right after it, the one
 * that really runs, and takes the input out of the first, which then leaves no task record and
 * passes nothing on.
 *
 * Read in n8n-core 1.85.4 to 2.41.1 (`handleWaitingState`, `handleDisabledNode`), run on 1.122.48
 * and 2.41.1. The stack and the entry are public fields of n8n's context, but not part of the
 * public type, so everything is checked before it is used.
 */
interface Queue {
	/** What n8n is executing: this node and its input. */
	entry: IExecuteData;
	/** What n8n executes next, first element first. */
	stack: IExecuteData[];
}

/**
 * In an entry's metadata: the run index of the wait that the entry continues. n8n keeps metadata
 * with the execution.
 */
const MARK = 'suspendedRunIndex';
/** In the metadata of the entry that stands for no node. */
const BARRIER = 'suspendedBarrier';

type Metadata = ITaskMetadata & { [MARK]?: number; [BARRIER]?: string };

/**
 * Modes in which the caller of the workflow takes the result that exists when the execution first
 * stops, and does not wait for a resume.
 */
const IN_PLACE_MODES: Partial<Record<WorkflowExecuteMode, string>> = {
	integrated: 'this is a sub-workflow, whose caller takes its items when it first stops',
	evaluation: 'this is an evaluation, which takes the result when the workflow first stops',
	cli: 'n8n was started for this execution alone',
};

/**
 * Why this execution cannot be suspended, as half a sentence for the log; undefined: it can be.
 * Sends and changes nothing.
 */
export function reasonToStay(context: IExecuteFunctions): string | undefined {
	if (isTool(context)) return 'an agent waits for the answer of its tool';
	const reason = IN_PLACE_MODES[context.getMode()];
	if (reason !== undefined) return reason;
	return openQueue(context) === undefined
		? 'this version of n8n does not offer what suspending needs'
		: undefined;
}

export const canSuspend = (context: IExecuteFunctions): boolean =>
	reasonToStay(context) === undefined;

/**
 * The run index of the wait that this entry continues; undefined where it was not put on the stack
 * by `requeue`.
 */
export function requeuedRunIndex(context: IExecuteFunctions): number | undefined {
	const index = (recordOf(readEntry(context)?.metadata) as Metadata | undefined)?.[MARK];
	return typeof index === 'number' ? index : undefined;
}

/**
 * Suspends the execution until then, with this node to be run again for the same items. Its result
 * is what `execute` returns. After the one `await` everything is synchronous, so it cannot stop
 * half-way; where the `await` fails nothing has changed.
 * @throws Error where `canSuspend` is false
 */
export async function requeue(
	context: IExecuteFunctions,
	untilMs: number,
	firstRunIndex: number,
): Promise<INodeExecutionData[][]> {
	const queue = openQueue(context);
	if (queue === undefined) throw new Error('This execution cannot be suspended');
	await context.putExecutionToWait(new Date(untilMs));
	const { entry, stack } = queue;
	removeBarrier(stack, entry.node.name);
	const metadata: Metadata = { ...entry.metadata, [MARK]: firstRunIndex };
	// The node must be another object: n8n stores shared references as such, and disables the node of
	// the other entry.
	stack.unshift({ ...entry, node: { ...entry.node }, metadata });
	stack.push(barrierFor(entry.node));
	// The entry gets no connection data at all. With an empty list of items, each resume would record
	// one more run of the node, and with execution order v0 a Merge node after it would take that run
	// for an input without items.
	entry.data = { main: [] };
	// Otherwise n8n returns an empty item in place of the missing data.
	entry.node = { ...entry.node, alwaysOutputData: false };
	return [[]];
}

/**
 * An entry for a node that no workflow has, at the far end of the stack until the node resumes. It
 * makes n8n refuse "Retry with currently saved workflow" of an execution that died while it waited
 * or resumed: n8n would give both entries of the node the same object, disable it, and return the
 * input items as the result. Its name is what n8n's message quotes.
 */
function barrierFor(node: INode): IExecuteData {
	const metadata: Metadata = { [BARRIER]: node.name };
	return {
		node: {
			...node,
			id: `${node.id}-waiting`,
			name: `${node.name} (still waiting: retry with original workflow)`,
			disabled: true,
			alwaysOutputData: false,
		},
		data: { main: [] },
		source: null,
		metadata,
	};
}

/**
 * Takes the barrier off the stack: called first of all when the node runs, so that n8n never comes
 * to it.
 */
export function resumeFromStack(context: IExecuteFunctions): void {
	const queue = openQueue(context);
	if (queue) removeBarrier(queue.stack, queue.entry.node.name);
}

function removeBarrier(stack: IExecuteData[], nodeName: string): void {
	const isBarrier = ({ metadata }: IExecuteData) =>
		(metadata as Metadata | undefined)?.[BARRIER] === nodeName;
	for (let index = stack.length - 1; index >= 0; index--)
		if (isBarrier(stack[index])) stack.splice(index, 1);
}

/**
 * Makes the node's next error end the execution, whatever On Error says. Where a node continues
 * after an error, n8n passes its input items on. With a connection from the node to itself, that
 * would never end and would freeze the server.
 */
export function endOnError(context: IExecuteFunctions): void {
	const entry = readEntry(context);
	if (entry) entry.node = { ...entry.node, onError: 'stopWorkflow', continueOnFail: false };
}

function readEntry(context: IExecuteFunctions): IExecuteData | undefined {
	const entry = recordOf(context.getExecuteData()) as IExecuteData | undefined;
	return recordOf(entry?.node)?.name === context.getNode().name ? entry : undefined;
}

/** n8n's stack and the node's entry, if this is the engine that they are known from. */
function openQueue(context: IExecuteFunctions): Queue | undefined {
	const { runExecutionData } = context as { runExecutionData?: unknown };
	const stack = recordOf(recordOf(runExecutionData)?.executionData)?.nodeExecutionStack;
	const entry = readEntry(context);
	// The other engine of n8n 2.x never reads the time of the resume. It also lacks this signal.
	const isKnownEngine =
		context.getExecutionCancelSignal() !== undefined &&
		typeof context.putExecutionToWait === 'function';
	if (!isKnownEngine || !Array.isArray(stack) || !Array.isArray(entry?.data?.main))
		return undefined;
	return stack.includes(entry) ? undefined : { entry, stack: stack as IExecuteData[] };
}
