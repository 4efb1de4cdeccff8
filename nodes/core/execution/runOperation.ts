import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { Clock } from '../async/clock';
import { failureText, ServiceError, toNodeError } from '../errors';
import type { Item } from '../items/item';
import { linkSignals } from '../async/signals';
import { findOperation, type Resource } from '../items/operation';
import { showEndSummary } from './endSummary';
import { requireMinimumVersion } from './minimumVersion';
import { named } from './otherRuns';
import type { Doubts } from '../items/itemDoubts';
import { type DescribeOthers, linkedItems } from '../items/itemFailures';
import { runItems } from '../items/runItems';
import { runSuspended } from '../suspending/runSuspended';
import type { RunWaiter } from '../waiting/runWaiter';
import { reasonToStay, resumeFromStack } from '../suspending/requeue';
import { refuseSelfConnection } from '../suspending/selfConnection';
import { openStartMemory } from '../starting/startMemory';
import type { Starter } from '../starting/starter';
import { NOT_BEGUN, openSuspension, type Suspension } from '../suspending/suspension';
import type { SuspensionPace } from '../suspending/suspensionPace';
import { isWaitingOperation } from '../waiting/waitingOperation';

/** What every node's session has. */
interface NodeSession {
	clock: Clock;
	waiting?(item: Item): RunWaiter;
	starter?(): Pick<Starter, 'known'>;
	otherRuns?: { describe: DescribeOthers };
	doubts?: Doubts;
	/** An item that was to wait has failed before it could begin. */
	neverBegun?(): void;
}

/** What a node is made of: its menu, and how what its operations share is opened. */
export interface NodeDefinition<Session extends NodeSession> {
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

/**
 * A node's `execute`: the chosen operation for all items, in place or suspended.
 * @throws NodeApiError | NodeOperationError
 */
export async function runOperation<Session extends NodeSession>(
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
		requireMinimumVersion(context);
		resumeFromStack(context);
		const waitMode = isWaitingOperation(operation)
			? String(context.getNodeParameter('waitMode', 0, IN_EXECUTION))
			: IN_EXECUTION;
		if (waitMode !== IN_EXECUTION) refuseSelfConnection(context);
		const suspension = openSuspension(context);
		const session = await open(context, abort.signal, suspension.firstRunIndex).catch(
			(error: unknown) => ({ failure: error }),
		);
		if ('failure' in session) return failedResume(context, suspension, session.failure);
		const describeOthers = session.otherRuns?.describe;
		const { doubts } = session;
		const onNeverBegun = isWaitingOperation(operation) ? session.neverBegun : undefined;
		const parts = { context, session, abort, clock, describeOthers, doubts, onNeverBegun };
		if (
			isWaitingOperation(operation) &&
			session.waiting &&
			waitMode !== IN_EXECUTION &&
			isSuspendable(context)
		) {
			const pace = paceOf?.(context, waitMode);
			const { waiting } = session;
			const startedRun = (index: number) => session.starter?.().known(index, '')?.run_id;
			const resume = { operation, suspension, waiting, startedRun, pace };
			const outputs = await runSuspended({ ...parts, ...resume });
			showEndSummary(context, outputs[0] ?? []);
			return outputs;
		}
		const items = await runItems({ ...parts, operation });
		if (isWaitingOperation(operation)) showEndSummary(context, items);
		return [items];
	} catch (error) {
		throw toNodeError(context.getNode(), error);
	} finally {
		abort.abort();
		abort.release();
	}
}

/**
 * The items of a node that fails after a suspension before it has come to them, for example because
 * its credential was deleted. Where it continues on errors, n8n would pass its input on instead.
 * @throws NodeApiError | NodeOperationError where it does not continue, or has started nothing
 */
function failedResume(
	context: IExecuteFunctions,
	{ firstRunIndex, waits, failures }: Suspension,
	error: unknown,
): INodeExecutionData[][] {
	const { ofItem } = openStartMemory(context, firstRunIndex);
	const runs = waits.map((wait, index) => (wait === NOT_BEGUN ? undefined : ofItem(index)?.runId));
	const runIds = runs.flatMap((runId) => runId ?? []);
	if (runIds.length === 0) throw toNodeError(context.getNode(), error);
	const advice = `When this is fixed, retry the execution: it waits for the runs that it has started. Or collect them by ${named('run ID', runIds)}.`;
	if (!context.continueOnFail()) throw toNodeError(context.getNode(), error, undefined, advice);
	const text = failureText(error);
	const texts = runs.map(
		(runId, index) => failures[index] ?? failureText(new ServiceError(text, { runId })),
	);
	return [linkedItems(runs.length, new Map(), new Map(texts.entries()))];
}

const IN_EXECUTION = 'inExecution';
const LOGGED_KEY = 'isWaitInPlaceLogged';

/**
 * Whether the wait may be suspended. Where not, the node waits in the execution, and n8n's log says
 * so once per execution.
 */
function isSuspendable(context: IExecuteFunctions): boolean {
	const reason = reasonToStay(context);
	if (reason === undefined) return true;
	const store = context.getContext('node');
	if (store[LOGGED_KEY] !== true)
		context.logger.info(
			`${context.getNode().name}: waits in the execution, which cannot be suspended: ${reason}`,
		);
	store[LOGGED_KEY] = true;
	return false;
}
