import { fs, join, projectDir } from '../../../simulator/platform';
import { addCoreNodes } from '../../harness/coreNodes';
import { requestNode, type SentForm } from '../../harness/requestNode';
import { outputOf, runWorkflow, type WorkflowFile } from '../../harness/runWorkflow';
import { PassThrough } from '../../harness/startEngine';
import { activated } from '../../harness/triggerHarness';
import { madeBy, useHarness } from '../../harness/useHarness';

const harness = useHarness();

it('on-finished-run.json hands on each run that completed, and sends its files to the next service', async () => {
	const { engine, flowscale } = await harness();
	addCoreNodes(engine);
	const file = JSON.parse(
		await fs.readFile(join(projectDir, 'examples/on-finished-run.json'), 'utf8'),
	) as WorkflowFile;
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
	const nodes = file.nodes
		.filter(({ type }) => type !== 'n8n-nodes-base.stickyNote')
		.map((node) => (trigger.includes(node) ? { ...node, type: 'polled', typeVersion: 1 } : node));
	const sent: SentForm[] = [];
	engine.add(...requestNode(async (form) => ({ received: sent.push(form) })));
	const run = await runWorkflow(engine, { ...file, nodes }, items);
	if (run.data.resultData.error) throw run.data.resultData.error;
	const expected = [first, second].map(async (one): Promise<SentForm> => {
		const [fileName] = one.outputs[0].files;
		const form = {
			file: { fileName, mimeType: 'image/png', bytes: await madeBy(one) },
			name: fileName,
			run_id: one.id,
		};
		return { method: 'POST', url: 'https://your-service.example/files', form };
	});
	expect(sent).toEqual(await Promise.all(expected));
	expect(outputOf(run, 'Your Next Step').map(({ json, pairedItem }) => [json, pairedItem])).toEqual(
		[0, 1].map((item) => [{ received: item + 1 }, { item }]),
	);
});
