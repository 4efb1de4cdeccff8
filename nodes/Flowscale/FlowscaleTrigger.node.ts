import { NodeConnectionTypes } from 'n8n-workflow';
import type {
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
	IPollFunctions,
} from 'n8n-workflow';
import { testDeployment } from './api/checkDeployment';
import { searchWorkflows } from './inputs/methods';
import { pollRuns } from './trigger/pollRuns';
import { triggerFields } from './trigger/triggerFields';

export class FlowscaleTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Flowscale Trigger',
		name: 'flowscaleTrigger',
		icon: { light: 'file:flowscale.svg', dark: 'file:flowscale.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle: '={{ [$parameter["events"]].flat().join(", ") }}',
		// The nodes panel shows this for the action node, too.
		description:
			'Make images, videos, audio and text with ComfyUI workflows on Flowscale, or start when runs end',
		eventTriggerDescription: '',
		activationMessage: 'Runs that end from now on start this workflow.',
		defaults: { name: 'Flowscale Trigger' },
		polling: true,
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		credentials: [{ name: 'flowscaleApi', required: true, testedBy: 'testDeployment' }],
		properties: triggerFields,
	};

	methods = { credentialTest: { testDeployment }, listSearch: { searchWorkflows } };

	async poll(this: IPollFunctions): Promise<INodeExecutionData[][] | null> {
		return await pollRuns(this);
	}
}
