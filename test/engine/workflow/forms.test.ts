import { LoadOptionsContext } from 'n8n-core';
import type {
	INodeListSearchResult,
	INodeParameters,
	INodeType,
	ResourceMapperFields,
} from 'n8n-workflow';
import { openapiDialect } from '../../../simulator/flowscale/dialect';
import type { SimulatedWorkflow } from '../../../simulator/flowscale/simulatedWorkflow';
import { serverSide, workflowOf } from '../../harness/runWorkflow';
import { openTinyDeployment } from '../../harness/tinyDeployment';
import { byId, type Harness, useHarness, workflow } from '../../harness/useHarness';

const harness = useHarness();

/** What the editor does when a list is opened or a form is drawn. */
function editor(
	{ engine, node }: Harness,
	workflowId: object = workflow.image,
	more: INodeParameters = {},
) {
	const flowscaleNode = node('workflow.executeAndWait', {
		workflowId: { ...workflowId },
		...more,
	});
	const file = { nodes: [flowscaleNode], connections: {} };
	const type = engine.nodeTypes.getByNameAndVersion(flowscaleNode.type) as INodeType;
	const context = (path: string) =>
		new LoadOptionsContext(
			workflowOf(engine, file),
			flowscaleNode,
			serverSide(engine, file, 'internal', 'editor'),
			path,
		);
	return {
		runs: async (filter?: string, page?: string): Promise<INodeListSearchResult> =>
			(await type.methods?.listSearch?.searchRuns.call(
				context('parameters.runId'),
				filter,
				page,
			)) as INodeListSearchResult,
		search: async (filter?: string): Promise<INodeListSearchResult> =>
			(await type.methods?.listSearch?.searchWorkflows.call(
				context('parameters.workflowId'),
				filter,
			)) as INodeListSearchResult,
		form: async (): Promise<ResourceMapperFields> =>
			(await type.methods?.resourceMapping?.getWorkflowInputs.call(
				context('parameters.inputs'),
			)) as ResourceMapperFields,
	};
}

/** A field of the form; by default as text. */
const field = (id: string, displayName: string, declaredType: string, more: object = {}) => ({
	id,
	displayName,
	type: 'string',
	required: false,
	display: true,
	defaultMatch: false,
	canBeUsedToMatch: false,
	declaredType,
	...more,
});
const textField = field('text_51536', 'Text 51536', 'string');
const seedField = field('seed_51537', 'Seed 51537 (whole number)', 'int');
/** A form as earlier versions saved it. */
const savedField = (id: string, word: string, type: string) => ({
	...field(id, `${id} (${word})`, word, { type }),
	declaredType: undefined,
});

test('the list of runs shows the newest few where the inputs of more are too long to be read', async () => {
	const open = await harness({ latencyMs: 0 });
	const pages: number[] = [];
	const tiny = await openTinyDeployment();
	const run = (index: number) => ({
		_id: `r${index}`,
		workflow_id: 'w',
		status: 'completed',
		inputs: [{ path: 'image', value: 'A'.repeat(3_000_000) }],
	});
	tiny.says['/api/v1/runs'] = () => {
		const size = Number(
			new URL(tiny.asked.at(-1)?.url ?? '', tiny.origin).searchParams.get('page_size'),
		);
		pages.push(size);
		const runs = Array.from({ length: Math.min(14, size) }, (_, index) => run(index));
		return { body: { status: 'success', data: { runs } } };
	};
	Object.assign(open.engine.credentials.values.flowscaleApi, { baseUrl: tiny.origin });
	const { results } = await editor(open).runs();
	await tiny.close();
	expect([results.map(({ value }) => value), pages]).toEqual([
		['r0', 'r1', 'r2', 'r3', 'r4'],
		[50, 5],
	]);
});

