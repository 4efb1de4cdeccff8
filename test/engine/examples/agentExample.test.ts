import type { IDataObject } from 'n8n-workflow';
import { fs, join, projectDir } from '../../../simulator/platform';
import { addTool } from '../../harness/addTool';
import { agentNodes, type Mind } from '../../harness/agentNodes';
import { addCoreNodes } from '../../harness/coreNodes';
import { outputOf, runWorkflow, type WorkflowFile } from '../../harness/runWorkflow';
import { type Harness, useHarness } from '../../harness/useHarness';

const harness = useHarness();
const chat = [
	{ json: { sessionId: 's1', action: 'sendMessage', chatInput: 'Draw me a lake at night' } },
];

async function ask({ engine }: Harness, mind: Mind) {
	addCoreNodes(engine);
	addTool(engine, 'n8n-nodes-flowscale.flowscale');
	for (const [name, type] of agentNodes(mind)) engine.add(name, type);
	const file = JSON.parse(
		await fs.readFile(join(projectDir, 'examples/ai-agent-tool.json'), 'utf8'),
	) as WorkflowFile;
	return await runWorkflow(engine, file, chat);
}

it('ai-agent-tool.json lets the agent word the prompt, and gives it links and no files', async () => {
	const made = await harness();
	const run = await ask(made, async (asked, [tool, ...others]) => {
		expect(asked).toBe('Draw me a lake at night');
		expect(others).toEqual([]);
		expect(tool.name).toBe('Draw_a_Picture');
		expect(tool.description).toMatch(/^Draws one picture and returns a link/);
		expect(Object.keys(tool.schema.shape)).toEqual(['prompt']);
		expect(tool.schema.shape.prompt.description).toMatch(/^What the picture shows/);
		return await tool.invoke({ prompt: 'a lake under the stars' });
	});
	expect(run.data.resultData.error).toBeUndefined();
	expect(made.flowscale.runs.map(({ workflow, inputs }) => [workflow.name, inputs])).toEqual([
		['Text to Image', { text_51536: 'a lake under the stars' }],
	]);

	const text = String(outputOf(run, 'Agent')[0].json.output);
	const [{ state, outputs }] = JSON.parse(text) as IDataObject[];
	expect([state, (outputs as IDataObject[]).map(({ download_url }) => download_url)]).toEqual([
		'succeeded',
		[expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/generations\//)],
	]);
	expect(text).not.toMatch(/binary|base64/);
	expect(made.requests('download')).toBe(0);
});

it('the agent reads why no picture was drawn', async () => {
	const made = await harness();
	const run = await ask(
		made,
		async (_, [tool]) => await tool.invoke({ prompt: '' }).catch((error: Error) => error.message),
	);
	expect(outputOf(run, 'Agent')[0].json.output).toMatch(/text_51536/);
	expect(made.flowscale.runs).toEqual([]);
});
