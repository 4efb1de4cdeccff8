import type { Credential, Workflow, WorkflowNode } from './connectRest';
import { chain, flowscaleNode, inOrder, placed, webhookNode } from './flowscaleNode';

/** A row of the call's body: which workflow of the service to run, and when it ends. */
export interface Row {
	title: string;
	workflow: string;
	ms: number;
	/** 0: by itself within the first minute; from 1: at the word of the suite, in that pause. */
	pause: number;
}

const slow = 'ee871c99-7b84-4a0d-90af-ddff11dd9999';
const failing = 'dd760b88-6a73-49fc-8f9e-ccee00cc8888';
const endless = 7_200_000;
const hourSeconds = 3_600;

// What the suite ends itself stays in step with restarts, however slow the machine.
const row = (word: string, workflow: string, pause: number): Row => ({
	title: `${word} ${pause}`,
	workflow,
	ms: pause === 0 ? 1_500 : endless,
	pause,
});
export const slowRow = (pause: number): Row => row('slow', slow, pause);
export const failingRow = (pause: number): Row => row('failing', failing, pause);

const to = (...nodes: string[]) => nodes.map((node) => ({ node, type: 'main', index: 0 }));

export const rowsNode: WorkflowNode = {
	...placed(),
	name: 'Rows',
	type: 'n8n-nodes-base.splitOut',
	typeVersion: 1,
	parameters: { fieldToSplitOut: 'body.rows', options: {} },
};

/** Keeps nothing but what proves the link of each item to the row that it came from. */
export const afterNode: WorkflowNode = {
	...placed(),
	name: 'After',
	type: 'n8n-nodes-base.set',
	typeVersion: 3.4,
	parameters: {
		mode: 'raw',
		jsonOutput: "={{ { title: $('Rows').item.json.title, state: $json.state } }}",
		options: {},
	},
};

const byRow = {
	resource: 'workflow',
	workflowId: { __rl: true, mode: 'id', value: '={{ $json.workflow }}' },
	inputMode: 'json',
	// As with a random seed: at each resume the expression gives something else, and no run may be
	// started for that.
	inputsJson: "={{ { duration_10002: $json.ms, text_51536: Math.random() + ' ' + $json.title } }}",
};

const loopNode: WorkflowNode = {
	...placed(),
	name: 'Loop',
	type: 'n8n-nodes-base.splitInBatches',
	typeVersion: 3,
	parameters: { batchSize: 1, options: {} },
};
export const waitForNamed = { resource: 'run', operation: 'wait', runId: '={{ $json.run_id }}' };

export interface SuspendedPlan {
	options?: Record<string, unknown>;
	onError?: 'continueErrorOutput' | 'continueRegularOutput';
	/** With a connection from the node to its own input, which is refused. */
	isSelfConnected?: boolean;
	/** The node is deactivated. */
	isDisabled?: boolean;
	/** Starts in one node and waits in the next. */
	isRunWait?: boolean;
	/** One row after the other, in n8n's own loop. */
	isLoop?: boolean;
	/** With n8n's "Retry On Fail". */
	tries?: number;
}

export const executeAndWaitByRow = { ...byRow, operation: 'executeAndWait' };

/** Starts a run per row and hands out its ID. */
export const startNode = (credential: Credential): WorkflowNode => ({
	...flowscaleNode(credential, { ...byRow, operation: 'execute', options: {} }),
	name: 'Start',
});

/**
 * Webhook › Rows › Flowscale: waits in the execution for the runs that the rows name, or for those
 * that it starts for them.
 */
export const inExecutionWorkflow = (
	path: string,
	credential: Credential,
	wait: Record<string, unknown> = waitForNamed,
): Workflow =>
	chain(path, webhookNode(path), rowsNode, flowscaleNode(credential, { ...wait, options: {} }));

/** Webhook › Rows › Flowscale, suspended › After. */
export const suspendedWorkflow = (
	path: string,
	credential: Credential,
	plan: SuspendedPlan = {},
): Workflow => {
	const { options, onError, isSelfConnected, isDisabled, isRunWait, isLoop, tries } = plan;
	const wait = isRunWait ? waitForNamed : executeAndWaitByRow;
	const flowscale = {
		...flowscaleNode(credential, {
			...wait,
			waitMode: 'suspended',
			options: { timeout: hourSeconds, ...options },
		}),
		onError,
		...(isDisabled && { disabled: true }),
		...(tries && { retryOnFail: true, maxTries: tries }),
	};
	const between = isRunWait ? [startNode(credential)] : isLoop ? [loopNode] : [];
	const first = between[0]?.name ?? 'Flowscale';
	const outputs = [to('After', ...(isSelfConnected ? ['Flowscale'] : []))];
	if (onError === 'continueErrorOutput') outputs.push(to('After'));
	return {
		name: path,
		nodes: [webhookNode(path), rowsNode, ...between, flowscale, afterNode].map(inOrder),
		connections: {
			Webhook: { main: [to('Rows')] },
			Rows: { main: [to(first)] },
			...(isRunWait && { Start: { main: [to('Flowscale')] } }),
			...(isLoop && { Loop: { main: [[], to('Flowscale')] }, After: { main: [to('Loop')] } }),
			Flowscale: { main: outputs },
		},
	};
};
