import { flowAiWorkflows } from '../../../simulator/flowai/flowAiWorkflow';
import type { FlowAiOptions } from '../../../simulator/flowai/startFlowAi';
import { addTool } from '../../harness/addTool';
import { asking, useFlowAi } from '../../harness/flowAiHarness';
import { outputOf } from '../../harness/runWorkflow';
import { linksOf, two } from '../../harness/assertions';
import { until } from '../../harness/until';
import { NODE } from '../../harness/useSibling';

const harness = useFlowAi();
const one = two.slice(0, 1);
const streamed = { stream: true };
const prompts = two.map(({ json }) => String(json.prompt));

test.each([
	['standard', {}, 9.25],
	['streamed', streamed, 4.75],
])('a %s answer gives output and time for each item', async (_, parameters, seconds) => {
	const { node, items, service } = await harness();
	const done = await items(node('workflow.execute', asking('chat', parameters)));
	expect(done).toEqual(
		prompts.map((prompt, item) => ({
			json: { output: `Yes, I heard: ${prompt}`, total_time: seconds },
			pairedItem: { item },
		})),
	);
	expect(service.inputs).toEqual(expect.arrayContaining(prompts.map((input) => ({ input }))));
	expect(service.inputs).toHaveLength(2);
	expect(service.journal.map(({ json }) => (json as { stream?: boolean }).stream)).toEqual(
		Array(2).fill(parameters === streamed ? true : undefined),
	);
});

test('an output may be any JSON', async () => {
	const { node, items } = await harness();
	expect((await items(node('workflow.execute', asking('plain'))))[1]).toEqual({
		json: { output: { echo: { input: prompts[1] }, count: 1 }, total_time: 9.25 },
		pairedItem: { item: 1 },
	});
});

test.each([
	['a stream although none was asked for', {}, 'stream' as const, 4.75],
	['no stream although one was asked for', streamed, 'standard' as const, 9.25],
])(
	'an answer in the other form, %s, is read all the same',
	async (_, parameters, form, seconds) => {
		const { node, items } = await harness({ form });
		expect(
			(await items(node('workflow.execute', asking('chat', parameters)), one))[0].json,
		).toEqual({ output: `Yes, I heard: ${prompts[0]}`, total_time: seconds });
	},
);

test('the log comes on request', async () => {
	const { node, items } = await harness();
	const [{ json }] = await items(
		node('workflow.execute', asking('chat', { ...streamed, options: { includeLog: true } })),
		one,
	);
	expect(json.events).toEqual([
		{ event: 'msg', node: 'myinput', type: 'start', message: 'start', data: { input: prompts[0] } },
		{
			event: 'msg',
			node: '1741675999864',
			type: 'start_node',
			message: 'Start node LLM1, type llm',
			data: null,
		},
		{
			event: 'msg',
			node: '1741675999864',
			type: 'finish_node',
			message: 'Finish node LLM1, type llm',
			data: { time_spend: 0.25 },
		},
	]);
	const [without] = await items(node('workflow.execute', asking('chat', streamed)), one);
	expect(Object.keys(without.json)).toEqual(['output', 'total_time']);
});

test('reasoning is kept apart from the answer', async () => {
	const { node, items } = await harness();
	const [{ json }] = await items(node('workflow.execute', asking('reasoning', streamed)), one);
	expect(json).toEqual({
		output: `About ${prompts[0]}.`,
		total_time: 4.75,
		reasoning: 'First I think about it.',
	});
});

test.each([
	['streamEndsEarly' as const, 'FlowAI ended its answer before the result came', 60],
	['streamBreaks' as const, 'FlowAI ended its answer before the result came', 60],
	// Long enough for the text to arrive on a busy machine.
	['streamStall' as const, 'FlowAI did not finish its answer within 4 s', 4],
])(
	'a stream that is cut short (%s) is an error that carries what had arrived',
	async (kind, message, timeout) => {
		const { node, error, service } = await harness();
		service.fault({ on: 'run', kind });
		const failure = await error(
			node('workflow.execute', asking('chat', { ...streamed, options: { timeout } })),
			one,
		);
		expect(failure).toMatchObject({
			message,
			description: expect.stringContaining(
				`Received until then: Yes, I heard: ${prompts[0]}`,
			) as string,
		});
		expect(service.inputs).toHaveLength(1);
	},
);