describe.each(['sdk', 'beta'] as const)('with workflows as the %s lists them', (workflows) => {
	test('the list holds all workflows by name', async () => {
		const { results } = await editor(await harness({ dialect: { workflows } })).search();
		expect(results.map(({ name }) => name)).toEqual([
			'Big File',
			'Describe Image',
			'Everything',
			'Failing',
			'Image to Image',
			'Image to Video',
			'Slow',
			'Text to 3D',
			'Text to Image',
			'Text to Speech',
		]);
		expect(results[8]).toEqual({
			name: 'Text to Image',
			value: '550e8400-e29b-41d4-a716-446655440000',
			description: 'Generate an image from text input',
		});
	});

	test.each([
		['a part of the name', 'TO IM', ['Image to Image', 'Text to Image']],
		['a part of the ID', 'ee871c99', ['Slow']],
		['nothing that there is', 'xyz', []],
	])('the list is searched by %s', async (_, filter, names) => {
		const { results } = await editor(await harness({ dialect: { workflows } })).search(filter);
		expect(results.map(({ name }) => name)).toEqual(names);
	});

	test.each([
		['text and number', workflow.image, [textField, seedField]],
		[
			'file',
			workflow.retouch,
			[
				field('image_22068', 'Image 22068 (image file)', 'image', { defaultValue: 'data' }),
				field('prompt_68667', 'Prompt 68667', 'string'),
			],
		],
		[
			'file that is declared as a text',
			workflow.describe,
			[field('image_30001', 'Image 30001 (image file)', 'string', { defaultValue: 'data' })],
		],
	])(
		'the form has a field for each %s that the workflow declares',
		async (_, workflowId, fields) => {
			expect(await editor(await harness({ dialect: { workflows } }), workflowId).form()).toEqual({
				fields: fields.map((one) => ({ ...one, workflowId: workflowId.value })),
			});
		},
	);

	test('a workflow that is not deployed here has no form, and says so', async () => {
		expect(
			await editor(await harness({ dialect: { workflows } }), byId('elsewhere')).form(),
		).toEqual({
			fields: [],
			emptyFieldsNotice: 'This workflow is not deployed here. Choose another one, or use JSON.',
		});
	});
});

describe('on a deployment that has no list of workflows', () => {
	const absent = { dialect: { workflows: 'none' as const } };

	test('the list and the form say what to do', async () => {
		const { search, form } = editor(await harness(absent));
		await expect(search()).rejects.toMatchObject({
			name: 'NodeApiError',
			httpCode: '404',
			message: 'This deployment has no list of workflows',
			description: expect.stringMatching(/Choose By ID.*check the Base URL in the credential/),
		});
		expect(await form()).toEqual({
			fields: [],
			emptyFieldsNotice:
				'This deployment does not report the inputs of its workflows. Use JSON instead; the names are in its API dashboard.',
		});
	});

	test('workflow.getMany says so', async () => {
		const { node, error } = await harness(absent);
		expect(await error(node('workflow.getMany'))).toMatchObject({
			name: 'NodeApiError',
			httpCode: '404',
			message: 'This deployment has no list of workflows',
			context: { itemIndex: 0 },
		});
	});

	test('a run is started by ID, from JSON or from a form that was drawn elsewhere', async () => {
		const { node, items, flowscale } = await harness(absent);
		const form = {
			inputMode: 'fields',
			inputs: {
				mappingMode: 'defineBelow',
				value: { text_51536: '={{ $json.prompt }}', seed_51537: 7 },
				schema: [
					savedField('text_51536', 'string', 'string'),
					savedField('seed_51537', 'int', 'number'),
				],
			},
		};
		await items(node('workflow.execute', { workflowId: workflow.image, ...form }));
		expect(flowscale.runs.map(({ inputs }) => inputs)).toEqual(
			expect.arrayContaining([
				{ text_51536: 'red fox', seed_51537: '7' },
				{ text_51536: 'blue whale', seed_51537: '7' },
			]),
		);
	});

	test('nothing is sent from a form that was drawn and never filled in', async () => {
		const { node, items, flowscale } = await harness(absent);
		const form = {
			inputMode: 'fields',
			inputs: {
				mappingMode: 'defineBelow',
				value: null,
				schema: [savedField('prompt_68667', 'string', 'string')],
			},
		};
		await items(node('workflow.execute', { workflowId: workflow.failing, ...form }));
		expect(flowscale.runs.map(({ inputs }) => inputs)).toEqual([{}, {}]);
	});
});

