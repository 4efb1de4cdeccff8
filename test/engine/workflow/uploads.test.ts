import { BinaryDataService } from 'n8n-core';
import type { INodeParameters } from 'n8n-workflow';
import { Container } from '@n8n/di';
import { createHash } from '../../../simulator/platform';
import type { Flowscale } from '../../../simulator/flowscale/startFlowscale';
import { chain, runWorkflow } from '../../harness/runWorkflow';
import { type InputFile, quick, startOf, two, useHarness } from '../../harness/useHarness';

declare const ENGINE: '1.x' | '2.x';
const harness = useHarness();
const linksOnly = { ...quick, download: false };
const fileOf = (text: string, fileName: string | undefined, mimeType: string): InputFile => ({
	bytes: Buffer.from(text.repeat(1000)),
	fileName,
	mimeType,
});
const rows = [
	{
		photo: fileOf('fox', 'Füchse 狐 "1".png', 'image/png'),
		second: fileOf('cub', 'cub.webp', 'image/webp'),
	},
	{
		photo: fileOf('whale', 'Wal;№2.jpeg', 'image/jpeg'),
		second: fileOf('calf', 'calf.gif', 'image/gif'),
	},
];

/** How a file must arrive; the quotes in its name as browsers send them. */
const arrived = (parameter: string, { bytes, fileName, mimeType }: InputFile) => ({
	parameter,
	name: fileName?.replaceAll('"', '%22'),
	type: mimeType,
	size: bytes.length,
	sha256: createHash('sha256').update(bytes).digest('hex'),
});

/** Parts of each start in the order of the items, which `$json.prompt` tells apart. */
function startsOf({ journal }: Flowscale) {
	const starts = journal.filter(({ route }) => route === 'startRun').map(({ parts = [] }) => parts);
	const ofPrompt = (prompt: unknown) =>
		starts.find((parts) =>
			parts.some(({ name, value }) => name === 'prompt_68667' && value === prompt),
		) ?? [];
	return two.map(({ json }) =>
		ofPrompt(json.prompt).map(({ name, value, file }) =>
			file
				? {
						parameter: file.parameter,
						name: file.name,
						type: file.type,
						size: file.size,
						sha256: file.sha256,
					}
				: { [name]: value },
		),
	);
}

const prompt = '={{ { "prompt_68667": $json.prompt } }}';
const files = (...file: INodeParameters[]) => ({ files: { file } });

describe.each(['filesystem', 'default'] as const)('with binaries in n8n’s %s store', (binaries) => {
	test('each item’s file arrives whole, with its name and MIME type', async () => {
		const made = await harness({ binaries });
		await made.items([
			made.files(rows),
			made.node('workflow.executeAndWait', {
				...startOf('retouch', prompt, linksOnly),
				...files({ parameter: 'image_22068', binaryField: 'photo' }),
			}),
		]);
		expect(startsOf(made.flowscale)).toEqual(
			[0, 1].map((i) => [
				{ prompt_68667: two[i].json.prompt },
				arrived('image_22068', rows[i].photo),
			]),
		);
	});

	test('several fields under one name arrive as repeated parts, in the order written', async () => {
		const made = await harness({ binaries });
		await made.items([
			made.files(rows),
			made.node('workflow.execute', {
				...startOf('retouch', prompt, {}),
				...files({ parameter: 'image_22068', binaryField: 'second, photo' }),
			}),
		]);
		expect(startsOf(made.flowscale)).toEqual(
			[0, 1].map((i) => [
				{ prompt_68667: two[i].json.prompt },
				arrived('image_22068', rows[i].second),
				arrived('image_22068', rows[i].photo),
			]),
		);
	});
});