test.each(['chat', 'failing'] as const)(
	'a stream that stays open after its last event (%s) is not waited for, and is closed',
	async (workflow) => {
		const { node, run, service } = await harness({ isKeptOpen: true });
		await run(node('workflow.execute', asking(workflow, streamed)), one);
		// FlowAI would keep it open for ever.
		await until(() => service.aborted.length === 1);
	},
);

test('a workflow that fails on its way is an error with its reason and what had arrived', async () => {
	const { node, error } = await harness();
	expect(await error(node('workflow.execute', asking('failing', streamed)), one)).toMatchObject({
		message: 'FlowAI: model timeout',
		description: 'Received until then: I begin to',
	});
});

test.each([
	[400, 'names are those of the workflow’s input node', 1],
	[401, 'copy it again from the page API Management', 1],
	[500, 'was not sent again', 1],
	[502, 'Try again in a few minutes', 1],
])('HTTP %i is an error with advice', async (status, advice, requests) => {
	const { node, error, service } = await harness();
	service.fault({
		on: 'run',
		kind: 'status',
		status,
		body: '{"error":"as told"}',
		headers: { 'retry-after': '0' },
		times: 9,
	});
	expect(await error(node('workflow.execute', asking()), one)).toMatchObject({
		httpCode: String(status),
		message: `FlowAI answered HTTP ${status}: as told`,
		description: expect.stringContaining(advice) as string,
	});
	expect(service.journal).toHaveLength(requests);
});

const limited = (timeout: number) => asking('chat', { options: { timeout } });

test.each<[string, FlowAiOptions]>([
	['no word on when to come back', {}],
	['Retry-After: 0', { retryAfter: '0' }],
	['Retry-After: 30', { retryAfter: '30' }],
	['a Retry-After far away', { retryAfter: 'Tue, 01 Jan 2999 00:00:00 GMT' }],
])(
	'a 429 with %s that stays ends with Timeout, which covers all of it',
	async (_, options) => {
		const { node, error, service } = await harness({ maxConcurrent: 0, ...options });
		const began = Date.now();
		const failure = await error(node('workflow.execute', limited(4)), one);
		expect(failure).toMatchObject({
			httpCode: '429',
			message:
				'FlowAI accepted no further request for 4 s: FlowAI answered HTTP 429: too many requests',
			description: expect.stringContaining('was not run') as string,
		});
		expect(Date.now() - began).toBeGreaterThan(3_900);
		// The longest pause that the service asks for would end after this test.
		expect(service.journal.length).toBeLessThan(12);
		expect(service.inputs).toEqual([]);
	},
	25_000,
);

test('a 503 that asks for a pause longer than Timeout is an error at once', async () => {
	const { node, error, service } = await harness();
	const headers = { 'retry-after': '30' };
	service.fault({ on: 'run', kind: 'status', status: 503, headers, times: 9 });
	const failure = await error(node('workflow.execute', limited(10)), one);
	expect(failure).toMatchObject({ httpCode: '503' });
	expect([service.journal.length, service.inputs.length]).toEqual([1, 0]);
});

test('ten items at once where three are allowed at a time queue behind each other', async () => {
	const { node, items, service } = await harness({ maxConcurrent: 3, pieceMs: 300 });
	const many = Array.from({ length: 10 }, (_, n) => ({ json: { prompt: `no ${n}` } }));
	const done = await items(node('workflow.execute', asking()), many);
	expect(done.map(({ json }) => json.output)).toEqual(
		many.map(({ json }) => `Yes, I heard: ${json.prompt}`),
	);
	expect(linksOf(done)).toEqual(many.map((_, item) => ({ item })));
	expect([service.inputs.length, service.mostConcurrent()]).toEqual([10, 3]);
	// Seven are refused at first; then a request follows each end, and one more is tried now and
	// then.
	expect(service.journal.length).toBeLessThan(30);
});

test('Max Concurrent is how many requests are under way at a time', async () => {
	const { node, items, service } = await harness({ pieceMs: 60 });
	const many = Array.from({ length: 7 }, (_, n) => ({ json: { prompt: `no ${n}` } }));
	await items(node('workflow.execute', asking('chat', { options: { maxConcurrent: 2 } })), many);
	expect([service.inputs.length, service.mostConcurrent()]).toEqual([7, 2]);
	expect(service.journal.every(({ status }) => status === 200)).toBe(true);
});

