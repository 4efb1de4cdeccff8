import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { fs, join, projectDir } from '../../../simulator/platform';
import { addTool } from '../../harness/addTool';
import { agentNodes } from '../../harness/agentNodes';
import { addCoreNodes } from '../../harness/coreNodes';
import { outputOf, runWorkflow, type WorkflowFile, workflowOf } from '../../harness/runWorkflow';
import { ownPrompt, quick, startOf, useHarness } from '../../harness/useHarness';

const harness = useHarness();
const linksOnly = { ...quick, download: false };

describe('the end of a batch is summed up beside what came out', () => {
	const hintsOf = async (options: object, name: 'image' | 'failing', extra = {}) => {
		const { node, run } = await harness();
		const done = await run(
			node(
				'workflow.executeAndWait',
				{ ...startOf(name, ownPrompt, options), groupId: 'g' },
				extra,
			),
		);
		return (done.data.resultData.runData.Flowscale[0].hints ?? []).map(({ message, type }) => [
			message,
			type,
		]);
	};
	test('all succeeded', async () =>
		expect(await hintsOf(linksOnly, 'image')).toEqual([
			['2 of 2 runs succeeded. Group g.', 'info'],
		]));
	test('failed runs as items', async () =>
		expect(await hintsOf({ ...linksOnly, onFailedRun: 'item' }, 'failing')).toEqual([
			['0 of 2 runs succeeded, 2 failed. Group g.', 'warning'],
		]));
	test('failed runs as errors', async () =>
		expect(await hintsOf(linksOnly, 'failing', { onError: 'continueRegularOutput' })).toEqual([
			['0 of 2 runs succeeded, 2 failed.', 'warning'],
		]));
});

test('the subtitle says in words what the node does', async () => {
	const { engine, node } = await harness();
	const subtitleOf = (operation: `${string}.${string}`) => {
		const flowscale = node(operation);
		const { subtitle = '' } = engine.nodeTypes.getByNameAndVersion(flowscale.type).description;
		const workflow = workflowOf(engine, { nodes: [flowscale], connections: {} });
		return workflow.expression.getSimpleParameterValue(flowscale, subtitle, 'internal', {});
	};
	expect(
		[
			'workflow.executeAndWait',
			'workflow.execute',
			'run.get',
			'run.getMany',
			'cluster.getHealth',
		].map((operation) => subtitleOf(operation as 'run.get')),
	).toEqual(['Execute and wait', 'Execute', 'Get run', 'Get many runs', 'Get cluster health']);
});

describe('a start that the service refuses', () => {
	test('says that an input may take a file, and which files the item has', async () => {
		const made = await harness();
		const photo = { bytes: Buffer.from('fox'), mimeType: 'image/png' };
		const given = startOf('retouch', { image_22068: 'a fox in words', prompt_68667: 'x' }, {});
		const failure = await made.error(
			[made.files([{ photo }]), made.node('workflow.execute', given)],
			[{ json: {} }],
		);
		expect(failure).toMatchObject({
			httpCode: '422',
			message: 'Flowscale answered HTTP 422: image_22068: Invalid value for image',
		});
		expect(failure.description).toContain(
			'"image_22068" may take a file: give the name of the field that holds it. Fields of this item with files: photo.',
		);
	});
	test('names the inputs that there are, and the one that is none; asked once for all items', async () => {
		const made = await harness();
		const failure = await made.run(
			made.node('workflow.execute', startOf('image', { txt_51536: 'x' }, {}), {
				onError: 'continueRegularOutput',
			}),
		);
		for (const { json } of outputOf(failure, 'Flowscale'))
			expect(json.error).toContain(
				'The workflow has no input "txt_51536". Inputs of the workflow: text_51536, seed_51537.',
			);
		expect(made.requests('workflows')).toBe(1);
	});
	test('stays what it is where the deployment reports no inputs', async () => {
		const made = await harness({ dialect: { workflows: 'none' } });
		const failure = await made.error(made.node('workflow.execute', startOf('image', {}, {})));
		expect(failure).toMatchObject({
			message: 'Flowscale answered HTTP 422: text_51536: Field required',
			description: expect.stringMatching(
				/^Check the inputs and IDs of this item.*An empty field is not sent/,
			),
		});
	});
});

