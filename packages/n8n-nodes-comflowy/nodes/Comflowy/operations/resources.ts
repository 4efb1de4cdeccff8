import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { systemClock } from '../../../../../nodes/core/async/clock';
import type { Resource } from '../../../../../nodes/core/items/operation';
import { runOperation } from '../../../../../nodes/core/execution/runOperation';
import { callbackPace } from '../callback/callback';
import { execute } from './execute';
import { executeAndWait } from './executeAndWait';
import { getRun } from './getRun';
import { type ComflowySession, openSession } from '../runs/session';

/** The node's whole menu. An operation is added by its file and one word here. */
export const resources: Array<Resource<ComflowySession>> = [
	{ name: 'Workflow', value: 'workflow', operations: [executeAndWait, execute] },
	{ name: 'Run', value: 'run', operations: [getRun] },
];

export async function executeOperation(
	context: IExecuteFunctions,
): Promise<INodeExecutionData[][]> {
	return await runOperation(context, {
		resources,
		clock: systemClock,
		open: openSession,
		paceOf: (of, waitMode) => (waitMode === 'callback' ? callbackPace(of) : undefined),
	});
}
