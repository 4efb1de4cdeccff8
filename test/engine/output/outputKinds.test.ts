import type { IDataObject } from 'n8n-workflow';
import type { SimulatedRun } from '../../../simulator/flowscale/startFlowscale';
import { linkedOutput } from '../../harness/expectedItems';
import {
	bytesOf,
	linksOf,
	madeBy,
	quick,
	startOf,
	two,
	useHarness,
} from '../../harness/useHarness';

const harness = useHarness();
const ownPrompt =
	'={{ { "text_51536": $json.prompt, "image_22068": "https://example.com/" + $json.n + ".png", "seed_51537": 1 } }}';
const one = two.slice(0, 1);

/** The text that "Everything" writes beside its pictures and its film. */
const textOf = ({ inputs }: SimulatedRun) => `A picture of ${inputs.text_51536}, seed 1.`;

describe.each(['filesystem', 'default'] as const)('with binaries in n8n’s %s store', (binaries) => {
	test.each([
		['image', 'image', 'image/png', 'png'],
		['video', 'video', 'video/mp4', 'mp4'],
		['audio', 'audio', 'audio/wav', 'wav'],
		['solid', undefined, 'model/gltf-binary', 'glb'],
	])(
		'%s comes out byte for byte, with its name and MIME type',
		async (name, fileType, mimeType, extension) => {
			const { node, items, flowscale } = await harness({ binaries });
			const [done] = await items(node('workflow.executeAndWait', startOf(name, ownPrompt)), one);
			const [run] = flowscale.runs;
			const made = await madeBy(run);
			expect(await bytesOf(done.binary?.data)).toEqual(made);
			expect(done.json.outputs).toEqual([
				linkedOutput(run, { binary_field: 'data', file_size: made.length }),
			]);
			expect(done.binary?.data).toMatchObject({
				fileName: run.outputs[0].files[0],
				mimeType,
				...(fileType ? { fileType } : {}),
			});
			expect(run.outputs[0].files[0].endsWith(`.${extension}`)).toBe(true);
			expect(done.binary?.data.id === undefined).toBe(binaries === 'default');
		},
	);

	test('several outputs of a run go into fields of their own, a text stays text', async () => {
		const { node, items, flowscale } = await harness({ binaries });
		const done = await items(
			node(
				'workflow.executeAndWait',
				startOf('everything', ownPrompt, { ...quick, binaryField: 'art' }),
			),
			one,
		);
		const [run] = flowscale.runs;
		const made = [await madeBy(run, 0, 0), await madeBy(run, 0, 1), await madeBy(run, 2)];
		expect(Object.keys(done[0].binary ?? {})).toEqual(['art', 'art_1', 'art_2']);
		expect(await Promise.all(Object.values(done[0].binary ?? {}).map(bytesOf))).toEqual(made);
		expect(done[0].json.outputs).toEqual([
			linkedOutput(run, { binary_field: 'art', file_size: made[0].length }, 0, 0),
			linkedOutput(run, { binary_field: 'art_1', file_size: made[1].length }, 0, 1),
			{
				filename: run.outputs[1].files[0],
				file_content: textOf(run),
				generation_status: 'success',
				mime_type: 'text/plain',
			},
			linkedOutput(run, { binary_field: 'art_2', file_size: made[2].length }, 2),
		]);
	});
});

test('one item per output, each linked to the item that made it, its file in the first field', async () => {
	const { node, items, flowscale } = await harness();
	const done = await items(
		node(
			'workflow.executeAndWait',
			startOf('everything', ownPrompt, { ...quick, outputItems: 'perOutput' }),
		),
	);
	const runs = two.map(
		({ json }) =>
			flowscale.runs.find(({ inputs }) => inputs.text_51536 === json.prompt) as SimulatedRun,
	);
	expect(linksOf(done)).toEqual([0, 0, 0, 0, 1, 1, 1, 1].map((item) => ({ item })));
	expect(done.map(({ json }) => json.run_id)).toEqual(
		[0, 0, 0, 0, 1, 1, 1, 1].map((i) => runs[i].id),
	);
	expect(
		done.map(({ json, binary }) => [
			(json.outputs as IDataObject[]).map(({ filename }) => filename),
			Object.keys(binary ?? {}),
		]),
	).toEqual(
		runs.flatMap(({ outputs: [pictures, text, film] }) => [
			[[pictures.files[0]], ['data']],
			[[pictures.files[1]], ['data']],
			[[text.files[0]], []],
			[[film.files[0]], ['data']],
		]),
	);
	expect(await bytesOf(done[5].binary?.data)).toEqual(await madeBy(runs[1], 0, 1));
});

test('with download off there are links, and no file is fetched', async () => {
	const { node, items, flowscale, requests } = await harness();
	const done = await items(
		node(
			'workflow.executeAndWait',
			startOf('everything', ownPrompt, { ...quick, download: false }),
		),
		one,
	);
	const [run] = flowscale.runs;
	expect(done[0].json.outputs).toEqual([
		linkedOutput(run, {}, 0, 0),
		linkedOutput(run, {}, 0, 1),
		{
			filename: run.outputs[1].files[0],
			file_content: textOf(run),
			generation_status: 'success',
			mime_type: 'text/plain',
		},
		linkedOutput(run, {}, 2),
	]);
	expect(done[0].binary).toBeUndefined();
	expect(requests('download')).toBe(0);
});

test('a text that the service gives as a link is fetched as a file', async () => {
	const { node, items, flowscale } = await harness({ dialect: { textOutputs: 'download_url' } });
	const done = await items(
		node(
			'workflow.executeAndWait',
			startOf('describe', { image_30001: 'https://example.com/a.png' }),
		),
	);
	expect(done.map(({ binary }) => [binary?.data.mimeType, binary?.data.fileName])).toEqual(
		[0, 1].map(() => ['text/plain', expect.stringMatching(/\.txt$/)]),
	);
	expect((await bytesOf(done[0].binary?.data)).toString()).toBe('No image was uploaded.');
	expect(flowscale.runs).toHaveLength(2);
});
