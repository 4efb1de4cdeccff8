import { userFolder } from '../../harness/environment';
import { WebhookContext } from 'n8n-core';
import type { IWebhookData, IWebhookFunctions, IWebhookResponseData } from 'n8n-workflow';
import { fs } from '../../../simulator/platform';
import { nodeOf, serverSide, workflowOf } from '../../harness/runWorkflow';
import { type Engine, startEngine } from '../../harness/startEngine';
import { packageDirOf } from '../../harness/useSibling';

const TYPE = 'n8n-nodes-comflowy.comflowyTrigger';
const TOKEN = 'a-long-random-text-of-mine';
let engine: Engine;

beforeAll(async () => {
	engine = await startEngine(packageDirOf('n8n-nodes-comflowy'), {});
});
afterAll(async () => await fs.rm(userFolder, { recursive: true, force: true }));

/** What the node does with a request to its address, in n8n's own webhook context. */
async function receive(
	body: unknown,
	query: object = { token: TOKEN },
	events: string | string[] = ['result', 'progress'],
	token = TOKEN,
	rawBody?: Buffer,
): Promise<IWebhookResponseData & { refused?: unknown }> {
	const node = nodeOf('Trigger', TYPE, { events, token });
	const file = { nodes: [node], connections: {} };
	const server = serverSide(engine, file, 'webhook', 'exec1');
	let refused: unknown;
	const response = {
		status: (status: number) => ((refused = status), response),
		json: () => response,
	};
	Object.assign(server, {
		httpRequest: { body, rawBody, query, headers: {}, params: {} },
		httpResponse: response,
	});
	const type = engine.nodeTypes.getByNameAndVersion(TYPE, 1);
	const webhook = {
		webhookDescription: type.description.webhooks?.[0],
		node: 'Trigger',
		workflowId: 'wf1',
		httpMethod: 'POST',
		path: '',
	} as unknown as IWebhookData;
	const context = new WebhookContext(
		workflowOf(engine, file),
		node,
		server,
		'webhook',
		webhook,
		[],
		null,
	) as unknown as IWebhookFunctions;
	return { ...(await type.webhook!.call(context)), ...(refused === undefined ? {} : { refused }) };
}

const result = {
	type: 'success',
	run_id: 'r1',
	output_images: ['https://cdn.example.com/a.png'],
	full_outputs: { 9: { images: ['https://cdn.example.com/a.png'] } },
};
const itemsOf = ({ workflowData }: IWebhookResponseData) =>
	workflowData?.[0].map(({ json }) => json);

test('a result becomes a run', async () => {
	expect(itemsOf(await receive(result))).toEqual([
		{
			run_id: 'r1',
			workflow_id: null,
			group_id: null,
			status: 'success',
			state: 'succeeded',
			finished: true,
			inputs: {},
			output_names: ['9'],
			outputs: [
				{
					filename: 'a.png',
					node_id: '9',
					download_url: 'https://cdn.example.com/a.png',
					generation_status: null,
					mime_type: 'image/png',
				},
			],
			created_at: null,
			started_at: null,
			completed_at: null,
			duration_seconds: null,
			error_message: null,
			progress: null,
			event: 'result',
		},
	]);
});

test('a failed result has its reason, and no key called error', async () => {
	const [item] =
		itemsOf(
			await receive({
				type: 'failed',
				run_id: 'r2',
				error: 'CUDA out of memory',
				output_images: null,
				full_outputs: null,
			}),
		) ?? [];
	expect(item).toMatchObject({
		event: 'result',
		run_id: 'r2',
		state: 'failed',
		error_message: 'CUDA out of memory',
		outputs: [],
	});
	expect(item).not.toHaveProperty('error');
});

// What n8n's body parser makes of JSON by its content type.
test.each<[string, unknown]>([
	['as text', JSON.stringify(result)],
	['without a content type', {}],
	['as a form', { [JSON.stringify(result)]: '' }],
])('a result that is sent %s is read', async (_, body) => {
	const sent = await receive(
		body,
		{ token: TOKEN },
		['result'],
		TOKEN,
		Buffer.from(JSON.stringify(result)),
	);
	expect(itemsOf(sent)).toEqual(itemsOf(await receive(result)));
});

