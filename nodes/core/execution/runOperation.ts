import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { Clock } from '../async/clock';
import { toNodeError } from '../errors';
import type { Item } from '../items/item';
import { linkSignals } from '../async/signals';
import { findOperation, type Resource } from '../items/operation';
import { runItems } from '../items/runItems';
import { runSuspended } from '../suspending/runSuspended';
import type { RunWaiter } from '../waiting/runWaiter';
import { mustWaitInPlace, openSuspension } from '../suspending/suspension';
import { isTool } from '../items/agentTool';
import type { SuspensionPace } from '../suspending/suspensionPace';
import { isWaitingOperation } from '../waiting/waitingOperation';

/** What a node is made of: its menu, and how what its operations share is opened. */
export interface NodeDefinition<Session extends { clock: Clock; waiting?(item: Item): RunWaiter }> {
	resources: Array<Resource<Session>>;
	clock: Clock;
	/**
	 * @param stop ends with the execution and with the node's first failure
	 * @param runIndex the run of the node that the items came in with
	 */
	open(context: IExecuteFunctions, stop: AbortSignal, runIndex: number): Promise<Session>;
	/** How a wait mode other than `inExecution` suspends; the usual pace where nothing is said. */
	paceOf?(context: IExecuteFunctions, waitMode: string): SuspensionPace | undefined;
}

/** A node's `execute`: the chosen operation for all items, in place or suspended. @throws NodeApiError | NodeOperationError */
export async function runOperation<
	Session extends { clock: Clock; waiting?(item: Item): RunWaiter },
>(
	context: IExecuteFunctions,
	{ resources, clock, open, paceOf }: NodeDefinition<Session>,
): Promise<INodeExecutionData[][]> {
	const operation = findOperation(
		resources,
		context.getNodeParameter('resource', 0),
		context.getNodeParameter('operation', 0),
	);
	const abort = linkSignals(context.getExecutionCancelSignal());
	try {
		const waitMode = isWaitingOperation(operation)
			? String(context.getNodeParameter('waitMode', 0, 'inExecution'))
			: 'inExecution';
		const isSuspended = waitMode !== 'inExecution';
		const suspension = openSuspension(context);
		const session = await open(context, abort.signal, suspension.firstRunIndex);
		const parts = { context, session, abort, clock };
		if (
			isSuspended &&
			isWaitingOperation(operation) &&
			session.waiting &&
			!mustWaitInPlace(context)
		)
			return await runSuspended({
				...parts,
				operation,
				suspension,
				waiting: session.waiting,
				pace: paceOf?.(context, waitMode),
			});
		const items = await runItems({ ...parts, operation });
		return isSuspended && !isTool(context) ? [[], items] : [items];
	} catch (error) {
		throw toNodeError(context.getNode(), error);
	} finally {
		abort.abort();
		abort.release();
	}
}
