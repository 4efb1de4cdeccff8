import { fs, join, projectDir } from '../../../simulator/platform';
import { useComflowy } from '../../harness/comflowyHarness';
import { addCoreNodes } from '../../harness/coreNodes';
import { useFlowAi } from '../../harness/flowAiHarness';
import { outputOf, runWorkflow, type WorkflowFile } from '../../harness/runWorkflow';
import { startWaitingServer } from '../../harness/waitingServer';

const comflowy = useComflowy();
const flowAi = useFlowAi();
const read = async (file: string) =>
	JSON.parse(await fs.readFile(join(projectDir, 'examples', file), 'utf8')) as WorkflowFile;

it('comflowy-callback.json makes an image per prompt, each callback wakes it, and it polls nothing meanwhile', async () => {
	const { engine, service } = await comflowy({ runMs: 600_000 });
	addCoreNodes(engine);
	const server = await startWaitingServer(
		engine,
		await read('comflowy-callback.json'),
		'Make the Images',
	);
	expect((await server.start([{ json: {} }])).status).toBe('waiting');
	expect(service.runs.map(({ params }) => params)).toEqual([
		{ '6::text': 'a glass bottle with a galaxy inside', '3::seed': 1 },
		{ '6::text': 'a lighthouse in a storm', '3::seed': 2 },
	]);
	for (const { id } of service.runs) {
		await service.finish(id);
		await server.idle();
	}
	const images = outputOf(server.run(), 'Use the Images');
	expect(
		images.map(({ json, binary, pairedItem }) => [json.run_id, binary?.data.mimeType, pairedItem]),
	).toEqual(service.runs.map(({ id }, item) => [id, 'image/png', { item }]));
	await server.close();
}, 60_000);

it('flowai-streaming-chat.json answers in the chat as the text is written', async () => {
	const { engine } = await flowAi();
	addCoreNodes(engine);
	const said: string[] = [];
	const run = await runWorkflow(
		engine,
		await read('flowai-streaming-chat.json'),
		[{ json: { sessionId: 's1', action: 'sendMessage', chatInput: 'Are you there?' } }],
		{
			mode: 'webhook',
			onServer: (server) => {
				Object.assign(server, { streamingEnabled: true });
				server.hooks?.addHandler(
					'sendChunk',
					({ type, content }) => void (type === 'item' && said.push(String(content))),
				);
			},
		},
	);
	if (run.data.resultData.error) throw run.data.resultData.error;
	expect(said.length).toBeGreaterThan(3);
	expect(said.join('')).toBe('Yes, I heard: Are you there?');
	expect(outputOf(run, 'Answer').map(({ json }) => json.output)).toEqual([
		'Yes, I heard: Are you there?',
	]);
});
