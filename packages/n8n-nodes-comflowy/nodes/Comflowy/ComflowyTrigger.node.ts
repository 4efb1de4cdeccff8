import { NodeConnectionTypes } from 'n8n-workflow';
import type {
	INodeType,
	INodeTypeDescription,
	IWebhookDescription,
	IWebhookFunctions,
	IWebhookResponseData,
} from 'n8n-workflow';
import { receiveEvent } from './callback/receiveEvent';

/** Nothing is registered at the service: each start passes the address on for its run. */
const WEBHOOKS: IWebhookDescription[] = [
	{ name: 'default', httpMethod: 'POST', responseMode: 'onReceived', path: 'comflowy' },
];

export class ComflowyTrigger implements INodeType {
	description: INodeTypeDescription = {
		displayName: 'Comflowy Trigger',
		name: 'comflowyTrigger',
		icon: { light: 'file:comflowy.svg', dark: 'file:comflowy.dark.svg' },
		group: ['trigger'],
		version: 1,
		subtitle: '={{ [$parameter["events"]].flat().join(", ") }}',
		description: 'Starts a workflow when Comflowy calls back about a run',
		defaults: { name: 'Comflowy Trigger' },
		inputs: [],
		outputs: [NodeConnectionTypes.Main],
		webhooks: WEBHOOKS,
		properties: [
			{
				displayName:
					'Copy the Production URL from Webhook URLs above, add ?token= and your token to it, and enter it in a Comflowy node as On Result URL or On Progress URL. It works while this workflow is published (in n8n 1.x: active).',
				name: 'urlNotice',
				type: 'notice',
				default: '',
			},
			{
				displayName: 'Token',
				name: 'token',
				type: 'string',
				typeOptions: { password: true },
				required: true,
				default: '',
				description:
					'Make up a long random text of letters and digits. Comflowy does not sign its callbacks: those whose address lacks this token are refused.',
			},
			{
				displayName: 'Events',
				name: 'events',
				type: 'multiOptions',
				options: [
					{ name: 'Progress', value: 'progress', description: 'A run is waiting or in progress' },
					{ name: 'Result', value: 'result', description: 'A run has succeeded or failed' },
				],
				required: true,
				default: ['result'],
				description: 'The callbacks that start the workflow',
			},
		],
	};

	async webhook(this: IWebhookFunctions): Promise<IWebhookResponseData> {
		return receiveEvent(this);
	}
}
