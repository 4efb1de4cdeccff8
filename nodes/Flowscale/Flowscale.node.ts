import { NodeConnectionTypes } from 'n8n-workflow';
import type {
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
} from 'n8n-workflow';
import { propertiesOf, subtitleOf } from '../core/items/operation';
import { testDeployment } from './api/checkDeployment';
import { getWorkflowInputs, searchRuns, searchWorkflows } from './inputs/methods';
import { executeOperation, resources } from './operations/resources';
import { toolFields } from './operations/toolOutput';

export class Flowscale implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Flowscale',
		name: 'flowscale',
		icon: { light: 'file:flowscale.svg', dark: 'file:flowscale.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: subtitleOf(resources),
		description: 'Make images, videos, audio and text with ComfyUI workflows on Flowscale',
		defaults: { name: 'Flowscale' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		waitingNodeTooltip:
			'The runs continue at Flowscale. The execution is saved, and checks again after 1 to 15 minutes.',
		credentials: [{ name: 'flowscaleApi', required: true, testedBy: 'testDeployment' }],
		properties: [...propertiesOf(resources), ...toolFields],
	};

	methods = {
		credentialTest: { testDeployment },
		listSearch: { searchRuns, searchWorkflows },
		resourceMapping: { getWorkflowInputs },
	};

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await executeOperation(this);
	}
}
