import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { systemClock } from '../../../../nodes/core/clock';
import type { Resource } from '../../../../nodes/core/menu';
import { runOperation } from '../../../../nodes/core/runOperation';
import { callbackPace } from './callback';
import { execute } from './operations/execute';
import { executeAndWait } from './operations/executeAndWait';
import { getRun } from './operations/getRun';
import { type ComflowySession, openSession } from './session';

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
