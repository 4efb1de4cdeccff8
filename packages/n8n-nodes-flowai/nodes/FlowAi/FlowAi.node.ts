import { NodeConnectionTypes } from 'n8n-workflow';
import type {
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
} from 'n8n-workflow';
import { propertiesOf, subtitleOf } from '../../../../nodes/core/items/operation';
import { testKey } from './api/checkKey';
import { executeOperation, resources } from './operations/resources';

export class FlowAi implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'FlowAI',
		name: 'flowAi',
		icon: { light: 'file:flowAi.svg', dark: 'file:flowAi.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: subtitleOf(resources),
		description: 'Run published FlowAI workflows, with answers as a whole or as they are written',
		defaults: { name: 'FlowAI' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'flowAiApi', required: true, testedBy: 'testKey' }],
		properties: propertiesOf(resources),
	};

	methods = { credentialTest: { testKey } };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await executeOperation(this);
	}
}
