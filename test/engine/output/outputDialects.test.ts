import type { IDataObject, IExecuteFunctions, INodeType } from 'n8n-workflow';
import { chain, nodeOf, outputOf, runWorkflow } from '../../harness/runWorkflow';
import { PassThrough } from '../../harness/startEngine';
import { openTinyDeployment, runWith, type TinyDeployment } from '../../harness/tinyDeployment';
import { bytesOf, errorOf, type HarnessOptions, useHarness } from '../../harness/useHarness';
import { useFastTime } from '../../harness/fastTime';

const harness = useHarness();
useFastTime(8);
const one = [{ json: {} }];
const PNG = Buffer.from('\x89PNG\r\n\x1a\n0000', 'latin1');
const image = { 'content-type': 'image/png' };
const RUN = '/api/v1/runs/r1';
const OUTPUT = '/api/v1/runs/output';

let tiny: TinyDeployment;
beforeEach(async () => (tiny = await openTinyDeployment()));
afterEach(async () => await tiny.close());

/** Run > Get Outputs of run r1. */
async function outputsOf(options: IDataObject = {}, more: HarnessOptions = {}) {
	const made = await harness({ ...more, credential: () => ({ baseUrl: tiny.origin }) });
	const node = made.node('run.getOutputs', { runId: 'r1', options: options as never });
	const get = async () => await made.items(node, one);
	return { ...made, node, get };
}
const outputsIn = (json: IDataObject) => json.outputs as IDataObject[];

test.each([
	['an absolute link', () => `${tiny.origin}/files/a.png`],
	['a path', () => '/files/a.png'],
])(
	'a file on the deployment’s own, protected origin is fetched with the key: %s',
	async (_, link) => {
		tiny.says[RUN] = runWith([{ filename: 'a.png', url: link() }]);
		tiny.says['/files/a.png'] = (_asked, hasKey) =>
			hasKey ? { headers: image, body: PNG } : { status: 401 };
		const { get } = await outputsOf();
		const [{ binary }] = await get();
		expect(await bytesOf(binary?.data)).toEqual(PNG);
		expect(
			tiny.asked.filter(({ url }) => url.startsWith('/files')).map(({ hasKey }) => hasKey),
		).toEqual([false, true]);
	},
);

test('the key stays when such a file is elsewhere, or is redirected to', async () => {
	const other = await openTinyDeployment();
	other.says['/a.png'] = { status: 401 };
	other.says['/b.png'] = { headers: image, body: PNG };
	tiny.says['/c.png'] = (_asked, hasKey) =>
		hasKey ? { status: 302, headers: { location: `${other.origin}/b.png` } } : { status: 403 };
	tiny.says[RUN] = runWith([
		{ filename: 'a.png', url: `${other.origin}/a.png` },
		{ filename: 'c.png', url: '/c.png' },
	]);
	const { get } = await outputsOf();
	const [{ json, binary }] = await get();
	await other.close();
	expect(outputsIn(json).map((output) => output.generation_status)).toEqual(['missing', null]);
	expect(await bytesOf(binary?.data)).toEqual(PNG);
	expect(other.asked.filter(({ hasKey }) => hasKey)).toEqual([]);
});

test('a file that is missing beside others is a warning with the result', async () => {
	tiny.says['/a.png'] = { headers: image, body: PNG };
	tiny.says['/b.png'] = { status: 403 };
	tiny.says[RUN] = runWith(
		['a.png', 'b.png'].map((filename) => ({ filename, url: `/${filename}` })),
	);
	const { run, node } = await outputsOf();
	const { data } = await run(node, one);
	expect(data.resultData.runData.Flowscale[0].hints).toEqual([
		{
			message: expect.stringMatching(/^1 of 2 outputs missing: .*b\.png.* \(run r1\)$/) as string,
			type: 'warning',
			location: 'outputPane',
		},
	]);
});