test('a wrong key makes the list fail with a reason', async () => {
	const { search } = editor(await harness({ credential: () => ({ apiKey: 'fs-wrong-key' }) }));
	await expect(search()).rejects.toMatchObject({
		name: 'NodeApiError',
		httpCode: '401',
		message: 'Flowscale answered HTTP 401: Invalid API key',
	});
});

const wrongKey = { credential: () => ({ apiKey: 'fs-wrong-key' }) };

test('a form that cannot be drawn says why, with the HTTP status and what to do', async () => {
	expect(await editor(await harness(wrongKey)).form()).toEqual({
		fields: [],
		emptyFieldsNotice:
			'Flowscale answered HTTP 401: Invalid API key. Check the API key in the credential: it is in Project Settings > API Settings of the deployment’s project.',
	});
});

test('a workflow by expression gets a calm notice', async () => {
	const { emptyFieldsNotice } = await editor(await harness(), byId('')).form();
	expect(emptyFieldsNotice).toContain('chosen by an expression');
});

test('a form that is filled in stays while the deployment does not answer', async () => {
	const made = await harness(wrongKey);
	const schema = [{ ...textField, workflowId: workflow.image.value }];
	const kept = { mappingMode: 'defineBelow', value: { text_51536: 'x' }, schema };
	expect(await editor(made, workflow.image, { inputs: kept }).form()).toMatchObject({
		fields: schema,
	});
	// The form of another workflow is no form of this one.
	expect(await editor(made, workflow.retouch, { inputs: kept }).form()).toMatchObject({
		fields: [],
	});
});

test('a deployment that is too busy is said to be, in time', async () => {
	const made = await harness();
	made.flowscale.fault({
		on: 'workflows',
		kind: 'status',
		status: 429,
		headers: { 'Retry-After': '60' },
		times: 9,
	});
	await expect(editor(made).search()).rejects.toMatchObject({ httpCode: '429' });
	expect(made.requests('workflows')).toBe(1);
});

test('one bad gateway is no reason for an empty list', async () => {
	const made = await harness();
	made.flowscale.fault({ on: 'workflows', kind: 'status', status: 502 });
	expect((await editor(made).search('ee871c99')).results).toHaveLength(1);
});

const offered = (id: string, name: string, inputs: SimulatedWorkflow['inputs'] = []) => ({
	id,
	name,
	description: null,
	inputs,
	outputs: [],
});

test('what n8n would evaluate is not offered: no workflow, no input', async () => {
	const inputs = [
		{ name: '={{ $env.X }}', type: 'string' as const },
		{ name: 'text_{{ $json.a }}', type: 'string' as const },
		{ name: 'text_1', type: 'string' as const, label: 'Hi {{ $json.a }}' },
	];
	const made = await harness({
		dialect: { workflows: 'typed' },
		workflows: [
			offered('={{ $env.X }}{{ $json.private }}', 'Harmless'),
			offered('b', ' =1+1'),
			offered('c', 'With {{ braces }}'),
			offered('d', 'Good', inputs),
		],
	});
	const { search, form } = editor(made, byId('d'));
	expect((await search()).results.map(({ value }) => value)).toEqual(['d']);
	expect((await form()).fields).toEqual([
		field('text_1', 'Text 1', 'textarea', { workflowId: 'd' }),
	]);
});

