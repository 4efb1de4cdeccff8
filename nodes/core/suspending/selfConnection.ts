import type { IConnections, IExecuteFunctions, INode } from 'n8n-workflow';
import { ConfigurationError } from '../errors';
import { endOnError } from './requeue';

/** Sources of each input of a node, as n8n's `IConnections` has them. */
type Inputs = Array<Array<{ node: string }> | null> | undefined;

/**
 * An output that leads back to the input of the same node is a loop that starts its runs, and pays
 * for them, again and again.
 * @throws ConfigurationError
 */
export function refuseSelfConnection(context: IExecuteFunctions): void {
	const node = context.getNode();
	const sources = (inputsOf(context, node) ?? []).flatMap((input) => input ?? []);
	if (!sources.some((source) => source.node === node.name)) return;
	endOnError(context);
	throw new ConfigurationError(
		'An output of this node is connected to its input',
		'Remove that connection, and connect the output to the next node. In this Wait Mode the node resumes by itself; with the connection it would start its runs again and again.',
	);
}

/**
 * From `getConnections`, which n8n's context has from n8n 1.100 on, or before that from its
 * workflow. Neither is in the public type, and the public `getParentNodes` leaves the node itself
 * out.
 */
function inputsOf(context: IExecuteFunctions, node: INode): Inputs {
	const { getConnections, workflow } = context as {
		getConnections?(to: INode, type: string): Inputs;
		workflow?: { connectionsByDestinationNode?: IConnections };
	};
	return typeof getConnections === 'function'
		? getConnections.call(context, node, 'main')
		: workflow?.connectionsByDestinationNode?.[node.name]?.main;
}
