import { NodeConnectionTypes } from 'n8n-workflow';
import type {
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
} from 'n8n-workflow';
import { propertiesOf } from '../core/items/operation';
import { getWorkflowInputs, searchRuns, searchWorkflows } from './inputs/methods';
import { executeOperation, resources } from './operations/resources';

export class Flowscale implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Flowscale',
		name: 'flowscale',
		icon: { light: 'file:flowscale.svg', dark: 'file:flowscale.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: '={{ $parameter["operation"] + ": " + $parameter["resource"] }}',
		description: 'Run ComfyUI workflows on Flowscale and fetch what they make',
		defaults: { name: 'Flowscale' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		waitingNodeTooltip:
			'The runs continue at Flowscale. The execution is saved, and checks again after 1 to 15 minutes.',
		credentials: [{ name: 'flowscaleApi', required: true }],
		properties: propertiesOf(resources),
	};

	methods = { listSearch: { searchRuns, searchWorkflows }, resourceMapping: { getWorkflowInputs } };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await executeOperation(this);
	}
}
