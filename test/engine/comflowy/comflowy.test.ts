import type { IDataObject, INodeParameters } from 'n8n-workflow';
import { comflowyWorkflows } from '../../../simulator/comflowy/comflowyRun';
import type { Comflowy } from '../../../simulator/comflowy/startComflowy';
import { picture } from '../../../simulator/media/picture';
import { promptOf, useComflowy } from '../../harness/comflowyHarness';
import { outputOf } from '../../harness/runWorkflow';
import { bytesOf, linksOf, quick, two } from '../../harness/assertions';
import { until } from '../../harness/until';
import { NODE } from '../../harness/useSibling';

const harness = useComflowy();
const routes = (service: Comflowy, route: string) =>
	service.journal.filter((entry) => entry.route === route);

test('workflow.execute starts a run for each item and returns at once', async () => {
	const { node, items, service } = await harness({ runMs: 60_000 });
	const started = await items(node('workflow.execute', promptOf()));
	const ofPrompt = two.map(({ json }) =>
		service.runs.find(({ params }) => params['6::text'] === json.prompt),
	);
	expect(
		started.map(({ json }) => [
			json.run_id,
			json.workflow_id,
			json.status,
			json.state,
			json.finished,
			json.inputs,
		]),
	).toEqual(
		ofPrompt.map((run) => [
			run?.id,
			comflowyWorkflows.image.id,
			'waiting',
			'queued',
			false,
			run?.params,
		]),
	);
	expect(linksOf(started)).toEqual([{ item: 0 }, { item: 1 }]);
	expect(routes(service, 'check')).toEqual([]);
});

test('workflow.executeAndWait returns each run with its image', async () => {
	const { node, items, service } = await harness();
	const done = await items(node('workflow.executeAndWait', promptOf()));
	const filename = 'ComfyUI_9_00001_.png';
	const pictures = two.map(({ json }) => picture(`${String(json.prompt)} ${filename}`));
	expect(done.map(({ json }) => json)).toEqual(
		two.map(({ json }, i) => {
			const id = service.runs.find(({ params }) => params['6::text'] === json.prompt)?.id;
			return {
				run_id: id,
				workflow_id: comflowyWorkflows.image.id,
				group_id: null,
				status: 'success',
				state: 'succeeded',
				finished: true,
				inputs: { '6::text': json.prompt },
				output_names: ['9'],
				outputs: [
					{
						filename,
						node_id: '9',
						download_url: expect.stringMatching(
							`^http://127.0.0.1:\\d+/${id}/${filename}$`,
						) as string,
						generation_status: null,
						mime_type: 'image/png',
						binary_field: 'data',
						file_size: pictures[i].length,
					},
				],
				created_at: null,
				started_at: null,
				completed_at: null,
				duration_seconds: null,
				error_message: null,
				progress: null,
			};
		}),
	);
	expect(linksOf(done)).toEqual([{ item: 0 }, { item: 1 }]);
	expect(await Promise.all(done.map(async ({ binary }) => await bytesOf(binary?.data)))).toEqual(
		pictures,
	);
});

test('outputs tell their node, and become items of their own where wished', async () => {
	const { node, items } = await harness();
	const done = await items(
		node('workflow.executeAndWait', promptOf('batch', { ...quick, outputItems: 'perOutput' })),
		two.slice(0, 1),
	);
	expect(
		done.map(({ json, binary, pairedItem }) => [
			(json.outputs as IDataObject[]).map(({ node_id: id, filename }) => [id, filename]),
			Object.keys(binary ?? {}),
			pairedItem,
		]),
	).toEqual([
		[[['9', 'ComfyUI_9_00001_.png']], ['data'], { item: 0 }],
		[[['9', 'ComfyUI_9_00002_.png']], ['data'], { item: 0 }],
		[[['12', 'ComfyUI_12_00001_.png']], ['data'], { item: 0 }],
	]);
});

test('thirty runs are waited for side by side', async () => {
	const { node, items, service } = await harness({ runMs: 36_000_000 });
	const many = Array.from({ length: 30 }, (_, n) => ({ json: { prompt: `no ${n}` } }));
	const working = items(
		node(
			'workflow.executeAndWait',
			promptOf('image', { ...quick, maxConcurrent: 30, download: false }),
		),
		many,
	);
	// None of them has ended before the last one is started.
	await until(() => service.runs.length === many.length);
	for (const { id } of service.runs) await service.finish(id);
	const done = await working;
	expect(
		done.map(({ json }) => service.runs.find(({ id }) => id === json.run_id)?.params['6::text']),
	).toEqual(many.map(({ json }) => json.prompt));
	expect(service.tokens).toHaveLength(1);
});

