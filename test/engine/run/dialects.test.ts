import {
	defaultDialect,
	dialectChoices,
	openapiDialect,
	type Dialect,
} from '../../../simulator/flowscale/dialect';
import type { SimulatedRun } from '../../../simulator/flowscale/startFlowscale';
import {
	bytesOf,
	digest,
	madeBy,
	ownPrompt,
	quick,
	startOf,
	two,
	until,
	useHarness,
} from '../../harness/useHarness';

const harness = useHarness();

/** Every choice of every switch, one at a time; then all of the vendor's OpenAPI together. */
const dialects: Array<[string, Partial<Dialect>]> = [
	...Object.entries(dialectChoices).flatMap(([name, choices]) =>
		choices.map((choice): [string, Partial<Dialect>] => [
			`${name}: ${String(choice)}`,
			{ [name]: choice },
		]),
	),
	['other words', { words: { queued: 'PENDING', running: 'In_Progress', completed: 'SUCCEEDED' } }],
	['the vendor’s OpenAPI to the letter', openapiDialect],
];

test.each(dialects)(
	'a run is started, waited for and fetched whatever the dialect: %s',
	async (_, dialect) => {
		const { node, items, flowscale } = await harness({ dialect, containers: 2 });
		const done = await items(
			node(
				'workflow.executeAndWait',
				startOf('image', '={{ { "text_51536": $json.prompt, "seed_51537": 7 } }}'),
			),
		);
		const runs = two.map(
			({ json }) =>
				flowscale.runs.find(({ inputs }) => inputs.text_51536 === json.prompt) as SimulatedRun,
		);
		const seed = dialect.inputValues === 'typed' ? 7 : '7';
		expect(
			done.map(({ json, pairedItem }) => [
				json.run_id,
				json.state,
				json.finished,
				json.inputs,
				json.workflow_id,
				json.group_id,
				pairedItem,
			]),
		).toEqual(
			runs.map((run, item) => [
				run.id,
				'succeeded',
				true,
				{ text_51536: two[item].json.prompt, seed_51537: seed },
				run.workflowId,
				'n8n-exec1',
				{ item },
			]),
		);
		expect(
			await Promise.all(done.map(async ({ binary }) => digest(await bytesOf(binary?.data)))),
		).toEqual(await Promise.all(runs.map(async (run) => digest(await madeBy(run)))));
		const duration: unknown = dialect.startTimes === false ? null : expect.any(Number);
		expect(done.map(({ json }) => json.duration_seconds)).toEqual([duration, duration]);
		expect(flowscale.runs).toHaveLength(2);
	},
);

test.each([
	['container names', {}, ['container #1', 'container #2']],
	[
		'addresses',
		{ containers: 'url' as const, queueEntries: 'comfyui' as const },
		['http://comfy-1.internal:8188', 'http://comfy-2.internal:8188'],
	],
])('health and queue speak of %s', async (_, dialect, names) => {
	const { node, items, flowscale } = await harness({ dialect, containers: 2, runMs: 60_000 });
	await items(node('workflow.execute', startOf('image', ownPrompt)), two.slice(0, 1));
	expect((await items(node('cluster.getHealth'), two.slice(0, 1))).map(({ json }) => json)).toEqual(
		[
			{ container: names[0], status: 'running' },
			{ container: names[1], status: 'idle' },
		],
	);
	expect(
		(await items(node('cluster.getQueue'), two.slice(0, 1))).map(({ json }) => [
			json.container,
			json.running,
		]),
	).toEqual([
		[names[0], [{ number: 0, id: flowscale.runs[0].promptId }]],
		[names[1], []],
	]);
});

test.each(dialectChoices.queueEntries)(
	'entries of the queue are read as: %s',
	async (queueEntries) => {
		const { node, items, flowscale } = await harness({
			dialect: { queueEntries },
			containers: 1,
			runMs: 60_000,
		});
		await items(node('workflow.execute', startOf('image', ownPrompt)));
		const [running, pending] = flowscale.runs.map(({ promptId }) => promptId);
		expect(
			(await items(node('cluster.getQueue'), two.slice(0, 1))).map(({ json }) => [
				json.running,
				json.pending,
			]),
		).toEqual([[[{ number: 0, id: running }], [{ number: 1, id: pending }]]]);
	},
);

test.each(dialectChoices.pageSizes)(
	'all runs of a group are listed when the page size is %s',
	async (pageSizes) => {
		const { node, items, flowscale } = await harness({ dialect: { pageSizes } });
		const runs = flowscale.addRuns(26, { groupId: 'many' });
		const listed = await items(
			node('run.getMany', { returnAll: true, filters: { groupId: 'many' } }),
			two.slice(0, 1),
		);
		expect(new Set(listed.map(({ json }) => json.run_id))).toEqual(
			new Set(runs.map(({ id }) => id)),
		);
	},
);

test.each(dialectChoices.failureText)(
	'a failed run tells its reason, or that there is none: %s',
	async (failureText) => {
		const { node, error } = await harness({ dialect: { failureText } });
		const failure = await error(
			node('workflow.executeAndWait', startOf('failing', {})),
			two.slice(0, 1),
		);
		const reason =
			failureText === 'none'
				? 'Flowscale gave no reason'
				: 'CUDA out of memory. Tried to allocate 2.00 GiB';
		expect(failure.message.replace(/^The run failed: | \(run .*\)$/g, '')).toEqual(reason);
	},
);

