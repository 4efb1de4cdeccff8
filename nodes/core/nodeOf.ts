import type { IExecuteFunctions, INode } from 'n8n-workflow';

const nodes = new WeakMap<IExecuteFunctions, INode>();

/**
 * The node as the user set it up. n8n copies all of it each time that it is asked (n8n-core 2.41),
 * and ten thousand items ask several times each; it does not change while it is executed.
 */
export function nodeOf(context: IExecuteFunctions): INode {
	const known = nodes.get(context);
	if (known !== undefined) return known;
	const node = context.getNode();
	nodes.set(context, node);
	return node;
}