test.each([
	['error', 'failed'],
	['canceled', 'cancelled'],
	['SUCCESS', 'succeeded'],
])('another word for an end (%s) is a result, too', async (type, state) => {
	expect(
		itemsOf(await receive({ type, run_id: 'r3' }, { token: TOKEN }, ['result'])),
	).toMatchObject([{ event: 'result', run_id: 'r3', state }]);
});

test.each(['finalized', 'output', 'done!'])(
	'a callback of an unknown type (%s) keeps its images, and without any is progress',
	async (type) => {
		const image = { output_images: ['https://cdn.example.com/a.png'] };
		expect(itemsOf(await receive({ type, run_id: 'r4', ...image }))).toMatchObject([
			{ event: 'result', run_id: 'r4', outputs: [{ filename: 'a.png' }] },
		]);
		expect(itemsOf(await receive({ type, run_id: 'r4', payload: 1 }))).toEqual([
			{ event: 'progress', type, run_id: 'r4', payload: 1 },
		]);
	},
);

const image = 'https://cdn.example.com/a.png';
const unknownType = {
	type: 'finalized',
	run_id: 'r6',
	output_images: [image],
	full_outputs: { 9: { images: [image] } },
};

test.each<[string, (body: typeof unknownType) => object]>([
	['without a type', (body) => ({ ...body, type: undefined })],
	['with a type that is null', (body) => ({ ...body, type: null })],
	['in the envelope of other answers', (data) => ({ success: true, data })],
	['in an envelope with its status', ({ type, ...data }) => ({ status: type, data })],
	['of which only the images by node came', (body) => ({ ...body, output_images: null })],
])('a result %s keeps its images', async (_, form) => {
	expect(itemsOf(await receive(form(unknownType)))).toMatchObject([
		{ event: 'result', run_id: 'r6', outputs: [{ node_id: '9', filename: 'a.png' }] },
	]);
});

test('progress that brings images keeps them', async () => {
	const body = { type: 'running', run_id: 'r5', output_images: ['https://cdn.example.com/b.png'] };
	expect(itemsOf(await receive(body))).toMatchObject([
		{ event: 'progress', type: 'running', outputs: [{ filename: 'b.png' }] },
	]);
});

test.each(['waiting', 'pending', 'running', 'message'])(
	'progress (%s) becomes an item of its own kind',
	async (type) => {
		expect(itemsOf(await receive({ type, payload: { node: '3', value: 5, max: 20 } }))).toEqual([
			{ event: 'progress', type, run_id: null, payload: { node: '3', value: 5, max: 20 } },
		]);
	},
);

test.each([
	['a wrong token', result, { token: 'guessed' }, 403],
	['no token', result, {}, 403],
	['two tokens', result, { token: [TOKEN, TOKEN] }, 403],
	['no type', { run_id: 'r1' }, { token: TOKEN }, 400],
	['no body', undefined, { token: TOKEN }, 400],
])('a callback with %s is refused and starts nothing', async (_, body, query, status) => {
	const answer = await receive(body, query);
	expect([answer.refused, answer.workflowData]).toEqual([status, undefined]);
});

test.each(['Result', '["Result"]', 'progress; result', ['RESULT']])(
	'Events %j of an expression take a result',
	async (events) => {
		expect(itemsOf(await receive(result, { token: TOKEN }, events))).toHaveLength(1);
	},
);

test('a callback that is nested too deep to be stored is refused, whatever n8n made of it', async () => {
	const deep = `{"type":"message","payload":${'['.repeat(10_000)}${']'.repeat(10_000)}}`;
	const rawBody = Buffer.from(deep);
	const answer = await receive(JSON.parse(deep), { token: TOKEN }, ['progress'], TOKEN, rawBody);
	expect([answer.refused, answer.workflowData]).toEqual([400, undefined]);
});

test('an empty token of the node’s own fits nothing', async () => {
	expect((await receive(result, { token: '' }, ['result'], '')).refused).toBe(403);
});

test.each([
	['progress', ['result'], { type: 'running', payload: 1 }],
	['a result', ['progress'], result],
])('%s that is not wanted is received and starts nothing', async (_, events, body) => {
	expect(await receive(body, { token: TOKEN }, events)).toEqual({
		webhookResponse: { received: true, started: false },
	});
});