test('several files under names of their own', async () => {
	const made = await harness();
	await made.items([
		made.files(rows),
		made.node('workflow.execute', {
			...startOf('retouch', prompt, {}),
			...files(
				{ parameter: 'image_22068', binaryField: 'photo' },
				{ parameter: 'mask_1', binaryField: 'second' },
			),
		}),
	]);
	expect(startsOf(made.flowscale)).toEqual(
		[0, 1].map((i) => [
			{ prompt_68667: two[i].json.prompt },
			arrived('image_22068', rows[i].photo),
			arrived('mask_1', rows[i].second),
		]),
	);
});

test('an empty file, and one without a name, arrive as well', async () => {
	const made = await harness();
	const odd = [
		{ photo: { bytes: Buffer.alloc(0), fileName: 'empty.png', mimeType: 'image/png' } },
		{ photo: fileOf('x', undefined, 'image/png') },
	];
	await made.items([
		made.files(odd),
		made.node('workflow.execute', {
			...startOf('retouch', prompt, {}),
			...files({ parameter: 'image_22068', binaryField: 'photo' }),
		}),
	]);
	expect(startsOf(made.flowscale).map(([, file]) => file)).toEqual([
		arrived('image_22068', odd[0].photo),
		arrived('image_22068', { ...odd[1].photo, fileName: 'photo.png' }),
	]);
});

const field = (id: string, type: string) => ({
	id,
	displayName: `${id} (${type})`,
	type: 'string',
	required: false,
	display: true,
	defaultMatch: false,
	canBeUsedToMatch: false,
});
const form = (image: string) => ({
	workflowId: startOf('retouch', {}).workflowId,
	inputMode: 'fields',
	inputs: {
		mappingMode: 'defineBelow',
		value: { image_22068: image, prompt_68667: '={{ $json.prompt }}' },
		schema: [field('image_22068', 'image'), field('prompt_68667', 'string')],
	},
});

test.each([
	[
		'the binary field that it names',
		'photo',
		(i: number) => [arrived('image_22068', rows[i].photo)],
	],
	[
		'all of the binary fields that it names',
		'photo, second',
		(i: number) => [arrived('image_22068', rows[i].photo), arrived('image_22068', rows[i].second)],
	],
	[
		'the field that an expression gives',
		'={{ $json.n === 0 ? "photo" : "second" }}',
		(i: number) => [arrived('image_22068', i === 0 ? rows[i].photo : rows[i].second)],
	],
	[
		'a link as text',
		'https://example.com/fox.png',
		() => [{ image_22068: 'https://example.com/fox.png' }],
	],
])('a file field of the form sends %s', async (_, image, expected) => {
	const made = await harness();
	await made.items([made.files(rows), made.node('workflow.execute', form(image))]);
	expect(startsOf(made.flowscale).map((parts) => new Set(parts))).toEqual(
		[0, 1].map((i) => new Set([...expected(i), { prompt_68667: two[i].json.prompt }])),
	);
});

test('the form’s automatic mapping takes the inputs from the item’s fields of the same name, and files by their field', async () => {
	const made = await harness();
	const inputs = { mappingMode: 'autoMapInputData', value: null, schema: form('').inputs.schema };
	const raw = two.map(({ json }) => ({
		json: { ...json, prompt_68667: json.prompt, image_22068: 'photo', unrelated: 'no input' },
	}));
	await made.items([made.files(rows), made.node('workflow.execute', { ...form(''), inputs })], raw);
	expect(startsOf(made.flowscale).map((parts) => new Set(parts))).toEqual(
		[0, 1].map(
			(i) => new Set([{ prompt_68667: two[i].json.prompt }, arrived('image_22068', rows[i].photo)]),
		),
	);
});