test('Max Requests per Second is kept, a fraction included', async () => {
	const { node, items, service } = await harness();
	const many = Array.from({ length: 3 }, (_, n) => ({ json: { prompt: `no ${n}` } }));
	const options = { maxRequestsPerSecond: 0.5 };
	const began = Date.now();
	await items(node('workflow.execute', asking('chat', { options })), many);
	// By how long it takes, not by what arrives when: a busy machine only makes it longer.
	expect(Date.now() - began).toBeGreaterThanOrEqual(4_000);
	expect(service.inputs).toHaveLength(3);
});

test.each(['18446744073709551615', '-9007199254740993'])(
	'the digits of %s go out as they are and come back',
	async (digits) => {
		const { node, items, service } = await harness();
		const parameters = {
			workflowId: flowAiWorkflows.plain.id,
			inputMode: 'json',
			inputsJson: `{"input":[{"seed":${digits}}]}`,
		};
		const body = `{"output":[{"seed":${digits}}],"total_time":1}`;
		await items(node('workflow.execute', parameters), one);
		// The simulator's own answer would be rounded.
		service.fault({ on: 'run', kind: 'status', status: 200, body });
		const [{ json }] = await items(node('workflow.execute', parameters), one);
		expect(service.journal[0].body).toBe(`{"input":{"input":[{"seed":${digits}}]}}`);
		expect(json.output).toEqual([{ seed: digits }]);
	},
);

test('a file of the item in place of its address is refused before any request', async () => {
	const { node, error, service } = await harness();
	const photo = { data: 'AAAA', mimeType: 'image/png', fileName: 'a.png' };
	const inputs = { input: [{ name: 'image', type: 'auto', value: '={{ $binary.photo }}' }] };
	expect(
		await error(
			node('workflow.execute', { workflowId: flowAiWorkflows.chat.id, inputs }),
			one.map((item) => ({ ...item, binary: { photo } })),
		),
	).toMatchObject({
		message: expect.stringContaining('it holds the file "photo" of the item') as string,
	});
	expect(service.journal).toEqual([]);
});

test('a pair named __proto__ arrives as one', async () => {
	const { node, items, service } = await harness();
	const pairs = [
		{ name: '__proto__', type: 'text', value: 'a' },
		{ name: 'constructor', type: 'text', value: 'b' },
	];
	const parameters = { workflowId: flowAiWorkflows.plain.id, inputs: { input: pairs } };
	await items(node('workflow.execute', parameters), one);
	expect(service.journal[0].body).toBe('{"input":{"__proto__":"a","constructor":"b"}}');
});

test.each(['constructor', 'prototype', '__proto__'])(
	'a name such as %s arrives at any depth',
	async (name) => {
		const input = `{"${name}":{"a":[{"${name}":1}]}}`;
		const { node, items, service } = await harness();
		const parameters = {
			workflowId: flowAiWorkflows.plain.id,
			inputMode: 'json',
			inputsJson: input,
		};
		await items(node('workflow.execute', parameters), one);
		expect(service.journal[0].body).toBe(`{"input":${input}}`);
	},
);

test.each(['{}', 'null', '[]'])(
	'a refusal whose body is %s says its status alone',
	async (body) => {
		const { node, error, service } = await harness();
		service.fault({ on: 'run', kind: 'status', status: 400, body });
		expect((await error(node('workflow.execute', asking()), one)).message).toBe(
			'FlowAI answered HTTP 400',
		);
	},
);

test.each([
	['the answer is lost', { kind: 'resetAfter' }, {}],
	['a gateway gives up', { kind: 'status', status: 504, processed: true }, {}],
	['FlowAI answers 500', { kind: 'status', status: 500, processed: true }, {}],
	['Timeout is over', { kind: 'hang' }, { timeout: 0.5 }],
	['a stream ends early', { kind: 'streamEndsEarly' }, {}],
	['a page comes in its place', { kind: 'html' }, {}],
	[
		'half an answer comes',
		{ kind: 'status', status: 200, processed: true, body: '{"output":"ha' },
		{},
	],
	['nothing comes', { kind: 'empty200' }, {}],
	[
		'it was accepted',
		{ kind: 'status', status: 202, processed: true, body: '{"message":"queued"}' },
		{},
	],
	[
		'its answer has no output',
		{ kind: 'status', status: 200, processed: true, body: '{"task":7}' },
		{},
	],
	['a network reports 524', { kind: 'status', status: 524, processed: true }, {}],
] as const)(
	'with Retry On Fail a request that may have run (%s) is not sent again, by a node or a tool',
	async (_, fault, options) => {
		for (const isTool of [false, true]) {
			const { engine, node, run, service } = await harness();
			const type = 'n8n-nodes-flowai.flowAi';
			addTool(engine, type);
			service.fault({ on: 'run', ...fault, times: 9 });
			const done = await run(
				node('workflow.execute', asking('chat', { ...streamed, options }), {
					type: isTool ? `${type}Tool` : type,
					retryOnFail: true,
					maxTries: 3,
					waitBetweenTries: 1,
				}),
				one,
			);
			expect(service.journal).toHaveLength(1);
			expect(done.data.resultData.error?.message).toContain('was not sent again');
		}
	},
);

