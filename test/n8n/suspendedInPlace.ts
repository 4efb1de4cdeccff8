import type { Check } from './check';
import type { Credential, Workflow, WorkflowNode } from './connectRest';
import { createPlayer, ends } from './createPlayer';
import { itemsOf, type Execution } from './execution';
import { chain, executeAndWait, flowscaleNode, placed, webhookNode } from './flowscaleNode';
import { callByMcp } from './mcp';
import { deepEqual, equal, match, ok, sleep } from './platform';
import type { Harness } from './stage';
import { startModel } from './startModel';
import { afterNode, rowsNode, slowRow, startNode, waitForNamed } from './suspendedWorkflows';
import { agentWorkflow } from './tool';

const slow = 'ee871c99-7b84-4a0d-90af-ddff11dd9999';
/** Longer than a wait stays in place before it is suspended. */
const runMs = 75_000;
const row = { ...slowRow(0), ms: runMs };

const triggerNode: WorkflowNode = {
	...placed(),
	name: 'Trigger',
	type: 'n8n-nodes-base.executeWorkflowTrigger',
	typeVersion: 1.1,
	parameters: { inputSource: 'passthrough' },
};
const stateNode: WorkflowNode = {
	...afterNode,
	parameters: {
		...afterNode.parameters,
		jsonOutput: '={{ { title: "slow 0", state: $json.state } }}',
	},
};

const child = (credential: Credential): Workflow =>
	chain(
		'sub-workflow',
		triggerNode,
		flowscaleNode(credential, { ...waitForNamed, waitMode: 'suspended', options: {} }),
		stateNode,
	);

const parent = (path: string, credential: Credential, childId: string): Workflow => {
	const parameters = {
		workflowId: { __rl: true, mode: 'id', value: childId },
		workflowInputs: { mappingMode: 'defineBelow', value: {} },
		options: {},
	};
	const call = {
		...placed(),
		name: 'Call',
		type: 'n8n-nodes-base.executeWorkflow',
		typeVersion: 1.2,
		parameters,
	};
	return chain(path, webhookNode(path), rowsNode, startNode(credential), call);
};

/** Where nobody could hand the result of a suspended wait on: it waits in place, however long. */
export const suspendedInPlace = (harness: Harness): Check[] => {
	const { rest, credential, flowscale, n8n } = harness;
	const player = createPlayer(harness);

	/** The execution, and every status that it had on the way. */
	const follow = async (path: string, workflow: Workflow, body: unknown): Promise<Execution> => {
		const saved = await player.publish(workflow);
		const from = Date.now();
		void player.call(path, body).catch(() => {});
		const id = await player.newest(saved);
		const statuses = new Set<string>();
		for (;;) {
			const execution = await rest.execution(id);
			statuses.add(execution.status);
			ok(Date.now() - from < runMs + 90_000, `execution ${id} is ${execution.status}`);
			if (!ends.includes(execution.status)) {
				await sleep(500);
				continue;
			}
			equal(execution.status, 'success', execution.error?.message);
			ok(!statuses.has('waiting'), 'it was suspended');
			ok(
				Date.now() - from >= runMs,
				'its run took no longer than a wait stays in place, so this proves nothing',
			);
			// n8n 1.x may say how it ended before it has saved with what.
			await sleep(1_000);
			return await rest.execution(id);
		}
	};

	const asTool = async (agentVersion: number) => {
		const path = `patient-agent-${agentVersion}`.replace('.', '-');
		const model = await startModel({ prompt: path });
		try {
			const openAi = await rest.createCredential(path, 'openAiApi', {
				apiKey: 'unused',
				url: model.baseUrl,
			});
			const inputsJson = `={{ { duration_10002: ${runMs}, text_51536: $fromAI('prompt', 'What the picture shows', 'string') } }}`;
			const parameters = { ...executeAndWait(slow, {}), inputsJson, waitMode: 'suspended' };
			await follow(
				path,
				agentWorkflow({ path, agentVersion, openAi, flowscale: credential, parameters }),
				{},
			);
			equal(flowscale.runs.filter(({ inputs }) => inputs.text_51536 === path).length, 1);
			match(
				String(model.requests.at(-1)?.messages.find(({ role }) => role === 'tool')?.content),
				/succeeded/,
			);
		} finally {
			model.close();
		}
	};
	const byMcp = async () => {
		const from = Date.now();
		const { content, isError } = await callByMcp(harness, 'patient-mcp', slow, {
			inputsJson: `={{ { duration_10002: ${runMs}, text_51536: $fromAI('prompt', 'What the picture shows', 'string') } }}`,
			waitMode: 'suspended',
		});
		const text = content.map((part) => part.text).join('\n');
		ok(isError !== true, text);
		match(text, /succeeded/);
		ok(Date.now() - from >= runMs, 'it was answered before the run had ended');
		equal(flowscale.runs.filter(({ inputs }) => inputs.text_51536 === 'patient-mcp').length, 1);
	};
	const inSubWorkflow = async () => {
		const saved = await rest.createWorkflow(child(credential));
		if (n8n.generation.hasPublishing) await rest.activate(saved);
		const execution = await follow(
			'calls-sub-workflow',
			parent('calls-sub-workflow', credential, saved.id),
			{ rows: [row] },
		);
		deepEqual(
			itemsOf(execution, 'Call').map(({ json }) => json),
			[{ title: 'slow 0', state: 'succeeded' }],
		);
	};

	return [
		{
			name: `a run of ${runMs / 1000} s is waited for in place by an agent (${n8n.generation.agentVersions.join(' and ')}), by a client of MCP, and in a sub-workflow`,
			// They do nothing but wait.
			run: async () =>
				void (await Promise.all([
					...[inSubWorkflow(), byMcp()],
					...n8n.generation.agentVersions.map(asTool),
				])),
		},
	];
};
