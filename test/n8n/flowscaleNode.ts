import type { Credential, Workflow, WorkflowNode } from './connectRest';
import { credentialType } from './packages';

let slots = 0;

export const placed = (): { id: string; position: [number, number] } => {
	slots += 1;
	return {
		id: `00000000-0000-4000-8000-${`${slots}`.padStart(12, '0')}`,
		position: [slots * 200, 0],
	};
};

export const webhookNode = (path: string): WorkflowNode => ({
	...placed(),
	name: 'Webhook',
	type: 'n8n-nodes-base.webhook',
	typeVersion: 2,
	webhookId: `00000000-0000-4000-9000-${`${slots}`.padStart(12, '0')}`,
	parameters: { path, httpMethod: 'POST', responseMode: 'onReceived' },
});

export const manualNode = (): WorkflowNode => ({
	...placed(),
	name: 'When clicking ‘Execute workflow’',
	type: 'n8n-nodes-base.manualTrigger',
	typeVersion: 1,
	parameters: {},
});

/** The node on screen as "Flowscale", with one workflow chosen by id and inputs as JSON. */
export const flowscaleNode = (
	credential: Credential,
	parameters: Record<string, unknown>,
): WorkflowNode => ({
	...placed(),
	name: 'Flowscale',
	type: 'n8n-nodes-flowscale.flowscale',
	typeVersion: 1,
	parameters,
	credentials: { [credentialType]: credential },
});

export const triggerNode = (
	credential: Credential,
	parameters: Record<string, unknown>,
): WorkflowNode => ({
	...flowscaleNode(credential, parameters),
	name: 'Flowscale Trigger',
	type: 'n8n-nodes-flowscale.flowscaleTrigger',
});

export const executeAndWait = (
	workflowId: string,
	inputs: Record<string, unknown>,
	options: Record<string, unknown> = {},
) => ({
	resource: 'workflow',
	operation: 'executeAndWait',
	workflowId: { __rl: true, mode: 'id', value: workflowId },
	inputMode: 'json',
	inputsJson: JSON.stringify(inputs),
	options,
});

/** From left to right, so that none is behind another, or behind the button of a trigger. */
export const inOrder = (node: WorkflowNode, index: number): WorkflowNode => ({
	...node,
	position: [index * 240, 0],
});

/** Nodes wired one after the other. */
export const chain = (name: string, ...nodes: WorkflowNode[]): Workflow => ({
	name,
	nodes: nodes.map(inOrder),
	connections: Object.fromEntries(
		nodes
			.slice(1)
			.map((next, index) => [
				nodes[index].name,
				{ main: [[{ node: next.name, type: 'main', index: 0 }]] },
			]),
	),
});