test('the dashboard’s declarations: labels are shown, the parameter’s name is sent', async () => {
	const inputs = [
		{ name: 'prompt_1', type: 'string' as const, label: 'What to draw' },
		{ name: 'ref_2', type: 'image' as const, label: 'Your photo' },
		{ name: 'seed_3', type: 'number' as const, label: 'Seed' },
		{ name: 'upscale_4', type: 'boolean' as const, label: 'Upscale' },
		{
			name: 'sampler_5',
			type: 'string' as const,
			label: 'Sampler',
			options: ['euler', 'ddim', '{{ $env.X }}'],
		},
	];
	const made = await harness({
		dialect: { workflows: 'typed' },
		workflows: [offered('d', 'Good', inputs)],
	});
	const of = { workflowId: 'd' };
	const yesOrNo = [
		{ name: 'Yes', value: 'true' },
		{ name: 'No', value: 'false' },
	];
	expect((await editor(made, byId('d')).form()).fields).toEqual([
		field('prompt_1', 'What to draw', 'textarea', of),
		field('ref_2', 'Your photo (image file)', 'image', { ...of, defaultValue: 'data' }),
		field('seed_3', 'Seed (whole number)', 'int', of),
		field('upscale_4', 'Upscale', 'boolean', { ...of, type: 'options', options: yesOrNo }),
		field('sampler_5', 'Sampler', 'combo', {
			...of,
			type: 'options',
			options: [
				{ name: 'euler', value: 'euler' },
				{ name: 'ddim', value: 'ddim' },
			],
		}),
	]);
	const [workflowItem] = await made.items(made.node('workflow.getMany'), [{ json: {} }]);
	expect(workflowItem.json.inputs).toEqual([
		{ name: 'prompt_1', type: 'textarea' },
		{ name: 'ref_2', type: 'image' },
		{ name: 'seed_3', type: 'int' },
		{ name: 'upscale_4', type: 'boolean' },
		{ name: 'sampler_5', type: 'combo' },
	]);
});

describe('the list of runs', () => {
	test('shows workflow, state and time, newest first, and is searched by any of them', async () => {
		const made = await harness();
		const { workflows } = made.flowscale;
		const stateAt = (state: 'completed' | 'failed' | 'running', minutesAgo: number) => ({
			workflow: workflows.find(({ name }) => name === 'Text to Image'),
			state,
			createdAt: Date.now() - minutesAgo * 60_000,
		});
		const [old] = made.flowscale.addRuns(1, stateAt('completed', 30));
		const [failed] = made.flowscale.addRuns(1, stateAt('failed', 2000));
		const [running] = made.flowscale.addRuns(1, stateAt('running', 1));
		const { runs } = editor(made);
		const { results } = await runs();
		expect(results.map(({ value }) => value)).toEqual([running.id, old.id, failed.id]);
		expect(results.map(({ name }) => name)).toEqual([
			expect.stringMatching(/^Text to Image · running · \d\d:\d\d$/),
			expect.stringMatching(/^Text to Image · succeeded · \d\d:\d\d$/),
			expect.stringMatching(/^Text to Image · failed · \d{1,2} \w+, \d\d:\d\d$/),
		]);
		const found = async (filter: string) => (await runs(filter)).results.map(({ value }) => value);
		expect(await found('SUCCEEDED')).toEqual([old.id]);
		expect(await found(failed.id.slice(0, 13))).toEqual([failed.id]);
		expect(await found('nothing')).toEqual([]);
	});

	test('continues from page to page', async () => {
		const made = await harness();
		made.flowscale.addRuns(120, { workflow: made.flowscale.workflows[0] });
		const { runs } = editor(made);
		const first = await runs();
		expect(first.results).toHaveLength(50);
		expect((await runs(undefined, String(first.paginationToken))).results).toHaveLength(50);
		expect(await runs(undefined, '3')).toEqual({ results: expect.any(Array) });
	});

	test('says what to do on a deployment that lists one group only', async () => {
		const { runs } = editor(await harness({ dialect: openapiDialect }));
		await expect(runs()).rejects.toMatchObject({
			message: 'This deployment lists the runs of one group only',
			description: 'Choose By ID, and enter the ID of the run.',
		});
	});
});