test.each(dialectChoices.errors)('an error is read whatever its shape: %s', async (errors) => {
	const { node, error } = await harness({
		dialect: { errors },
		credential: () => ({ apiKey: 'fs-wrong-key' }),
	});
	const failure = await error(node('cluster.getHealth'));
	expect(failure).toMatchObject({ name: 'NodeApiError', httpCode: '401' });
	expect(failure.message).toMatch(
		errors === 'html'
			? /^Flowscale answered HTTP 401: (401 )?Invalid API key$|^Flowscale answered HTTP 401: 401 401 Invalid API key$/
			: /^Flowscale answered HTTP 401: Invalid API key$/,
	);
	expect(failure.message).not.toContain('<');
});

test.each(dialectChoices.notReady)(
	'outputs that lag behind the run’s end are waited for: %s',
	async (notReady) => {
		const { node, items, flowscale } = await harness({
			dialect: { notReady, outputLinks: false },
			outputDelayMs: 200,
		});
		const [done] = await items(
			node('workflow.executeAndWait', startOf('image', ownPrompt)),
			two.slice(0, 1),
		);
		expect(digest(await bytesOf(done.binary?.data))).toBe(digest(await madeBy(flowscale.runs[0])));
	},
);

test.each(dialectChoices.cancelFinished)(
	'a cancel that comes too late is no error: %s',
	async (cancelFinished) => {
		const { node, items, flowscale } = await harness({ dialect: { cancelFinished } });
		const [run] = flowscale.addRuns(1);
		const [done] = await items(node('run.cancel', { runId: run.id }), two.slice(0, 1));
		expect(done.json).toMatchObject({ run_id: run.id, cancelled: false });
		expect(done.json.message).toContain('Run already completed');
	},
);

test('a deployment that cannot cancel says so', async () => {
	const { node, error, flowscale } = await harness({ dialect: { cancel: 'none' }, runMs: 60_000 });
	const [run] = flowscale.addRuns(1, { state: 'running', completedAt: null });
	expect(await error(node('run.cancel', { runId: run.id }))).toMatchObject({
		name: 'NodeApiError',
		httpCode: '404',
		context: { itemIndex: 0 },
	});
	expect(run.state).toBe('running');
});

test.each(dialectChoices.runTimeout)(
	'a run that timed out at the service ends as such when its outputs are asked for: %s',
	async (runTimeout) => {
		const { node, items, flowscale } = await harness({
			dialect: { runTimeout, words: { timeout: 'Timed Out', running: 'mystery' } },
			runMs: 60_000,
		});
		const waiting = items(
			node(
				'workflow.executeAndWait',
				startOf('image', ownPrompt, { ...quick, onFailedRun: 'item' }),
			),
			two.slice(0, 1),
		);
		await until(() => flowscale.runs.length === 1);
		flowscale.finish(flowscale.runs[0].id, 'timeout');
		expect(
			(await waiting).map(({ json, binary }) => [
				json.state,
				json.finished,
				json.error_message,
				binary,
			]),
		).toEqual([['timed_out', true, null, undefined]]);
	},
);

test('the switches of the simulator’s dialect are all tried above', () => {
	expect(new Set(dialects.flatMap(([, dialect]) => Object.keys(dialect)))).toEqual(
		new Set(Object.keys(defaultDialect)),
	);
});

describe('the dashboard’s records', () => {
	const dashboard = { records: 'dashboard', workflows: 'typed', failureText: 'none' } as const;

	test('a text stands in data, a file says what it is, and the queue’s id is not the run’s', async () => {
		const { node, items, flowscale } = await harness({ dialect: dashboard });
		const [done] = await items(
			node('workflow.executeAndWait', startOf('everything', { text_51536: 'a lake' })),
			two.slice(0, 1),
		);
		const [run] = flowscale.runs;
		expect(done.json).toMatchObject({ run_id: run.id, state: 'succeeded', progress: 100 });
		const outputs = done.json.outputs as Array<Record<string, unknown>>;
		expect(outputs.map(({ mime_type, file_content }) => [mime_type, file_content])).toEqual([
			['image/png', undefined],
			['image/png', undefined],
			['text/plain', 'A picture of a lake, seed 0.'],
			['video/mp4', undefined],
		]);
		expect(Object.keys(done.binary ?? {})).toEqual(['data', 'data_1', 'data_2']);
		const [listed] = await items(node('run.getMany', { limit: 1 }), two.slice(0, 1));
		expect(listed.json).toMatchObject({ run_id: run.id, error_message: null });
		expect(listed.json).not.toHaveProperty('error');
		const [text] = await items(
			node('output.get', { filename: run.outputs[1].name }),
			two.slice(0, 1),
		);
		expect(text.json).toMatchObject({ file_content: 'A picture of a lake, seed 0.' });
	});

	test('a failed run’s reason stands in error, which becomes error_message', async () => {
		const { node, items } = await harness({ dialect: { ...dashboard, failureText: 'error' } });
		const options = { ...quick, onFailedRun: 'item' };
		const [failed] = await items(
			node('workflow.executeAndWait', startOf('failing', {}, options)),
			two.slice(0, 1),
		);
		expect(failed.json).toMatchObject({
			state: 'failed',
			error_message: 'CUDA out of memory. Tried to allocate 2.00 GiB',
			progress: null,
		});
		expect(failed.json).not.toHaveProperty('error');
	});

	test('outputs without a name are listed by their label', async () => {
		const { node, items } = await harness({ dialect: dashboard });
		const listed = await items(node('workflow.getMany'), two.slice(0, 1));
		const everything = listed.find(({ json }) => json.name === 'Everything');
		expect(everything?.json.outputs).toEqual([
			{ name: 'filename_prefix_77015', type: 'image' },
			{ name: 'filename_prefix_77016', type: 'text' },
			{ name: 'filename_prefix_77017', type: 'video' },
		]);
	});
});
