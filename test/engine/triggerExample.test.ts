import { fs, join, projectDir } from '../../simulator/platform';
import { addCoreNodes } from './coreNodes';
import { outputOf, runWorkflow, type WorkflowFile } from './runWorkflow';
import { PassThrough } from './startEngine';
import { activated } from './triggerStage';
import { bytesOf, madeBy, useStage } from './useStage';

const stage = useStage();

it('on-finished-run.json hands on each run that completed, and the next step has its files', async () => {
	const { engine, flowscale } = await stage();
	addCoreNodes(engine);
	const file = JSON.parse(await fs.readFile(join(projectDir, 'examples/on-finished-run.json'), 'utf8')) as WorkflowFile;
	const trigger = file.nodes.filter(({ type }) => type.endsWith('flowscaleTrigger'));
	const { poll } = activated(engine, { nodes: trigger });
	expect(await poll()).toBeNull();
	const ended = Date.now() - 10_000;
	const [first, second] = flowscale.addRuns(2, (index) => ({ completedAt: ended + index * 2_000 }));
	flowscale.addRuns(1, { state: 'failed', completedAt: ended + 4_000 });
	const items = (await poll()) ?? [];
	expect(items.map(({ json }) => json.run_id)).toEqual([first.id, second.id]);

	// n8n starts an execution with what the poll gave as the trigger's output.
	engine.add('polled', new PassThrough());
	const nodes = file.nodes.filter(({ type }) => type !== 'n8n-nodes-base.stickyNote').map((node) => (trigger.includes(node) ? { ...node, type: 'polled', typeVersion: 1 } : node));
	const run = await runWorkflow(engine, { ...file, nodes }, items);
	if (run.data.resultData.error) throw run.data.resultData.error;
	const files = outputOf(run, 'Your Next Step');
	expect(await Promise.all(files.map(async ({ binary }) => await bytesOf(binary?.data)))).toEqual([await madeBy(first), await madeBy(second)]);
});
