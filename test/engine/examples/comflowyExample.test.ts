import { fs, join, projectDir } from '../../../simulator/platform';
import { useComflowy } from '../../harness/comflowyHarness';
import { addCoreNodes } from '../../harness/coreNodes';
import { outputOf, type WorkflowFile } from '../../harness/runWorkflow';
import { startWaitingServer } from '../../harness/waitingServer';

const comflowy = useComflowy();
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
