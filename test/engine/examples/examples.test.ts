import { userFolder } from '../../harness/environment';
import { Container } from '@n8n/di';
import { BinaryDataService } from 'n8n-core';
import type { IBinaryData, IDataObject, INodeExecutionData } from 'n8n-workflow';
import { startFlowscale, type Flowscale } from '../../../simulator/flowscale/startFlowscale';
import { basename, fs, join, projectDir } from '../../../simulator/platform';
import { addCoreNodes } from '../../harness/coreNodes';
import { outputOf, runWorkflow, type WorkflowFile } from '../../harness/runWorkflow';
import { type Engine, startEngine } from '../../harness/startEngine';

const FOLDER = join(projectDir, 'examples');
/** Pictures as the item's first bytes tell them, and so on: a link saved as a file would not do. */
const KINDS: Record<string, RegExp> = { 'image/png': /^\x89PNG/, 'video/mp4': /^....ftyp/s };

let engine: Engine;
let flowscale: Flowscale;

beforeAll(async () => {
	flowscale = await startFlowscale({ runMs: 30, latencyMs: 0, containers: 4 });
	engine = await startEngine(projectDir, {
		flowscaleApi: {
			baseUrl: flowscale.baseUrl,
			authentication: 'apiKey',
			apiKey: flowscale.apiKey ?? '',
			headers: {},
			allowUnauthorizedCerts: false,
		},
	});
	addCoreNodes(engine);
});
afterEach(() => expect(flowscale.unknown).toEqual([]));
afterAll(async () => {
	await flowscale.close();
	await fs.rm(userFolder, { recursive: true, force: true });
});

const read = async (file: string) =>
	JSON.parse(await fs.readFile(join(FOLDER, file), 'utf8')) as WorkflowFile;
const bytesOf = async (binary: IBinaryData) =>
	await Container.get(BinaryDataService).getAsBuffer(binary);

async function play(file: string) {
	const run = await runWorkflow(engine, await read(file), [{ json: {} }], {
		executionId: basename(file, '.json'),
	});
	if (run.data.resultData.error) throw run.data.resultData.error;
	return { items: (node: string, output?: number) => outputOf(run, node, output) };
}

/** Kind of the file in `data`, read from its bytes. */
async function kindOf({ binary }: INodeExecutionData): Promise<string> {
	const head = binary?.data ? (await bytesOf(binary.data)).subarray(0, 12).toString('latin1') : '';
	return Object.keys(KINDS).find((kind) => KINDS[kind].test(head)) ?? 'nothing';
}
const kindsOf = async (items: INodeExecutionData[]) => await Promise.all(items.map(kindOf));
const promptsOf = (items: INodeExecutionData[]) =>
	items.map(({ json }) => (json.inputs as IDataObject).text_51536);
const linksOf = (items: INodeExecutionData[]) =>
	items.map(({ pairedItem }) => (pairedItem as { item: number }).item);

it('text-to-image.json makes one picture per row, in the order of the rows', async () => {
	const { items } = await play('text-to-image.json');
	const pictures = items('Use the Pictures');
	expect(promptsOf(pictures)).toEqual(items('One Item per Row').map(({ json }) => json.prompt));
	expect(linksOf(items('Text to Image'))).toEqual([0, 1, 2, 3]);
	expect(await kindsOf(pictures)).toEqual(Array(4).fill('image/png'));
});

it('image-to-image-and-video.json uploads each picture twice, for another picture and for a video', async () => {
	const before = flowscale.runs.length;
	const { items } = await play('image-to-image-and-video.json');
	expect(await kindsOf(items('Use the Picture'))).toEqual(['image/png', 'image/png']);
	expect(await kindsOf(items('Use the Video'))).toEqual(['video/mp4', 'video/mp4']);
	expect(linksOf(items('Restyle'))).toEqual([0, 1]);

	const made = await Promise.all(
		items('Make the Picture').map(async ({ binary }) => (await bytesOf(binary!.data)).length),
	);
	const uploads = flowscale.runs.slice(before).filter(({ files }) => files.length > 0);
	expect(uploads.map(({ workflow, files }) => [workflow.name, files[0].size]).sort()).toEqual(
		['Image to Image', 'Image to Video'].flatMap((name) => made.map((size) => [name, size])).sort(),
	);
	const styles = items('One Item per Idea').map(({ json }) => json.style);
	expect(items('Restyle').map(({ json }) => (json.inputs as IDataObject).prompt_68667)).toEqual(
		styles,
	);
});