test('two outputs of one name get each their own file when their links have expired', async () => {
	const links = (sign: number) => [
		{ filename: 'out.png', url: `${tiny.origin}/x/out.png?sig=${sign}` },
		{ filename: 'out.png', url: `${tiny.origin}/y/out.png?sig=${sign}` },
	];
	tiny.says[RUN] = (asked) => runWith(asked === 0 ? links(1) : links(2).reverse());
	tiny.says[OUTPUT] = { body: { data: { download_url: `${tiny.origin}/x/out.png?sig=3` } } };
	for (const place of ['x', 'y'])
		tiny.says[`/${place}/out.png`] = (asked) =>
			asked === 0
				? { status: 410 }
				: { headers: image, body: Buffer.concat([PNG, Buffer.from(place)]) };
	const { get } = await outputsOf();
	const [{ binary }] = await get();
	const files = await Promise.all([bytesOf(binary?.data), bytesOf(binary?.data_1)]);
	expect(files.map((file) => file.toString('latin1').at(-1))).toEqual(['x', 'y']);
});

test('values come out as they are', async () => {
	const values = [42, 0, false, { a: [1] }, ['x'], '', 'a text'];
	tiny.says[RUN] = runWith([
		...values.map((file_content, n) => ({ filename: `v${n}`, file_content })),
		{ filename: 'note', data: 'in data', content_type: 'text/markdown' },
	]);
	const { get } = await outputsOf();
	const [{ json, binary }] = await get();
	expect(outputsIn(json).map((output) => output.file_content)).toEqual([...values, 'in data']);
	expect(outputsIn(json).map((output) => output.mime_type)).toEqual([
		'text/plain',
		'text/plain',
		'text/plain',
		'application/json',
		'application/json',
		'text/plain',
		'text/plain',
		'text/markdown',
	]);
	expect(binary).toBeUndefined();
});

test.each<[string, unknown]>([
	['a number', 42],
	['false', false],
	['an object', { score: 0.9 }],
	['a list', [1, 2]],
])('%s of the output endpoint is there at once', async (_, file_content) => {
	tiny.says[RUN] = runWith([], { output_names: ['score'] });
	tiny.says[OUTPUT] = {
		body: { status: 'success', data: { file_content, generation_status: 'success' } },
	};
	const { get } = await outputsOf();
	const [{ json }] = await get();
	expect(outputsIn(json)[0].file_content).toEqual(file_content);
	expect(tiny.asked.length).toBe(2);
});

test('a file in its link is kept as what its bytes are', async () => {
	const inLink = (bytes: Buffer) =>
		`data:application/octet-stream;base64,${bytes.toString('base64')}`;
	tiny.says[RUN] = runWith([
		{ filename: 'a', url: inLink(PNG) },
		{ filename: 'b', url: inLink(Buffer.from('glTF\x02\0\0\0', 'latin1')) },
		{ filename: 'c', url: inLink(Buffer.from('{"a":1}')) },
		{ filename: 'd', url: inLink(Buffer.from('Grüße')) },
	]);
	const { get } = await outputsOf();
	const [{ json, binary }] = await get();
	expect(Object.values(binary ?? {}).map(({ fileName, mimeType }) => [fileName, mimeType])).toEqual(
		[
			['a.png', 'image/png'],
			['b.glb', 'model/gltf-binary'],
			['c.json', 'application/json'],
			['d.txt', 'text/plain'],
		],
	);
	expect(outputsIn(json).map((output) => output.download_url)).toEqual(Array(4).fill(undefined));
});

test('a link without an ending: the host says what kind of file it is', async () => {
	tiny.says[RUN] = runWith([
		{ filename: 'film', url: '/d/1' },
		{ filename: 'view', url: '/view?filename=Anim_00001.mp4&type=output' },
		{ filename: 'sound', url: '/d/2' },
		{ filename: 'photo', url: '/d/3', content_type: 'image/webp' },
	]);
	const body = Buffer.from('\0\x01\x02');
	tiny.says['/d/1'] = { headers: { 'content-type': 'video/webm' }, body };
	tiny.says['/view'] = { body };
	tiny.says['/d/2'] = {
		headers: { 'content-disposition': 'attachment; filename="song.flac"' },
		body,
	};
	tiny.says['/d/3'] = { headers: { 'content-type': 'application/octet-stream' }, body };
	const { get } = await outputsOf();
	const [{ binary }] = await get();
	expect(Object.values(binary ?? {}).map(({ fileName, mimeType }) => [fileName, mimeType])).toEqual(
		[
			['film.webm', 'video/webm'],
			['Anim_00001.mp4', 'video/mp4'],
			['song.flac', 'audio/flac'],
			['photo.webp', 'image/webp'],
		],
	);
});

