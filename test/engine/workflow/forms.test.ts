import { LoadOptionsContext } from 'n8n-core';
import type { INodeListSearchResult, INodeType, ResourceMapperFields } from 'n8n-workflow';
import { serverSide, workflowOf } from '../../harness/runWorkflow';
import { byId, type Harness, useHarness, workflow } from '../../harness/useHarness';

const harness = useHarness();

/** What the editor does when a list is opened or a form is drawn. */
function editor({ engine, node }: Harness, workflowId: object = workflow.image) {
	const flowscaleNode = node('workflow.executeAndWait', { workflowId: { ...workflowId } });
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

const field = (id: string, word: string, type: string) => ({
	id,
	displayName: `${id} (${word})`,
	type,
	required: false,
	display: true,
	defaultMatch: false,
	canBeUsedToMatch: false,
});

describe.each(['sdk', 'beta'] as const)('with workflows as the %s tells them', (workflows) => {
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
		[
			'text and number',
			workflow.image,
			[field('text_51536', 'string', 'string'), field('seed_51537', 'int', 'number')],
		],
		[
			'file',
			workflow.retouch,
			[field('image_22068', 'image', 'string'), field('prompt_68667', 'string', 'string')],
		],
		[
			'file that is declared as a text',
			workflow.describe,
			[field('image_30001', 'string', 'string')],
		],
	])(
		'the form has a field for each %s that the workflow declares',
		async (_, workflowId, fields) => {
			expect(await editor(await harness({ dialect: { workflows } }), workflowId).form()).toEqual({
				fields,
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

	test('the list is empty, and the form says what to do', async () => {
		const { search, form } = editor(await harness(absent));
		expect(await search()).toEqual({ results: [] });
		expect(await form()).toEqual({
			fields: [],
			emptyFieldsNotice:
				'This deployment does not tell the inputs of its workflows. Use JSON instead; the names are in its API dashboard.',
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
				schema: [field('text_51536', 'string', 'string'), field('seed_51537', 'int', 'number')],
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
				schema: [field('prompt_68667', 'string', 'string')],
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
