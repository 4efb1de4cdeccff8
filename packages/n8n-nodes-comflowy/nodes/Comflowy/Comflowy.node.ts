import { NodeConnectionTypes } from 'n8n-workflow';
import type {
	IExecuteFunctions,
	INodeExecutionData,
	INodeType,
	INodeTypeDescription,
	IWebhookDescription,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';
import { propertiesOf, subtitleOf } from '../../../../nodes/core/items/operation';
import { testKey } from './api/accessToken';
import { executeOperation, resources } from './operations/resources';
import { receiveCallback } from './callback/receiveCallback';

/** n8n opens it for an execution that waits; nothing is registered at the service. */
const RESUME_WEBHOOKS: IWebhookDescription[] = [
	{
		name: 'default',
		httpMethod: 'POST',
		responseMode: 'onReceived',
		path: '',
		restartWebhook: true,
	},
];

export class Comflowy implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Comflowy',
		name: 'comflowy',
		icon: { light: 'file:comflowy.svg', dark: 'file:comflowy.dark.svg' },
		group: ['transform'],
		version: 1,
		subtitle: subtitleOf(resources),
		description: 'Run ComfyUI workflows on Comflowy and fetch the images they make',
		defaults: { name: 'Comflowy' },
		usableAsTool: true,
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		waitingNodeTooltip:
			'The runs continue at Comflowy. The execution is saved until Comflowy calls back, or checks again after a while.',
		credentials: [{ name: 'comflowyApi', required: true, testedBy: 'testKey' }],
		webhooks: RESUME_WEBHOOKS,
		properties: propertiesOf(resources),
	};

	methods = { credentialTest: { testKey } };

	async execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		return await executeOperation(this);
	}

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return await receiveCallback(this);
	}
}
