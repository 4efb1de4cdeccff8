import type { Fault } from '../../../simulator/flowscale/startFlowscale';
import {
	ownPrompt,
	quick,
	startOf,
	two,
	useHarness,
	type HarnessOptions,
} from '../../harness/useHarness';

const harness = useHarness();
const one = two.slice(0, 1);
const linksOnly = { ...quick, download: false };

const answers: Array<[string, Omit<Fault, 'on'>, object]> = [
	[
		'400',
		{ kind: 'status', status: 400, body: '{"status":"error","errors":"Bad workflow"}' },
		{ httpCode: '400', message: 'Flowscale answered HTTP 400: Bad workflow' },
	],
	[
		'401',
		{ kind: 'status', status: 401 },
		{
			httpCode: '401',
			message: 'Flowscale answered HTTP 401',
			description:
				'Check the API key in the credential: it is in Project Settings > API Settings of the deployment’s project.',
		},
	],
	[
		'403',
		{ kind: 'status', status: 403, body: '{"detail":"Not allowed"}' },
		{ httpCode: '403', message: 'Flowscale answered HTTP 403: Not allowed' },
	],
	[
		'422',
		{
			kind: 'status',
			status: 422,
			body: '{"detail":[{"loc":["body","text_51536"],"msg":"Field required"}]}',
		},
		{ httpCode: '422', message: 'Flowscale answered HTTP 422: text_51536: Field required' },
	],
	[
		'a redirect',
		{ kind: 'redirect', to: 'http://127.0.0.1:9/elsewhere' },
		{ httpCode: '302', message: 'Flowscale redirects to http://127.0.0.1:9/elsewhere' },
	],
];

describe.each([
	['a start', 'startRun', 'workflow.execute', startOf('image', ownPrompt, {})],
	['a read', 'health', 'cluster.getHealth', {}],
] as const)('%s', (_, on, operation, parameters) => {
	test.each(answers)(
		'that is answered with %s is tried once and fails with that status and the service’s words',
		async (__, fault, expected) => {
			const { node, error, flowscale, requests } = await harness();
			flowscale.fault({ on, ...fault });
			expect(await error(node(operation, parameters), one)).toMatchObject({
				name: 'NodeApiError',
				...expected,
				context: { itemIndex: 0 },
			});
			expect(requests()).toBe(1);
			expect(flowscale.runs).toEqual([]);
		},
	);
});

test.each<[string, Omit<Fault, 'on'>]>([
	['429 with Retry-After', { kind: 'status', status: 429, headers: { 'retry-after': '0' } }],
	['503 with Retry-After', { kind: 'status', status: 503, headers: { 'retry-after': '0' } }],
])('a start that is put off with %s is sent again and starts one run', async (_, fault) => {
	const { node, items, flowscale, requests } = await harness();
	flowscale.fault({ on: 'startRun', ...fault });
	expect(await items(node('workflow.execute', startOf('image', ownPrompt, {})), one)).toHaveLength(
		1,
	);
	expect([flowscale.runs.length, requests('startRun')]).toEqual([1, 2]);
});

test.each<[string, Omit<Fault, 'on'>]>([
	['whose connection breaks after it arrived', { kind: 'resetAfter' }],
	['that a gateway answers with 504', { kind: 'status', status: 504, processed: true }],
	['that is answered without a run ID', { kind: 'empty200' }],
	['that is answered with a page', { kind: 'html' }],
])('a start %s is not sent again; the run that it began is adopted', async (_, fault) => {
	const { node, items, flowscale, requests } = await harness();
	flowscale.fault({ on: 'startRun', ...fault });
	const done = await items(node('workflow.executeAndWait', startOf('image', ownPrompt, linksOnly)));
	expect(done.map(({ json }) => json.inputs)).toEqual([
		{ text_51536: 'red fox' },
		{ text_51536: 'blue whale' },
	]);
	expect(new Set(done.map(({ json }) => json.run_id)).size).toBe(2);
	expect([flowscale.runs.length, requests('startRun')]).toEqual([2, 2]);
});

