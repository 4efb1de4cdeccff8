import type { INodeType } from 'n8n-workflow';
import { agentNodes } from './agentNodes';
import { answerNodes } from './answerNodes';
import { fileNodes } from './fileNodes';
import { flowNodes } from './flowNodes';
import { itemNodes } from './itemNodes';
import { requestNode } from './requestNode';
import { s3Node } from './s3Node';
import type { Engine } from './startEngine';

/**
 * Stand-ins for the nodes of n8n itself that our example workflows use: `n8n-nodes-base` is too
 * large to install for them. Each does what the real one does with the parameters the examples set
 * (read in n8n-nodes-base 1.121 and 2.41), and refuses any other, so that an example cannot pass
 * here and fail in n8n.
 */
export const coreNodes: ReadonlyArray<[string, INodeType]> = [
	...flowNodes,
	...itemNodes,
	...fileNodes,
	...agentNodes(),
	requestNode(),
	...answerNodes(),
	s3Node(),
];

export function addCoreNodes(engine: Engine): void {
	for (const [name, type] of coreNodes) engine.add(name, type);
}