it('batch-with-error-branch.json makes the good rows’ pictures and reports the two bad rows', async () => {
	const before = flowscale.runs.length;
	const { items } = await play('batch-with-error-branch.json');
	expect(promptsOf(items('Use the Pictures'))).toEqual([
		'a green valley in spring',
		'desert dunes at sunrise',
		'a lake between hills',
		'paper lanterns at night',
	]);
	expect(await kindsOf(items('Use the Pictures'))).toEqual(Array(4).fill('image/png'));
	expect(linksOf(items('Text to Image'))).toEqual([0, 2, 4, 5]);
	expect(linksOf(items('Text to Image', 1))).toEqual([1, 3]);
	expect(items('Report').map(({ json }) => json)).toEqual([
		{
			asked: 6,
			failed: 2,
			reasons: [
				expect.stringMatching(/^Empty prompt: .*text_51536/),
				expect.stringMatching(/^Seed is no number: .*seed_51537/),
			],
		},
	]);
	expect(flowscale.runs.length - before).toBe(4);
});

it('scheduled-batch.json packs the good rows’ pictures into one ZIP, and reports which rows failed and why', async () => {
	const before = flowscale.runs.length;
	const { items } = await play('scheduled-batch.json');
	expect(items('Rows').map(({ json }) => json.title)).toEqual([
		'Valley',
		'No prompt',
		'Desert',
		'Seed is no number',
		'Lake',
		'Lanterns',
	]);
	expect(promptsOf(items('Make the Pictures'))).toEqual([
		'a green valley in spring, after the rain',
		'desert dunes at sunrise',
		'a lake between hills, and the moon',
		'paper lanterns at night',
	]);
	expect(linksOf(items('Make the Pictures'))).toEqual([0, 2, 4, 5]);
	const today = String(items('Report')[0].json.date);
	expect(today).toMatch(/^\d{4}-\d\d-\d\d$/);
	const runs = flowscale.runs.slice(before);
	expect(runs.map(({ groupId }) => groupId)).toEqual(Array(4).fill(`morning-${today}`));

	const [{ json, binary }] = items('Pack a ZIP');
	expect(binary?.data).toMatchObject({
		fileName: `pictures-${today}.zip`,
		mimeType: 'application/zip',
	});
	expect(items('Make the Pictures').map(({ binary: picture }) => picture?.data.fileName)).toEqual([
		'Valley.png',
		'Desert.png',
		'Lake.png',
		'Lanterns.png',
	]);
	const zip = await bytesOf(binary!.data);
	for (const { binary: picture } of items('Make the Pictures')) {
		expect(zip.includes(picture!.data.fileName!)).toBe(true);
		expect(zip.includes(await bytesOf(picture!.data))).toBe(true);
	}
	expect((json.pictures as IDataObject[]).map(({ run_id }) => run_id).sort()).toEqual(
		runs.map(({ id }) => id).sort(),
	);

	expect(items('Report').map((item) => item.json)).toEqual([
		{
			date: today,
			rows: 6,
			failed: 2,
			failures: [
				{ title: 'No prompt', seed: '2', reason: expect.stringContaining('text_51536') as string },
				{
					title: 'Seed is no number',
					prompt: 'mountains in the snow',
					seed: 'tomorrow',
					reason: expect.stringContaining('seed_51537') as string,
				},
			],
		},
	]);

	const again = await play('scheduled-batch.json');
	expect(flowscale.runs.length - before).toBe(4);
	expect(again.items('Make the Pictures').map(({ json: { run_id } }) => run_id)).toEqual(
		items('Make the Pictures').map(({ json: { run_id } }) => run_id),
	);
});

it('start-and-collect.json starts two runs, and later hands out all of their eight outputs one by one', async () => {
	const { items } = await play('start-and-collect.json');
	const started = items('Start the Runs').map(({ json }) => json.run_id);
	expect(items('Start the Runs').map(({ json }) => json.state)).toEqual(['queued', 'queued']);
	expect(
		items('Wait for the Runs').map(({ json, binary }) => [json.run_id, json.state, binary]),
	).toEqual(started.map((id) => [id, 'succeeded', undefined]));

	const files = items('Use the Files');
	expect(files.map(({ json }) => json.run_id)).toEqual(started.flatMap((id) => [id, id, id, id]));
	expect(linksOf(items('Fetch the Outputs'))).toEqual([0, 0, 0, 0, 1, 1, 1, 1]);
	const kinds = await kindsOf(files);
	expect(kinds.slice(0, 4).sort()).toEqual(['image/png', 'image/png', 'nothing', 'video/mp4']);
	const texts = files.flatMap(({ json }) =>
		(json.outputs as IDataObject[]).flatMap(({ file_content }) => file_content ?? []),
	);
	expect(texts).toEqual([
		'A picture of hills beyond a silver sea, seed 4.',
		'A picture of a forest valley in the morning, seed 9.',
	]);
});