describe('an input that the workflow does not have', () => {
	const mixed =
		'={{ $itemIndex === 0 ? { text_51536: $json.prompt } : { text_51536: "a", txt_51536: $json.prompt } }}';
	const refusal =
		'The workflow has no input "txt_51536". Inputs of the workflow: text_51536, seed_51537. Correct the name; nothing was started.';
	const opened = async () => {
		const made = await harness();
		// What the editor's list of workflows does, and any other reading of the list.
		await made.items(made.node('workflow.getMany'), [{ json: {} }]);
		return { ...made, lists: () => made.requests('workflows') - 1 };
	};

	test.each(['workflow.execute', 'workflow.executeAndWait'] as const)(
		'%s: ends the node before anything is started, where the list was read before',
		async (operation) => {
			const { node, error, requests, lists } = await opened();
			const failure = await error(node(operation, startOf('image', mixed)));
			expect(`${failure.message}. ${failure.description}`).toContain(refusal);
			expect(failure.context.itemIndex).toBe(1);
			expect([requests('startRun'), lists()]).toEqual([0, 1]);
		},
	);
	test.each(['inExecution', 'suspended'])(
		'fails its item alone where the node continues on errors (%s)',
		async (waitMode) => {
			const { node, run, flowscale, lists } = await opened();
			const parameters = { ...startOf('image', mixed), waitMode };
			const done = await run(
				node('workflow.executeAndWait', parameters, { onError: 'continueRegularOutput' }),
			);
			const [right, wrong] = outputOf(done, 'Flowscale');
			expect([right.json.state, wrong.json]).toEqual([
				'succeeded',
				{ error: expect.stringContaining(refusal) as string },
			]);
			expect([flowscale.runs.length, lists()]).toEqual([1, 1]);
		},
	);
	test('is refused as the parameter of a file, too', async () => {
		const { node, files, error, requests } = await opened();
		const photo = { bytes: Buffer.from('fox'), mimeType: 'image/png' };
		const parameters = {
			...startOf('image', { text_51536: 'a' }),
			files: { file: [{ parameter: 'photo_1', binaryField: 'photo' }] },
		};
		const failure = await error(
			[files([{ photo }]), node('workflow.execute', parameters)],
			[{ json: {} }],
		);
		expect(failure.message).toContain('The workflow has no input "photo_1"');
		expect(requests('startRun')).toBe(0);
	});
	test('is left to the service where the list cannot be read, or was never read', async () => {
		const { node, run, flowscale } = await opened();
		flowscale.fault({ on: 'workflows', kind: 'status', status: 503, times: 9 });
		await run(node('workflow.execute', startOf('image', mixed)));
		expect(flowscale.runs).toHaveLength(2);
		const fresh = await harness();
		await fresh.run(fresh.node('workflow.execute', startOf('image', mixed)));
		expect([fresh.flowscale.runs.length, fresh.requests('workflows')]).toEqual([2, 0]);
	});
	test('costs no request while all names are known', async () => {
		const { node, items, lists } = await opened();
		await items(node('workflow.execute', startOf('image', ownPrompt)));
		expect(lists()).toBe(0);
	});
});

test.each([
	[
		'simplified',
		{},
		[
			'run_id',
			'workflow_id',
			'group_id',
			'state',
			'finished',
			'outputs',
			'created_at',
			'completed_at',
			'duration_seconds',
			'error_message',
		],
	],
	[
		'selected fields',
		{ output: 'selectedFields', outputFields: ['state', 'outputs'] },
		['state', 'outputs'],
	],
	['raw', { output: 'raw' }, expect.arrayContaining(['inputs', 'output_names', 'status'])],
])('a tool gives the model what Output says: %s', async (_, parameters, keys) => {
	const made = await harness();
	addCoreNodes(made.engine);
	addTool(made.engine, 'n8n-nodes-flowscale.flowscale');
	let answer = '';
	const mind = agentNodes(async (_asked, [tool]) => {
		answer = await tool.invoke({ prompt: 'a lake' });
		return answer;
	});
	for (const [name, type] of mind) made.engine.add(name, type);
	const file = JSON.parse(
		await fs.readFile(join(projectDir, 'examples/ai-agent-tool.json'), 'utf8'),
	) as WorkflowFile;
	const tool = file.nodes.find(({ type }) => type === 'n8n-nodes-flowscale.flowscaleTool');
	Object.assign(tool?.parameters ?? {}, parameters as INodeParameters);
	await runWorkflow(made.engine, file, [
		{ json: { sessionId: 's1', action: 'sendMessage', chatInput: 'Draw' } },
	]);
	const [item] = JSON.parse(answer) as IDataObject[];
	if (Array.isArray(keys)) expect(Object.keys(item).sort()).toEqual([...(keys as string[])].sort());
	else expect(Object.keys(item)).toEqual(keys);
	// Each execution has a group, also where its field is hidden or empty.
	expect(made.flowscale.runs.map(({ groupId }) => groupId)).toEqual([
		expect.stringMatching(/^n8n-./),
	]);
});
