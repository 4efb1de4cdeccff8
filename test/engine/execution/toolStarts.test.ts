import type { INode } from 'n8n-workflow';
import { fs, join, projectDir } from '../../../simulator/platform';
import { addTool } from '../../harness/addTool';
import { agentNodes, type Mind } from '../../harness/agentNodes';
import { addCoreNodes } from '../../harness/coreNodes';
import { outputOf, runWorkflow, type WorkflowFile } from '../../harness/runWorkflow';
import { type Harness, useHarness } from '../../harness/useHarness';
import { useFastTime } from '../../harness/fastTime';

const harness = useHarness();
useFastTime(10);
const chat = [{ json: { sessionId: 's1', action: 'sendMessage', chatInput: 'A lake' } }];

/** The example's agent, whose tool has these options and settings. */
async function ask(
	{ engine }: Harness,
	mind: Mind,
	options: object,
	settings: Partial<INode> = {},
) {
	addCoreNodes(engine);
	addTool(engine, 'n8n-nodes-flowscale.flowscale');
	for (const [name, type] of agentNodes(mind)) engine.add(name, type);
	const file = JSON.parse(
		await fs.readFile(join(projectDir, 'examples/ai-agent-tool.json'), 'utf8'),
	) as WorkflowFile;
	for (const node of file.nodes) {
		if (node.type !== 'n8n-nodes-flowscale.flowscaleTool') continue;
		Object.assign(node, settings);
		node.parameters = {
			...node.parameters,
			options: { pollInterval: 0.1, download: false, ...options },
		};
	}
	return outputOf(await runWorkflow(engine, file, chat), 'Agent')[0].json.output;
}
const lake = { prompt: 'a lake' };
const runIdsIn = (text: unknown) =>
	[...String(text).matchAll(/"run_id":\s*"([^"]+)"/g)].map(([, runId]) => runId);
const retrying: Partial<INode> = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 };

it('a tool whose run is slower than its Timeout starts one run in three tries', async () => {
	const made = await harness({ runMs: 60_000 });
	await ask(
		made,
		async (_, [tool]) => await tool.invoke(lake).catch((error: Error) => error.message),
		{ timeout: 10, cancelRemote: 'never' },
		retrying,
	);
	expect(made.flowscale.runs).toHaveLength(1);
}, 30_000);

it('a model that asks again after a failed try gets the run of that try', async () => {
	const made = await harness({ runMs: 2_500 });
	const text = await ask(
		made,
		async (_, [tool]) => {
			const tries = [];
			for (let count = 0; count < 4; count++)
				tries.push(await tool.invoke(lake).catch((error: Error) => error.message));
			return JSON.stringify(tries);
		},
		{ timeout: 10, cancelRemote: 'never' },
	);
	// The fourth call may come after the run was handed out.
	expect(made.flowscale.runs.length).toBeLessThanOrEqual(2);
	expect(String(text)).toContain(made.flowscale.runs[0].id);
}, 30_000);

it('a tool whose start was lost finds its run, and says so otherwise: one start in three tries', async () => {
	const made = await harness();
	made.flowscale.fault({ on: 'startRun', kind: 'resetBefore' });
	await ask(
		made,
		async (_, [tool]) => await tool.invoke(lake).catch((error: Error) => error.message),
		{},
		retrying,
	);
	expect(made.requests('startRun')).toBe(1);
}, 60_000);

it('calls that ask the same at once get a run each', async () => {
	const made = await harness({ runMs: 300 });
	const text = await ask(
		made,
		async (_, [tool]) =>
			(await Promise.all([tool.invoke(lake), tool.invoke(lake)])).join('\n').replaceAll('\\"', '"'),
		{},
	);
	expect(made.flowscale.runs).toHaveLength(2);
	expect(new Set(runIdsIn(text)).size).toBe(2);
});

it('a model that asks the same once more after a result gets another run', async () => {
	const made = await harness();
	const text = await ask(
		made,
		async (_, [tool]) => `${await tool.invoke(lake)}\n${await tool.invoke(lake)}`,
		{},
	);
	expect(made.flowscale.runs).toHaveLength(2);
	expect(new Set(runIdsIn(text)).size).toBe(2);
});
