import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import { basename, createHash, fs, join, projectDir } from '../../../simulator/platform';
import { type GivenAnswer, answerNodes } from '../../harness/answerNodes';
import { addCoreNodes } from '../../harness/coreNodes';
import { requestNode, type SentForm } from '../../harness/requestNode';
import { outputOf, runWorkflow, type WorkflowFile } from '../../harness/runWorkflow';
import { s3Node, type StoredObject } from '../../harness/s3Node';
import { type HarnessOptions, madeBy, useHarness } from '../../harness/useHarness';

const harness = useHarness();
const sha = (bytes: Buffer | string) => createHash('sha256').update(bytes).digest('hex');

/** Plays an example as it stands, beginning with these items; what it gives away is kept. */
async function openExample(file: string, options: HarnessOptions = {}) {
	const made = await harness(options);
	const { engine } = made;
	addCoreNodes(engine);
	const answers: GivenAnswer[] = [];
	const stored: StoredObject[] = [];
	const sent: SentForm[] = [];
	for (const [name, type] of answerNodes((answer) => answers.push(answer))) engine.add(name, type);
	engine.add(...s3Node((object) => stored.push(object)));
	engine.add(...requestNode(async (form) => ({ received: sent.push(form) })));
	const workflow = JSON.parse(
		await fs.readFile(join(projectDir, 'examples', file), 'utf8'),
	) as WorkflowFile;
	const play = async (items: INodeExecutionData[] = [{ json: {} }], executionId = file) => {
		const run = await runWorkflow(engine, workflow, items, {
			executionId: basename(executionId, '.json'),
		});
		if (run.data.resultData.error) throw run.data.resultData.error;
		return (node: string) => outputOf(run, node);
	};
	return { ...made, play, answers, stored, sent };
}

/** An item with an uploaded picture, as a form or webhook gives it. */
async function upload(
	{ files, run }: Awaited<ReturnType<typeof openExample>>,
	field: string,
	json: IDataObject,
): Promise<INodeExecutionData[]> {
	const photo = { bytes: Buffer.from('\x89PNG a photo', 'latin1'), mimeType: 'image/png' };
	const prepared = await run(files([{ [field]: { ...photo, fileName: 'photo.png' } }]), [
		{ json: {} },
	]);
	return outputOf(prepared, 'Files').map((item) => ({ ...item, json }));
}

describe('upload-form.json', () => {
	const visitor = { 'How should it look': 'a mosaic' };
	it('gives the visitor the picture that the upload became', async () => {
		const made = await openExample('upload-form.json');
		await made.play(await upload(made, 'Your_picture', visitor));
		const [run] = made.flowscale.runs;
		expect([run.files[0].name, run.inputs.prompt_68667]).toEqual(['photo.png', 'a mosaic']);
		expect(made.answers).toEqual([
			{
				body: await madeBy(run),
				fileName: 'restyled.png',
				mimeType: 'image/png',
				status: 200,
			},
		]);
	});
	it('says to the visitor why there is none', async () => {
		const made = await openExample('upload-form.json');
		made.flowscale.fault({ on: 'startRun', kind: 'status', status: 400, body: '{"detail":"No"}' });
		await made.play(await upload(made, 'Your_picture', visitor));
		expect(made.answers).toEqual([
			{ body: expect.stringContaining('HTTP 400: No') as string, status: 200 },
		]);
	});
});

describe('webhook-picture.json', () => {
	it('answers the request with the picture', async () => {
		const made = await openExample('webhook-picture.json');
		await made.play(await upload(made, 'picture', { body: { style: 'gold' } }));
		const [run] = made.flowscale.runs;
		expect(run.inputs.prompt_68667).toBe('gold');
		expect(made.answers.map(({ body, mimeType, status }) => [sha(body), mimeType, status])).toEqual(
			[[sha(await madeBy(run)), 'image/png', 200]],
		);
	});
	it('answers a request without a picture with the reason', async () => {
		const made = await openExample('webhook-picture.json');
		await made.play([{ json: { body: {} } }]);
		expect(made.answers.map(({ status }) => status)).toEqual([422]);
		expect(JSON.parse(String(made.answers[0].body))).toEqual({
			error: expect.stringContaining('image_22068') as string,
		});
	});
});

