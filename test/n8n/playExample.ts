import type { Credential, Workflow, WorkflowNode } from './connectRest';
import { createPlayer, withWebhook } from './createPlayer';
import type { Execution } from './execution';
import { ok } from './platform';
import { readExamples } from './readExamples';
import type { Stage } from './stage';

export interface Played {
	execution: Execution;
	/** What the caller of the workflow was answered. */
	answer: string;
}

const scheduleType = 'n8n-nodes-base.scheduleTrigger';
const chatType = '@n8n/n8n-nodes-langchain.chatTrigger';
const ownTriggerType = 'n8n-nodes-flowscale.flowscaleTrigger';

const question = 'Are you there?';
const chatBody = { action: 'sendMessage', sessionId: 'one', chatInput: question };

export const credentialsOf = ({ connections }: Stage): Record<string, Credential> =>
	Object.fromEntries(connections.map(({ from, credential }) => [from.credentialType, credential]));

/** The same workflow with every schedule so close together that nobody has to wait until Monday. */
const withoutDelay = (workflow: Workflow): Workflow => {
	const rule = { interval: [{ field: 'seconds', secondsInterval: 5 }] };
	const hurry = (node: WorkflowNode): WorkflowNode => (node.type === scheduleType ? { ...node, parameters: { ...node.parameters, rule } } : node);
	return { ...workflow, nodes: workflow.nodes.map(hurry) };
};

/** Publishes an example and lets happen what begins it in production: a schedule, a message, an event, or a call. */
export const playExample = async (stage: Stage, name: string, timeoutMs = 240_000): Promise<Played> => {
	const example = (await readExamples(credentialsOf(stage))).get(name);
	ok(example, `there is no example ${name}`);
	const { publish, call, newest, ended } = createPlayer(stage);
	const triggerOf = (type: string) => example.nodes.find((node) => node.type === type);

	const begin: () => Promise<string> = async () => {
		const chat = triggerOf(chatType);
		if (chat) return await call(`${chat.webhookId}/chat`, chatBody);
		if (triggerOf(scheduleType)) return '';
		if (!triggerOf(ownTriggerType)) return await call(name);
		// What had ended before a trigger was switched on is none of its business.
		stage.flowscale.addRuns(2);
		return '';
	};
	const isCalled = ![chatType, scheduleType, ownTriggerType].some(triggerOf);
	const saved = await publish(isCalled ? withWebhook(name, example) : withoutDelay(example));
	let answer: string;
	let id: string;
	try {
		answer = await begin();
		id = await newest(saved, 90_000);
	} finally {
		// A second time, elsewhere, the same addresses must be free.
		await stage.rest.deactivate(saved);
	}
	return { execution: await ended(id, timeoutMs), answer };
};
