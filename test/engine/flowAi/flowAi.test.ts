import { flowAiWorkflows } from '../../../simulator/flowai/flowAiWorkflow';
import { asking, useFlowAi } from '../../harness/flowAiHarness';
import { outputOf } from '../../harness/runWorkflow';
import { linksOf, two, until } from '../../harness/useHarness';
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
	['streamEndsEarly' as const, 'FlowAI ended its answer before the result came'],
	['streamBreaks' as const, 'FlowAI ended its answer before the result came'],
	['streamStall' as const, 'FlowAI did not finish its answer within 0.5 s'],
])(
	'a stream that is cut short (%s) is an error that carries what had arrived',
	async (kind, message) => {
		const { node, error, service } = await harness();
		service.fault({ on: 'run', kind });
		const failure = await error(
			node('workflow.execute', asking('chat', { ...streamed, options: { timeout: 0.5 } })),
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
		const began = Date.now();
		await run(node('workflow.execute', asking(workflow, streamed)), one);
		await until(() => service.aborted.length === 1);
		expect(Date.now() - began).toBeLessThan(1_500);
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
	[401, 'Check the API key', 1],
	[429, 'Take a break', 4],
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
		expect((await error(node('workflow.execute', asking()), one)).message).toMatch(
			/^(No answer from FlowAI|FlowAI)/,
		);
		expect(service.inputs).toHaveLength(1);
	},
);

test('Stop aborts the request', async () => {
	const { node, run, service } = await harness({ pieceMs: 500 });
	let execution: { cancel(): void } | undefined;
	const began = Date.now();
	const working = run(node('workflow.execute', asking('chat', streamed)), one, {
		onStart: (started) => (execution = started),
	});
	await until(() => service.inputs.length === 1);
	execution?.cancel();
	const done = await working;
	expect(done.status).toBe('canceled');
	await until(() => service.aborted.length === 1);
	expect(Date.now() - began).toBeLessThan(2_500);
});

test('with Retry On Fail an item that was answered is not run again', async () => {
	const { node, run, service } = await harness();
	service.fault({ on: 'run', kind: 'status', status: 500, match: ({ at }) => at > 0, after: 1 });
	const done = await run(
		node('workflow.execute', asking(), { retryOnFail: true, maxTries: 2, waitBetweenTries: 0 }),
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
			status: 500,
			match: ({ path }) => path.includes(flowAiWorkflows.chat.id),
		});
		const done = await run(
			node(
				'workflow.execute',
				{ ...asking(), workflowId: '={{ $json.workflow }}' },
				{ onError, retryOnFail: true, maxTries: 2, waitBetweenTries: 0 },
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