describe('five-variants.json', () => {
	it('makes five pictures with five seeds, and others the next time', async () => {
		const { play, flowscale } = await openExample('five-variants.json');
		const items = (await play())('Choose One');
		await play(undefined, 'again');
		const seeds = flowscale.runs.map(({ inputs }) => inputs.seed_51537);
		expect(seeds).toHaveLength(10);
		expect(new Set(seeds).size).toBe(10);
		expect(new Set(flowscale.runs.map(({ inputs }) => inputs.text_51536)).size).toBe(1);
		expect(items.map(({ json }) => (json.inputs as IDataObject).seed_51537)).toEqual(
			seeds.slice(0, 5),
		);
		expect(items.map(({ binary }) => binary?.data.fileName)).toEqual(
			[1, 2, 3, 4, 5].map((number) => `variant-${number}.png`),
		);
	});
});

describe('hold-batch.json', () => {
	it('makes a picture per row, and its queue is never longer than two runs', async () => {
		let longest = 0;
		const made = await openExample('hold-batch.json', {
			containers: 2,
			runMs: 600,
			onAnswer: () => {
				const queued = made?.flowscale.runs.filter(({ state }) => state === 'queued').length ?? 0;
				longest = Math.max(longest, queued);
			},
		});
		const items = (await made.play())('Use the Pictures');
		expect(items.map(({ json }) => (json.inputs as IDataObject).seed_51537)).toEqual([
			'1',
			'2',
			'3',
			'4',
			'5',
			'6',
		]);
		expect(longest).toBeLessThanOrEqual(2);
		expect(made.requests('queue')).toBeGreaterThan(1);
	}, 60_000);
});

describe('group-summary.json', () => {
	it('waits for runs that others started, and posts one summary of them', async () => {
		const { play, flowscale, sent } = await openExample('group-summary.json');
		const runs = flowscale.addRuns(3, (index) => ({
			groupId: 'spring-catalogue',
			createdAt: Date.now() - 60_000 + index * 1_000,
			...(index === 1 ? { state: 'failed', errorText: 'CUDA out of memory' } : {}),
			...(index === 2 ? { state: 'running', completedAt: null } : {}),
		}));
		flowscale.fault({ on: 'getRun', kind: 'slowFirstByte', ms: 1 });
		const played = play();
		flowscale.finish(runs[2].id);
		await played;
		expect(sent).toEqual([
			{
				method: 'POST',
				url: 'https://your-service.example/summary',
				form: {
					text: 'Group spring-catalogue: 2 of 3 runs succeeded.',
					failed: `${runs[1].id}: CUDA out of memory`,
				},
			},
		]);
	});
});

describe('pictures-to-s3.json', () => {
	it('stores each picture in the bucket, in a folder per day and named after its row', async () => {
		const { play, flowscale, stored } = await openExample('pictures-to-s3.json');
		await play();
		const made = await Promise.all(
			flowscale.runs.map(async (run) => [run.inputs.seed_51537, sha(await madeBy(run))] as const),
		);
		const bytes = Object.fromEntries(made);
		const day = stored[0].key.split('/')[0];
		expect(day).toMatch(/^\d{4}-\d\d-\d\d$/);
		expect(
			stored
				.map((object) => ({ ...object, bytes: sha(object.bytes) }))
				.sort((a, b) => (a.key < b.key ? -1 : 1)),
		).toEqual([
			{ bucket: 'pictures', key: `${day}/Fog.png`, mimeType: 'image/png', bytes: bytes['3'] },
			{ bucket: 'pictures', key: `${day}/Harbour.png`, mimeType: 'image/png', bytes: bytes['1'] },
		]);
	});
});