test('a start without a clear answer that cannot be looked up says what may have happened', async () => {
	const { node, error, flowscale, requests } = await harness();
	flowscale.fault({ on: 'startRun', kind: 'resetAfter' });
	expect(
		await error(
			node('workflow.executeAndWait', { ...startOf('image', ownPrompt, linksOnly), groupId: '' }),
			one,
		),
	).toMatchObject({
		message: expect.stringMatching(
			/^The run may have started, and was not started again\. No answer from Flowscale at 127\.0\.0\.1:\d+\. The connection was lost \(ECONNRESET\)\.$/,
		),
		description:
			'It was started without a group, so it cannot be looked up. Check the runs at Flowscale before you execute this item again.',
	});
	expect(requests('startRun')).toBe(1);
});

test.each([408, 500, 504])(
	'a start that was answered with %d keeps that status',
	async (status) => {
		const { node, error, flowscale } = await harness();
		flowscale.fault({ on: 'startRun', kind: 'status', status, body: '{"detail":"Gone astray"}' });
		expect(
			await error(
				node('workflow.execute', { ...startOf('image', ownPrompt, {}), groupId: '' }),
				one,
			),
		).toMatchObject({
			name: 'NodeApiError',
			httpCode: String(status),
			message: `The run may have started, and was not started again. Flowscale answered HTTP ${status}: Gone astray`,
			description: expect.stringContaining('It was started without a group') as string,
		});
	},
);

test.each<[string, Omit<Fault, 'on'>]>([
	['a broken connection', { kind: 'resetBefore' }],
	['half an answer', { kind: 'resetMidBody' }],
	['JSON that ends early', { kind: 'truncatedJson' }],
	['a gateway’s page', { kind: 'html' }],
	['502', { kind: 'status', status: 502 }],
	['429', { kind: 'status', status: 429, headers: { 'retry-after': '0' } }],
])('a read that meets %s is tried again', async (_, fault) => {
	const { node, items, flowscale, requests } = await harness({ containers: 1 });
	flowscale.fault({ on: 'health', ...fault });
	expect((await items(node('cluster.getHealth'), one)).map(({ json }) => json)).toEqual([
		{ container: 'container #1', status: 'idle' },
	]);
	expect(requests('health')).toBe(2);
});

const echo = (key: string) => ({
	kind: 'status' as const,
	status: 403,
	body: JSON.stringify({ detail: `Key ${key} is not allowed` }),
});
const leaks: Array<[string, HarnessOptions, (key: string) => Omit<Fault, 'on'> | undefined]> = [
	['after a success', {}, () => undefined],
	['when the key is refused', { credential: () => ({ apiKey: 'fs-wrong-key' }) }, () => undefined],
	[
		'when the host cannot be reached',
		{ credential: () => ({ baseUrl: 'http://127.0.0.1:9' }) },
		() => undefined,
	],
	['when the service repeats the key', {}, echo],
	[
		'when the service redirects to an address with the key',
		{},
		(key) => ({ kind: 'redirect', to: `http://127.0.0.1:9/?key=${key}` }),
	],
	['when a start’s connection breaks', {}, () => ({ kind: 'resetAfter' })],
];

test.each(leaks)('the key is nowhere in the execution’s data %s', async (_, options, faultWith) => {
	const { engine, node, run, flowscale } = await harness(options);
	const key = String(engine.credentials.values.flowscaleApi.apiKey);
	const fault = faultWith(key);
	if (fault) flowscale.fault({ on: 'startRun', ...fault });
	const execution = await run(
		node('workflow.executeAndWait', { ...startOf('image', ownPrompt, linksOnly), groupId: '' }),
		one,
	);
	const text = JSON.stringify(execution.data, (__, value: unknown) =>
		value instanceof Error
			? { ...value, message: value.message, stack: value.stack, cause: value.cause }
			: value,
	);
	expect(text).not.toContain(key);
	expect(text).toContain('Flowscale');
});