test('with Retry On Fail a workflow that failed is run again', async () => {
	const { node, run, service } = await harness();
	const parameters = asking('failing', streamed);
	const retried = { retryOnFail: true, maxTries: 2, waitBetweenTries: 1 };
	await run(node('workflow.execute', parameters, retried), one);
	expect(service.inputs).toHaveLength(2);
});

test('a request that was turned away for a moment is sent again', async () => {
	const { node, items, service } = await harness();
	service.fault({ on: 'run', kind: 'status', status: 429, headers: { 'retry-after': '0' } });
	expect(await items(node('workflow.execute', asking()), one)).toHaveLength(1);
	expect(service.inputs).toHaveLength(1);
});

test.each(['resetAfter', 'resetMidBody', 'empty200', 'html'] as const)(
	'a lost answer (%s) is an error, and the workflow is not run again',
	async (kind) => {
		const { node, error, service } = await harness();
		service.fault({ on: 'run', kind });
		const { message } = await error(node('workflow.execute', asking()), one);
		expect(message).toMatch(/^(No answer from FlowAI|FlowAI)/);
		expect(message).not.toMatch(/[<>]/);
		expect(service.inputs).toHaveLength(1);
	},
);

test('Stop aborts the request', async () => {
	const { node, run, service } = await harness({ pieceMs: 500 });
	let execution: { cancel(): void } | undefined;
	const working = run(node('workflow.execute', asking('chat', streamed)), one, {
		onStart: (started) => (execution = started),
	});
	await until(() => service.inputs.length === 1);
	// The answer has pieces for some seconds more, however long the node took to ask for it.
	const stoppedAt = Date.now();
	execution?.cancel();
	const done = await working;
	expect(done.status).toBe('canceled');
	await until(() => service.aborted.length === 1);
	expect(Date.now() - stoppedAt).toBeLessThan(2_500);
});

test('with Retry On Fail an item that was answered is not run again', async () => {
	const { node, run, service } = await harness();
	service.fault({ on: 'run', kind: 'status', status: 400, match: ({ at }) => at > 0, after: 1 });
	const done = await run(
		node('workflow.execute', asking(), { retryOnFail: true, maxTries: 2, waitBetweenTries: 1 }),
	);
	expect(outputOf(done, NODE).map(({ json }) => json.output)).toEqual(
		prompts.map((prompt) => `Yes, I heard: ${prompt}`),
	);
	expect(linksOf(outputOf(done, NODE))).toEqual([{ item: 0 }, { item: 1 }]);
	expect(service.inputs).toHaveLength(2);
});

test.each(['continueRegularOutput', 'continueErrorOutput'] as const)(
	'with Retry On Fail and %s, too: n8n tries again when the first item failed',
	async (onError) => {
		const { node, run, service } = await harness();
		const rows = (['chat', 'plain'] as const).map((name, n) => ({
			json: { prompt: prompts[n], workflow: flowAiWorkflows[name].id },
		}));
		service.fault({
			on: 'run',
			kind: 'status',
			status: 400,
			match: ({ path }) => path.includes(flowAiWorkflows.chat.id),
		});
		const done = await run(
			node(
				'workflow.execute',
				{ ...asking(), workflowId: '={{ $json.workflow }}' },
				{ onError, retryOnFail: true, maxTries: 2, waitBetweenTries: 1 },
			),
			rows,
		);
		expect(outputOf(done, NODE).map(({ json }) => json.output)).toEqual([
			`Yes, I heard: ${prompts[0]}`,
			{ echo: { input: prompts[1] }, count: 1 },
		]);
		expect(service.inputs.map(({ input }) => input)).toEqual([prompts[1], prompts[0]]);
	},
);
