import type { Workflow, WorkflowNode } from './connectRest';
import { webhookNode } from './flowscaleNode';

const manualType = 'n8n-nodes-base.manualTrigger';
const scheduleType = 'n8n-nodes-base.scheduleTrigger';
const chatType = '@n8n/n8n-nodes-langchain.chatTrigger';
const formType = 'n8n-nodes-base.formTrigger';
const webhookType = 'n8n-nodes-base.webhook';
const ownTriggerType = 'n8n-nodes-flowscale.flowscaleTrigger';

/** What begins a workflow in production. */
export type Beginning =
	| { by: 'call' | 'chat' | 'form' | 'upload'; path: string }
	| { by: 'schedule' }
	| { by: 'event' };

/** Where an example sends files to; a user enters an address of their own. */
const otherService = 'https://your-service.example';
/** So close together that nobody has to wait until the morning. */
const everyFewSeconds = { interval: [{ field: 'seconds', secondsInterval: 5 }] };

export const beginningOf = ({ nodes }: Workflow, path: string): Beginning => {
	const triggerOf = (type: string) => nodes.find((node) => node.type === type);
	const chat = triggerOf(chatType);
	if (chat) return { by: 'chat', path: `${chat.webhookId}/chat` };
	const form = triggerOf(formType);
	if (form) return { by: 'form', path: String(form.webhookId) };
	const webhook = triggerOf(webhookType);
	if (webhook) return { by: 'upload', path: String(webhook.parameters.path) };
	if (triggerOf(scheduleType)) return { by: 'schedule' };
	return triggerOf(ownTriggerType) ? { by: 'event' } : { by: 'call', path };
};

/** What a person changes who has tried an example and puts it to work. */
export const inProduction = (
	{ nodes, ...workflow }: Workflow,
	path: string,
	otherBaseUrl: string,
): Workflow => {
	const changed = (node: WorkflowNode): WorkflowNode => {
		const { id, name, position, parameters, type } = node;
		// Production does not have the manual trigger.
		if (type === manualType) return { ...webhookNode(path), id, name, position };
		if (type === scheduleType)
			return { ...node, parameters: { ...parameters, rule: everyFewSeconds } };
		if (type === chatType) return { ...node, parameters: { ...parameters, public: true } };
		const { url } = parameters;
		return typeof url === 'string'
			? { ...node, parameters: { ...parameters, url: url.replace(otherService, otherBaseUrl) } }
			: node;
	};
	return { ...workflow, nodes: nodes.map(changed) };
};