test('a stream of 24 MB arrives byte for byte', async () => {
	const made = await harness();
	const big = {
		bytes: Buffer.alloc(24 * 1_048_576, 'streamed '),
		fileName: 'big.mp4',
		mimeType: 'video/mp4',
	};
	await made.items([
		made.files([{ photo: big }, { photo: big }]),
		made.node('workflow.execute', {
			...startOf('retouch', prompt, {}),
			...files({ parameter: 'image_22068', binaryField: 'photo' }),
		}),
	]);
	expect(startsOf(made.flowscale).map(([, file]) => file)).toEqual([
		arrived('image_22068', big),
		arrived('image_22068', big),
	]);
	expect(made.flowscale.journal.map(({ headers }) => headers['content-length'])).toEqual([
		expect.stringMatching(/^2516\d{4}$/),
		expect.stringMatching(/^2516\d{4}$/),
	]);
});

/**
 * A form for a parameter that the deployment declares as a text, as the vendor's dashboard does
 * with uploads.
 */
const describeForm = (image: unknown): INodeParameters =>
	({
		workflowId: startOf('describe', {}).workflowId,
		inputMode: 'fields',
		inputs: {
			mappingMode: 'defineBelow',
			value: { image_30001: image },
			schema: [field('image_30001', 'string')],
		},
	}) as INodeParameters;

test('an item that came without its file is refused where the input is declared as a text; the other runs', async () => {
	const made = await harness();
	const items = await made.items([
		made.files([{ photo: rows[0].photo }, {}]),
		made.node('workflow.execute', describeForm('photo'), { onError: 'continueRegularOutput' }),
	]);
	expect(items.map(({ json }) => json.error ?? json.state)).toEqual([
		'queued',
		expect.stringContaining('The item has no binary field "photo"'),
	]);
	expect(made.requests('startRun')).toBe(1);
});

test.each([
	['in a form field', describeForm('={{ $binary.photo }}')],
	['as a list of objects', describeForm('={{ [$binary.photo] }}')],
	['as a list of names', describeForm('={{ ["photo"] }}')],
	['in JSON inputs', startOf('describe', '={{ { image_30001: $binary.photo } }}', {})],
	[
		'under Files',
		{
			...startOf('describe', {}, {}),
			files: { file: [{ parameter: 'image_30001', binaryField: '={{ $binary.photo }}' }] },
		},
	],
] as Array<[string, INodeParameters]>)(
	'a file given as n8n’s object of it is uploaded: %s',
	async (_, parameters) => {
		for (const binaries of ['filesystem', 'default'] as const) {
			const made = await harness({ binaries });
			await made.items([made.files(rows), made.node('workflow.execute', parameters)]);
			const sent = made.flowscale.journal.map(({ parts = [] }) =>
				parts.map(({ name, value, file }) => [name, file?.name ?? value]),
			);
			expect(sent).toHaveLength(2);
			expect(sent).toEqual(
				expect.arrayContaining(
					rows.map(({ photo }) => [['image_30001', photo.fileName?.replaceAll('"', '%22')]]),
				),
			);
		}
	},
);

test.each([
	[
		'in JSON inputs',
		startOf('describe', '={{ { image_30001: [$binary.photo, $binary.second] } }}', {}),
	],
	['in a form field', describeForm('={{ [$binary.photo, $binary.second] }}')],
	[
		'under Files',
		{
			...startOf('describe', {}, {}),
			files: {
				file: [{ parameter: 'image_30001', binaryField: '={{ [$binary.photo, $binary.second] }}' }],
			},
		},
	],
] as Array<[string, INodeParameters]>)(
	'two of n8n’s objects of files in one list are both uploaded, in order: %s',
	async (_, parameters) => {
		const made = await harness();
		await made.items([made.files(rows), made.node('workflow.execute', parameters)]);
		const sent = made.flowscale.journal.map(({ parts = [] }) =>
			parts.map(({ name, value, file }) => [name, file?.size ?? value]),
		);
		expect(sent.sort()).toEqual(
			rows
				.map(({ photo, second }) =>
					[photo, second].map(({ bytes }) => ['image_30001', bytes.length]),
				)
				.sort(),
		);
	},
);