test('run.get looks once at the run of each item, and fetches its images on request', async () => {
	const { node, items, service } = await harness();
	const [first] = await items(node('workflow.executeAndWait', promptOf()), two.slice(0, 1));
	const before = routes(service, 'check').length;
	const [seen] = await items(node('run.get', { runId: '={{ $json.run_id }}' }), [first]);
	expect(seen).toMatchObject({
		json: { run_id: first.json.run_id, state: 'succeeded', outputs: [{ node_id: '9' }] },
		pairedItem: { item: 0 },
	});
	expect(seen.binary).toBeUndefined();
	expect(routes(service, 'check').length - before).toBe(1);
	const [fetched] = await items(
		node('run.get', { runId: '={{ $json.run_id }}', options: { download: true } }),
		[first],
	);
	expect(Object.keys(fetched.binary ?? {})).toEqual(['data']);
	const [raw] = await items(node('run.get', { runId: '={{ $json.run_id }}', simplify: false }), [
		first,
	]);
	expect(raw.json).toMatchObject({
		status: 'success',
		full_outputs: { 9: { images: [expect.any(String)] } },
	});
});

test.each([
	[
		'pairs, numbers recognised',
		{
			params: {
				param: [
					{ name: '6::text', value: 'a fox' },
					{ name: '3::seed', value: '42' },
					{ name: '3::sampler_name', value: 'euler' },
				],
			},
		},
		{ '6::text': 'a fox', '3::seed': 42, '3::sampler_name': 'euler' },
	],
	[
		'pairs, kept as text',
		{ params: { param: [{ name: '6::text', type: 'text', value: '42' }] } },
		{ '6::text': '42' },
	],
	[
		'JSON',
		{ inputMode: 'json', paramsJson: '{ "6::text": "a fox", "3::seed": 7 }' },
		{ '6::text': 'a fox', '3::seed': 7 },
	],
])('params as %s', async (_, parameters, expected) => {
	const { node, items, service } = await harness({ runMs: 60_000 });
	await items(
		node('workflow.execute', { workflowId: comflowyWorkflows.image.id, ...parameters }),
		two.slice(0, 1),
	);
	expect(service.runs.map(({ params }) => params)).toEqual([expected]);
	expect(routes(service, 'run')[0]).toMatchObject({
		json: { workflow_id: comflowyWorkflows.image.id, params: expected },
	});
});

test.each<[string, INodeParameters, string?]>([
	['as JSON', { inputMode: 'json', paramsJson: '{"3::seed":18446744073709551615}' }],
	[
		'as JSON, negative',
		{ inputMode: 'json', paramsJson: '{"3::seed":-9007199254740993}' },
		'-9007199254740993',
	],
	['as a pair', { params: { param: [{ name: '3::seed', value: '={{ $json.seed }}' }] } }],
])(
	'the digits of a long integer go out %s and come back',
	async (_, parameters, seed = '18446744073709551615') => {
		const { node, items, service } = await harness();
		const done = await items(
			node('workflow.executeAndWait', {
				workflowId: comflowyWorkflows.image.id,
				...parameters,
				options: quick,
			}),
			[{ json: { seed } }],
		);
		expect(routes(service, 'run')[0].body).toContain(`"params":{"3::seed":${seed}}`);
		expect(done[0].json.inputs).toEqual({ '3::seed': seed });
	},
);

test.each(['constructor', 'prototype', '__proto__', 'toString', 'hasOwnProperty'])(
	'a name such as %s arrives at any depth',
	async (name) => {
		const params = `{"6::text":{"${name}":[{"${name}":{"a":1}}]},"3::${name}":"b"}`;
		const workflows = [{ ...comflowyWorkflows.image, params: ['6::text', `3::${name}`] }];
		const { node, items, service } = await harness({ runMs: 60_000, workflows });
		const given = { workflowId: comflowyWorkflows.image.id, inputMode: 'json', paramsJson: params };
		const done = await items(node('workflow.execute', given), two.slice(0, 1));
		expect(routes(service, 'run')[0].body).toBe(
			`{"workflow_id":"${comflowyWorkflows.image.id}","params":${params}}`,
		);
		expect(JSON.stringify(done[0].json.inputs)).toBe(params);
	},
);

test.each([
	[
		'a name without a node',
		{ params: { param: [{ name: 'text', value: 'a' }] } },
		'Parameter "text" is not named node::field',
	],
	[
		'two values',
		{
			params: {
				param: [
					{ name: '6::text', value: 'a' },
					{ name: '6::text', value: 'b' },
				],
			},
		},
		'Parameter "6::text" has two values',
	],
	['no name', { params: { param: [{ name: '', value: 'a' }] } }, 'Parameter 1 has no name'],
	['a list', { inputMode: 'json', paramsJson: '[1]' }, 'Parameters (JSON) is not a JSON object'],
	[
		'a callback that is no address',
		{ options: { onResultUrl: 'example.com' } },
		'On Result URL is not a web address',
	],
])('refuses params with %s before any request', async (_, parameters, message) => {
	const { node, error, service } = await harness();
	expect(
		await error(
			node('workflow.execute', { workflowId: comflowyWorkflows.image.id, ...parameters }),
		),
	).toMatchObject({ message, context: { itemIndex: 0 } });
	expect(service.journal).toEqual([]);
});

