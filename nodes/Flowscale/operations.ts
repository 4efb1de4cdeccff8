import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { systemClock } from '../core/clock';
import { toNodeError } from '../core/errors';
import type { Item } from '../core/item';
import { linkSignals } from '../core/linkedSignal';
import { findOperation, type Resource } from '../core/menu';
import { runItems } from '../core/runItems';
import { runSuspended } from '../core/runSuspended';
import type { RunWaiter } from '../core/runWaiter';
import type { Starter } from '../core/starter';
import { isTool, mustWaitInPlace, openSuspension } from '../core/suspension';
import { isWaitingOperation } from '../core/waitingOperation';
import { cancelRun } from './operations/cancelRun';
import { execute } from './operations/execute';
import { executeAndWait } from './operations/executeAndWait';
import { getHealth } from './operations/getHealth';
import { getOutput } from './operations/getOutput';
import { getOutputs } from './operations/getOutputs';
import { getQueue } from './operations/getQueue';
import { getRun } from './operations/getRun';
import { getRuns } from './operations/getRuns';
import { getWorkflows } from './operations/getWorkflows';
import { waitForRun } from './operations/waitForRun';
import { openSession, type Session } from './session';
import { openStarter, openWaiting } from './waiting';

/** What the operations of one node execution share; starter and waiting are opened by the first item that needs them. */
export interface FlowscaleSession extends Session {
	starter(): Starter;
	waiting(item: Item): RunWaiter;
}

/** The node's whole menu. An operation is added by its file and one word here. */
export const resources: Array<Resource<FlowscaleSession>> = [
	{ name: 'Workflow', value: 'workflow', operations: [executeAndWait, execute, getWorkflows] },
	{ name: 'Run', value: 'run', operations: [getRun, getRuns, waitForRun, getOutputs, cancelRun] },
	{ name: 'Output', value: 'output', operations: [getOutput] },
	{ name: 'Cluster', value: 'cluster', operations: [getHealth, getQueue] },
];

export async function executeOperation(context: IExecuteFunctions): Promise<INodeExecutionData[][]> {
	const operation = findOperation(resources, context.getNodeParameter('resource', 0), context.getNodeParameter('operation', 0));
	const life = linkSignals(context.getExecutionCancelSignal());
	try {
		const isSuspended = isWaitingOperation(operation) && context.getNodeParameter('waitMode', 0, 'inExecution') === 'suspended';
		const suspension = openSuspension(context, systemClock.now());
		const session = await openFlowscaleSession(context, life.signal, suspension.firstRunIndex);
		const parts = { context, session, life, clock: session.clock };
		if (isSuspended && !mustWaitInPlace(context)) return await runSuspended({ ...parts, operation, suspension, waiting: session.waiting });
		const items = await runItems({ ...parts, operation });
		return isSuspended && !isTool(context) ? [[], items] : [items];
	} catch (error) {
		throw toNodeError(context.getNode(), error);
	} finally {
		life.abort();
		life.release();
	}
}

async function openFlowscaleSession(context: IExecuteFunctions, stop: AbortSignal, runIndex: number): Promise<FlowscaleSession> {
	const session = await openSession(context, stop);
	let starter: Starter | undefined;
	let waiting: RunWaiter | undefined;
	return {
		...session,
		starter: () => (starter ??= openStarter(session, runIndex)),
		waiting: (item) => (waiting ??= openWaiting(session, item)),
	};
}