test('the description of a file is never sent as text', async () => {
	const made = await harness();
	const nested = startOf('image', '={{ { text_51536: { a: [$binary.photo] } } }}', {});
	expect(await made.error([made.files(rows), made.node('workflow.execute', nested)])).toMatchObject(
		{
			message: "Invalid input for 'text_51536': it holds a file that is not a field of this item",
			description: 'Enter the name of one of its fields: photo, second.',
			context: { itemIndex: 0 },
		},
	);
	expect(made.flowscale.journal).toEqual([]);
});

test.each([
	['its name', { files: { file: [{ parameter: 'image_22068', binaryField: 'photo' }] } }],
	[
		'a list of names',
		{ files: { file: [{ parameter: 'image_22068', binaryField: 'photo,second' }] } },
	],
	[
		'its place among the JSON',
		{ files: { file: [{ parameter: 'image_22068', binaryField: '_files.photo' }] } },
	],
	[
		'its description',
		{ inputsJson: '={{ { "prompt_68667": "x", "image_22068": $json._files.photo } }}' },
	],
])('files that n8n 2 keeps among the JSON (combined) are uploaded by %s', async (name, given) => {
	const made = await harness();
	const node = made.node('workflow.execute', {
		...startOf('retouch', { prompt_68667: 'x' }, {}),
		...given,
	});
	const settings = { executionOrder: 'v1', binaryMode: 'combined' } as never;
	const { engine, flowscale } = made;
	const run = await runWorkflow(engine, { ...chain(made.files(rows), node), settings }, two);
	// n8n 1 does not know the setting: its files stay where they are.
	if (ENGINE === '1.x' && !name.includes('name')) {
		expect(run.data.resultData.error).toBeDefined();
		expect(flowscale.runs).toEqual([]);
		return;
	}
	expect(run.data.resultData.error).toBeUndefined();
	const sizes = flowscale.runs.map(({ parts }) => parts.flatMap(({ file }) => file?.size ?? []));
	const filesOf = ({ photo, second }: (typeof rows)[number]) =>
		(name === 'a list of names' ? [photo, second] : [photo]).map(({ bytes }) => bytes.length);
	expect(sizes.sort()).toEqual(rows.map(filesOf).sort());
});

test('a file that n8n deletes while the form is sent is named by its field, and nothing is started', async () => {
	const made = await harness();
	const store = Container.get(BinaryDataService);
	const gone = jest.spyOn(store, 'getAsStream').mockRejectedValue(new Error('File not found'));
	const node = made.node('workflow.execute', {
		...startOf('retouch', { prompt_68667: 'x' }, {}),
		...files({ parameter: 'image_22068', binaryField: 'photo' }),
	});
	const run = await made.run([made.files(rows), node]);
	gone.mockRestore();
	expect(run.data.resultData.error).toMatchObject({
		message: 'The file in binary field "photo" cannot be read (File not found)',
	});
	expect(made.flowscale.runs).toEqual([]);
});

test.each(['photo.v1', 'photos[0]'])(
	'a file in a field with the name %s is uploaded, also where n8n 2 keeps it among the JSON',
	async (binaryField) => {
		for (const binaryMode of ['separate', 'combined']) {
			const made = await harness();
			const node = made.node('workflow.execute', {
				...startOf('retouch', { prompt_68667: 'x' }, {}),
				...files({ parameter: 'image_22068', binaryField }),
			});
			const settings = { executionOrder: 'v1', binaryMode } as never;
			const given = rows.map(({ photo }) => ({ [binaryField]: photo }));
			const workflow = { ...chain(made.files(given), node), settings };
			const run = await runWorkflow(made.engine, workflow, two);
			expect(run.data.resultData.error).toBeUndefined();
			const sizes = made.flowscale.runs.map(({ parts }) =>
				parts.flatMap(({ file }) => file?.size ?? []),
			);
			expect(sizes.flat().sort()).toEqual(rows.map(({ photo }) => photo.bytes.length).sort());
		}
	},
);