test('a file of the item in place of its address is refused before any request', async () => {
	const { node, error, service } = await harness();
	const photo = { data: 'AAAA', mimeType: 'image/png', fileName: 'a.png' };
	const params = { param: [{ name: '6::text', type: 'auto', value: '={{ $binary.photo }}' }] };
	expect(
		await error(
			node('workflow.execute', { workflowId: comflowyWorkflows.image.id, params }),
			two.map((item) => ({ ...item, binary: { photo } })),
		),
	).toMatchObject({
		message: expect.stringContaining('it holds the file "photo" of the item') as string,
	});
	expect(service.journal).toEqual([]);
});

test('callbacks of the user’s own are passed on', async () => {
	const { node, items, service } = await harness({ runMs: 60_000 });
	await items(
		node(
			'workflow.execute',
			promptOf('image', {
				onResultUrl: 'http://127.0.0.1:9/result',
				onProgressUrl: 'http://127.0.0.1:9/progress',
			}),
		),
		two.slice(0, 1),
	);
	expect(routes(service, 'run')[0].json).toMatchObject({
		callback_urls: {
			on_result_url: 'http://127.0.0.1:9/result',
			on_progress_event_url: 'http://127.0.0.1:9/progress',
		},
	});
});

test.each(['status', 'body'] as const)(
	'a refused start (by %s) is an error with the service’s words, and is not sent again',
	async (refusals) => {
		const { node, error, service } = await harness({ refusals });
		const failure = await error(
			node('workflow.executeAndWait', { workflowId: 'nobody-knows-it', params: {} }),
		);
		expect(failure.message).toContain('workflow not found');
		expect(failure.message).not.toContain('may have started');
		if (refusals === 'status')
			expect(failure.description).toContain('Check the workflow ID: it is what comes after');
		expect(routes(service, 'run').length).toBeLessThanOrEqual(2);
		expect(new Set(routes(service, 'run').map(({ route }) => route)).size).toBe(1);
	},
);

test.each([400, 200])(
	'a start that is refused (HTTP %i) for want of a callback says where to enter one',
	async (status) => {
		const { node, error, service } = await harness();
		service.fault({
			on: 'run',
			kind: 'status',
			status,
			body: '{"success":false,"error":"callback_urls is required"}',
		});
		expect(await error(node('workflow.executeAndWait', promptOf()), two.slice(0, 1))).toMatchObject(
			{
				message: expect.stringContaining('callback_urls is required') as string,
				description: expect.stringContaining('enter one as On Result URL') as string,
			},
		);
		expect(service.runs).toEqual([]);
	},
);

test('a failed run is an error with its reason, or an item', async () => {
	const { node, error, items } = await harness();
	expect(await error(node('workflow.executeAndWait', promptOf('failing')))).toMatchObject({
		message: expect.stringContaining('CUDA out of memory') as string,
	});
	const [item] = await items(
		node('workflow.executeAndWait', promptOf('failing', { ...quick, onFailedRun: 'item' })),
		two.slice(0, 1),
	);
	expect(item.json).toMatchObject({
		state: 'failed',
		status: 'failed',
		error_message: 'CUDA out of memory',
		inputs: { '6::text': two[0].json.prompt },
		outputs: [],
	});
});

test('with Retry On Fail a run that failed at Comflowy is started anew', async () => {
	const { node, run, service } = await harness();
	const retried = { retryOnFail: true, maxTries: 2, waitBetweenTries: 0 };
	await run(node('workflow.executeAndWait', promptOf('failing'), retried), two.slice(0, 1));
	expect(service.runs).toHaveLength(2);
});

test('a start that may have begun a run says so in the words of Comflowy', async () => {
	const { node, error, service } = await harness();
	service.fault({ on: 'run', kind: 'resetAfter' });
	expect(await error(node('workflow.executeAndWait', promptOf()), two.slice(0, 1))).toMatchObject({
		message: expect.stringContaining(
			'The run may have started, and was not started again.',
		) as string,
		description: expect.stringMatching(
			/^Comflowy lists no runs, so it cannot be looked up\./,
		) as string,
	});
	expect(service.runs).toHaveLength(1);
});

test.each<[string, unknown, string]>([
	['a list', ['CUDA out of memory', 'node 3'], 'CUDA out of memory; node 3'],
	['an object', { message: 'CUDA out of memory', code: 7 }, 'CUDA out of memory'],
	['markup', '<p>CUDA out of <b>memory</b></p>', 'CUDA out of memory'],
])('the reason of a failed run may be %s', async (_, reason, text) => {
	const workflows = [{ ...comflowyWorkflows.failing, error: reason }];
	const { node, error } = await harness({ workflows });
	expect((await error(node('workflow.executeAndWait', promptOf('failing')))).message).toContain(
		text,
	);
});

test('with "continue on fail" the bad items fail and the others run', async () => {
	const { node, run } = await harness();
	const parameters = {
		...promptOf(),
		workflowId: `={{ $json.n === 0 ? "nobody-knows-it" : "${comflowyWorkflows.image.id}" }}`,
	};
	const done = await run(
		node('workflow.executeAndWait', parameters, { onError: 'continueRegularOutput' }),
	);
	expect(
		outputOf(done, NODE).map(({ json, pairedItem }) => [json.state ?? json.error, pairedItem]),
	).toEqual([
		[expect.stringContaining('workflow not found'), { item: 0 }],
		['succeeded', { item: 1 }],
	]);
});
