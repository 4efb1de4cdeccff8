import { deepCopy, NodeConnectionTypes } from 'n8n-workflow';
import type { INode, INodeProperties, INodeType } from 'n8n-workflow';
import type { Engine } from './startEngine';

const descriptionType: INodeProperties = {
	displayName: 'Tool Description',
	name: 'descriptionType',
	type: 'options',
	options: [],
	default: 'auto',
};
const toolDescription: INodeProperties = {
	displayName: 'Description',
	name: 'toolDescription',
	type: 'string',
	default: '',
	displayOptions: { show: { descriptionType: ['manual'] } },
};

/** Adds the variant of a node that n8n's server makes for agents, as its `tool-generation` does. */
export function addTool(engine: Engine, name: string): void {
	const node = engine.nodeTypes.getByNameAndVersion(name, 1);
	const description = deepCopy(node.description);
	description.name += 'Tool';
	description.displayName += ' Tool';
	description.inputs = [];
	description.outputs = [NodeConnectionTypes.AiTool];
	description.properties.unshift(descriptionType, toolDescription);
	delete description.usableAsTool;
	engine.add(`${name}Tool`, Object.assign(Object.create(node) as INodeType, { description }));
}

/** A node as an agent's tool, on an engine that has the tool then. */
export function toolOf(engine: Engine, node: INode): INode {
	addTool(engine, node.type);
	return { ...node, type: `${node.type}Tool` };
}
