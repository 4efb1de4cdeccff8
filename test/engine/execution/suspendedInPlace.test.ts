import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import { addTool } from '../../harness/addTool';
import { agentNodes } from '../../harness/agentNodes';
import { useFastTime } from '../../harness/fastTime';
import { nodeOf, outputOf, type RunOptions, runWorkflow } from '../../harness/runWorkflow';
import { rows } from '../../harness/storedTask';
import { after, endRuns, suspendedFlow, suspendedNode } from '../../harness/suspendedHarness';
import { type Harness, until, useHarness } from '../../harness/useHarness';

const harness = useHarness();
useFastTime(60);

const never = { runMs: 36_000_000, containers: 20 };
/** Longer than runs are polled before an execution is suspended. */
const OVER_A_MINUTE_MS = 90_000;
const pictures = [
	['succeeded', ['data'], { item: 0 }],
	['succeeded', ['data'], { item: 1 }],
];

/** Plays the flow; its runs end after more than a minute, of the fast time. */
async function played(made: Harness, options: RunOptions, items: INodeExecutionData[] = rows(2)) {
	const node = suspendedNode(made);
	const running = runWorkflow(made.engine, suspendedFlow(node), items, options);
	const fromMs = Date.now();
	await until(() => made.flowscale.runs.length === items.length, 600_000);
	await until(() => Date.now() > fromMs + OVER_A_MINUTE_MS, 600_000);
	endRuns(made);
	return { run: await running };
}

it.each(['integrated', 'evaluation', 'cli'] as const)(
	'waits in the execution where it was started as %s',
	async (mode) => {
		const made = await harness(never);
		const { run } = await played(made, { mode });
		expect([run.status, after(run), made.flowscale.runs.length]).toEqual(['success', pictures, 2]);
	},
);

it('waits in the execution on an engine that lacks what suspending needs', async () => {
	const made = await harness(never);
	const node = made.engine.nodeTypes.getByNameAndVersion('n8n-nodes-flowscale.flowscale', 1);
	const execute = node.execute;
	node.execute = async function (...given) {
		Object.assign(this, { getExecutionCancelSignal: () => undefined });
		return (await execute?.apply(this, given)) ?? null;
	};
	try {
		const { run } = await played(made, {});
		expect([run.status, after(run)]).toEqual(['success', pictures]);
	} finally {
		node.execute = execute;
	}
});

it('an agent gets the result of the run, however long it takes', async () => {
	const made = await harness(never);
	const { engine, flowscale } = made;
	addTool(engine, 'n8n-nodes-flowscale.flowscale');
	for (const [name, type] of agentNodes(
		async (_, [tool]) => await tool.invoke({ prompt: 'a lake' }),
	))
		engine.add(name, type);
	const node = suspendedNode(made, {}, { download: false });
	const tool = {
		...node,
		type: `${node.type}Tool`,
		name: 'Draw',
		parameters: {
			...node.parameters,
			inputsJson: '={{ { text_51536: $fromAI("prompt", "What the picture shows", "string") } }}',
			descriptionType: 'manual',
			toolDescription: 'Draws',
		},
	};
	const file = {
		nodes: [
			nodeOf('Start', 'n8n-nodes-base.manualTrigger'),
			nodeOf('Agent', '@n8n/n8n-nodes-langchain.agent', {}, { typeVersion: 2 }),
			nodeOf('Model', '@n8n/n8n-nodes-langchain.lmChatOpenAi', {}, { typeVersion: 1.2 }),
			tool,
		],
		connections: {
			Start: { main: [[{ node: 'Agent', type: 'main' as const, index: 0 }]] },
			Model: {
				ai_languageModel: [[{ node: 'Agent', type: 'ai_languageModel' as const, index: 0 }]],
			},
			Draw: { ai_tool: [[{ node: 'Agent', type: 'ai_tool' as const, index: 0 }]] },
		},
	};
	const running = runWorkflow(engine, file, [{ json: { chatInput: 'Draw' } }]);
	const fromMs = Date.now();
	await until(() => flowscale.runs.length === 1, 600_000);
	await until(() => Date.now() > fromMs + OVER_A_MINUTE_MS, 600_000);
	endRuns(made);
	const run = await running;
	expect(run.data.resultData.error).toBeUndefined();
	const [{ state }] = JSON.parse(String(outputOf(run, 'Agent')[0].json.output)) as IDataObject[];
	expect([run.status, state, flowscale.runs.length]).toEqual(['success', 'succeeded', 1]);
});
