import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { systemClock } from '../core/clock';
import type { Item } from '../core/item';
import type { Resource } from '../core/menu';
import { runOperation } from '../core/runOperation';
import type { RunWaiter } from '../core/runWaiter';
import type { Starter } from '../core/starter';
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
	/** For each item that will wait, once. */
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
	return await runOperation(context, { resources, clock: systemClock, open: openFlowscaleSession });
}

async function openFlowscaleSession(context: IExecuteFunctions, stop: AbortSignal, runIndex: number): Promise<FlowscaleSession> {
	const session = await openSession(context, stop);
	let starter: Starter | undefined;
	let waiting: ReturnType<typeof openWaiting> | undefined;
	return {
		...session,
		starter: () => (starter ??= openStarter(session, runIndex)),
		waiting: (item) => {
			waiting ??= openWaiting(session, item);
			waiting.expectOne();
			return waiting;
		},
	};
}
