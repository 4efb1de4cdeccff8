import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { systemClock } from '../../core/async/clock';
import type { Item } from '../../core/items/item';
import type { Resource } from '../../core/items/operation';
import { runOperation } from '../../core/execution/runOperation';
import { openRunSession } from '../../core/execution/runSession';
import { cancelGroup } from './cancelGroup';
import { cancelRun } from './cancelRun';
import { execute } from './execute';
import { executeAndWait } from './executeAndWait';
import { getGroup } from './getGroup';
import { getHealth } from './getHealth';
import { getOutput } from './getOutput';
import { getOutputs } from './getOutputs';
import { getQueue } from './getQueue';
import { getRun } from './getRun';
import { getRunEvents } from './getRunEvents';
import { getRuns } from './getRuns';
import { getWorkflows } from './getWorkflows';
import { forTool } from './toolOutput';
import { waitForGroup } from './waitForGroup';
import { waitForRun } from './waitForRun';
import { createGroupService, waiterOfGroup } from '../runs/groupService';
import { createRunService } from '../runs/runService';
import { type FlowscaleSession, openSession } from '../runs/session';
import { existingGroupId } from '../inputs/groupId';

/** The node's whole menu. An operation is added by its file and one word here. */
export const resources: Array<Resource<FlowscaleSession>> = [
	{ name: 'Workflow', value: 'workflow', operations: [executeAndWait, execute, getWorkflows] },
	{
		name: 'Run',
		value: 'run',
		operations: [getRun, getRuns, waitForRun, getOutputs, getRunEvents, cancelRun],
	},
	{ name: 'Group', value: 'group', operations: [getGroup, waitForGroup, cancelGroup] },
	{ name: 'Output', value: 'output', operations: [getOutput] },
	{ name: 'Cluster', value: 'cluster', operations: [getHealth, getQueue] },
];

export async function executeOperation(
	context: IExecuteFunctions,
): Promise<INodeExecutionData[][]> {
	const outputs = await runOperation(context, {
		resources,
		clock: systemClock,
		open: openFlowscaleSession,
	});
	return forTool(context, outputs);
}

async function openFlowscaleSession(
	context: IExecuteFunctions,
	stop: AbortSignal,
	runIndex: number,
): Promise<FlowscaleSession> {
	const session = await openSession(context, stop);
	const service = createRunService(session);
	if (context.getNodeParameter('resource', 0) !== 'group')
		return { ...session, ...openRunSession(service, { ...session, runIndex }) };
	const progress = { ...session.progress, changed: session.progress.groupChanged };
	const groups = openRunSession(createGroupService(service, session), {
		...session,
		progress,
		runIndex,
	});
	const waiting = (item: Item) =>
		waiterOfGroup(groups.waiting(item), existingGroupId(item.text('groupId', 'Group ID')));
	return { ...session, ...groups, waiting };
}
