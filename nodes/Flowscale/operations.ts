import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { systemClock } from '../core/clock';
import type { Resource } from '../core/menu';
import { runOperation } from '../core/runOperation';
import { openRunSession, type RunSession } from '../core/runSession';
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
import { createRunService } from './runService';
import { openSession, type Session } from './session';

/** What the operations of one node execution share. */
export type FlowscaleSession = Session & RunSession;

/** The node's whole menu. An operation is added by its file and one word here. */
export const resources: Array<Resource<FlowscaleSession>> = [
	{ name: 'Workflow', value: 'workflow', operations: [executeAndWait, execute, getWorkflows] },
	{ name: 'Run', value: 'run', operations: [getRun, getRuns, waitForRun, getOutputs, cancelRun] },
	{ name: 'Output', value: 'output', operations: [getOutput] },
	{ name: 'Cluster', value: 'cluster', operations: [getHealth, getQueue] },
];

export async function executeOperation(
	context: IExecuteFunctions,
): Promise<INodeExecutionData[][]> {
	return await runOperation(context, { resources, clock: systemClock, open: openFlowscaleSession });
}

async function openFlowscaleSession(
	context: IExecuteFunctions,
	stop: AbortSignal,
	runIndex: number,
): Promise<FlowscaleSession> {
	const session = await openSession(context, stop);
	return { ...session, ...openRunSession(createRunService(session), { ...session, runIndex }) };
}