test('an output whose record says that it is too large is not asked for', async () => {
	tiny.says[RUN] = runWith([{ filename: 'a.png', url: '/a.png', size: 2_000_000 }]);
	const { node, error } = await outputsOf({ maxFileSize: 1 });
	expect((await error(node, one)).message).toBe('"a.png" is larger than the allowed 1 MB');
	expect(tiny.asked.map(({ url }) => url)).toEqual([RUN]);
});

test('File Name names the files of an item, each with its own ending', async () => {
	const body = Buffer.from('\0\x01\x02');
	tiny.says[RUN] = runWith([
		{ filename: 'a.png', url: '/a' },
		{ filename: 'b.png', url: '/a' },
		{ filename: 'note', file_content: 'x' },
		{ filename: 'c.mp4', url: '/a' },
		{ filename: 'd', url: '/a', content_type: 'audio/flac' },
	]);
	tiny.says['/a'] = { body };
	const { get } = await outputsOf({ fileName: 'order 7/red.png' });
	const [{ json, binary }] = await get();
	const names = ['order 7_red.png', 'order 7_red_1.png', 'order 7_red_2.mp4', 'order 7_red_3.flac'];
	expect(Object.values(binary ?? {}).map(({ fileName }) => fileName)).toEqual(names);
	expect(outputsIn(json).map(({ filename }) => filename)).toEqual([
		'a.png',
		'b.png',
		'note',
		'c.mp4',
		'd',
	]);
	const { get: getApart } = await outputsOf({ fileName: 'x', outputItems: 'perOutput' });
	const apart = await getApart();
	expect(apart.map((item) => item.binary?.data?.fileName)).toEqual([
		'x.png',
		'x_1.png',
		undefined,
		'x_2.mp4',
		'x_3.flac',
	]);
});

test.each(['__proto__', 'constructor', 'prototype'])(
	'a binary field cannot be called %s',
	async (field) => {
		const { node, run, flowscale } = await outputsOf({ binaryField: field });
		expect(errorOf(await run(node, one))).toMatchObject({
			message: `Put Output File in Field cannot be "${field}"`,
			context: { itemIndex: 0 },
		});
		const output = { filename: 'a.png', binaryField: field };
		const made = await harness();
		expect((await made.error(made.node('output.get', output), one)).message).toContain(field);
		expect([tiny.asked, flowscale.journal]).toEqual([[], []]);
	},
);

/** A node that reads the file of the field that the item names. */
const reader = () => {
	const node = new PassThrough() as INodeType;
	node.execute = async function execute(this: IExecuteFunctions) {
		const [{ json }] = this.getInputData();
		const field = String(outputsIn(json)[0].binary_field);
		const bytes = await this.helpers.getBinaryDataBuffer(0, field);
		return [[{ json: { field, text: bytes.toString('latin1') } }]];
	};
	return node;
};

test.each([
	['filesystem', 'combined', 'data'],
	['filesystem', 'combined', 'photo.v1'],
	['filesystem', 'combined', 'photos[0]'],
	['filesystem', 'combined', 'a "quoted" \\ name.'],
	['filesystem', 'separate', 'data'],
	['filesystem', 'separate', 'photo.v1'],
] as const)(
	'the next node finds the file where the item says: store %s, files %s, field %s',
	async (binaries, binaryMode, binaryField) => {
		tiny.says[RUN] = runWith([{ filename: 'a.png', url: '/a.png' }]);
		tiny.says['/a.png'] = { headers: image, body: PNG };
		const { engine, node } = await outputsOf({ binaryField }, { binaries });
		engine.add('reader', reader());
		const workflow = {
			...chain(node, nodeOf('Reader', 'reader')),
			settings: { executionOrder: 'v1', binaryMode } as never,
		};
		const execution = await runWorkflow(engine, workflow, one);
		expect(execution.data.resultData.error).toBeUndefined();
		expect(outputOf(execution, 'Reader')[0].json.text).toBe(PNG.toString('latin1'));
	},
);
