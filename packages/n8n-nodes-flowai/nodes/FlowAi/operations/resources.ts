import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { systemClock } from '../../../../../nodes/core/async/clock';
import type { Resource } from '../../../../../nodes/core/items/operation';
import { runOperation } from '../../../../../nodes/core/execution/runOperation';
import { execute } from './execute';
import { openSession, type Session } from '../runs/session';

/** The node's whole menu. An operation is added by its file and one word here. */
export const resources: Array<Resource<Session>> = [
	{ name: 'Workflow', value: 'workflow', operations: [execute] },
];

export async function executeOperation(
	context: IExecuteFunctions,
): Promise<INodeExecutionData[][]> {
	let session: Session | undefined;
	const outputs = await runOperation(context, {
		resources,
		clock: systemClock,
		open: async (...parts) => (session = await openSession(...parts)),
	});
	// A first item with an error is a failed try to n8n, whatever On Error says: it runs the node
	// again for all items.
	if (outputs[0][0]?.json.error === undefined) session?.memory.clear();
	return outputs;
}
