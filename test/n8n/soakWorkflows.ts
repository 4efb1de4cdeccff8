import type { Credential, Workflow } from './connectRest';
import { chain, flowscaleNode, placed, triggerNode, webhookNode } from './flowscaleNode';

/**
 * Executions that went well leave nothing behind: half an hour of pictures would fill the database.
 */
const settings = { executionOrder: 'v1', saveDataSuccessExecution: 'none' };

const field = (name: string, value: string) => ({ id: name, name, type: 'string', value });

/** What the batch answers for each prompt it was given. */
export interface SoakAnswer {
	prompt: string;
	state: string;
	/** Size of the picture as n8n shows it; empty without one. */
	file: string;
	problem: string;
}

/**
 * Prompts in, one item for each out: called with `{ prompts, groupId, reuseRun, liveEvents }`,
 * answers when all are over.
 */
export const batchWorkflow = (
	path: string,
	credential: Credential,
	workflowId: string,
): Workflow => {
	const webhook = webhookNode(path);
	webhook.parameters = {
		...webhook.parameters,
		responseMode: 'lastNode',
		responseData: 'allEntries',
	};
	const split = {
		...placed(),
		name: 'Split Out',
		type: 'n8n-nodes-base.splitOut',
		typeVersion: 1,
		parameters: { fieldToSplitOut: 'body.prompts', options: { destinationFieldName: 'prompt' } },
	};
	const body = (name: string) => `={{ $('Webhook').first().json.body.${name} }}`;
	const flowscale = flowscaleNode(credential, {
		resource: 'workflow',
		operation: 'executeAndWait',
		workflowId: { __rl: true, mode: 'id', value: workflowId },
		inputMode: 'json',
		inputsJson: '={{ { "text_51536": $json.prompt } }}',
		groupId: body('groupId'),
		options: {
			pollInterval: 0.5,
			timeout: 120,
			maxConcurrent: 6,
			reuseRun: body('reuseRun'),
			liveEvents: body('liveEvents'),
		},
	});
	flowscale.onError = 'continueRegularOutput';
	const answer = {
		...placed(),
		name: 'Answer',
		type: 'n8n-nodes-base.set',
		typeVersion: 3.4,
		parameters: {
			assignments: {
				assignments: [
					field('prompt', "={{ $('Split Out').item.json.prompt }}"),
					field('state', "={{ $json.state ?? '' }}"),
					field('file', "={{ $binary.data?.fileSize ?? '' }}"),
					field('problem', "={{ $json.error ?? '' }}"),
				],
			},
			options: {},
		},
	};
	return { ...chain(path, webhook, split, flowscale, answer), settings };
};

/** Every completed run goes to `url`, by its id. */
export const reportWorkflow = (credential: Credential, url: string): Workflow => {
	const trigger = triggerNode(credential, {
		events: ['completed'],
		filters: {},
		options: {},
		// The shortest that n8n allows.
		pollTimes: { item: [{ mode: 'everyMinute' }] },
	});
	const post = {
		...placed(),
		name: 'HTTP Request',
		type: 'n8n-nodes-base.httpRequest',
		typeVersion: 4.2,
		retryOnFail: true,
		parameters: {
			method: 'POST',
			url,
			sendBody: true,
			bodyParameters: { parameters: [{ name: 'run_id', value: '={{ $json.run_id }}' }] },
			options: {},
		},
	};
	return { ...chain('report', trigger, post), settings };
};
