import type { Answer, Http, HttpCall } from '../../../nodes/core/http/http';
import { ServiceError } from '../../../nodes/core/errors';
import { connect } from '../../../nodes/core/http/transport';
import { createApi } from '../../../nodes/Flowscale/api/api';
import { apiRootOf, authHeadersOf, secretsOf } from '../../../nodes/Flowscale/credential';
import { readErrorText } from '../../../nodes/core/runs/errorText';
import { listGroupRuns } from '../../../nodes/Flowscale/runs/groupRuns';
import { createWatchService, listGroup, meaningOf } from '../../../nodes/Flowscale/runs/watching';
import { fakeClock } from '../../harness/fakeClock';
import { aRun, endOf } from '../../harness/runs';

const answer = (status: number, body: unknown = ''): Answer => ({
	status,
	headers: {},
	text: typeof body === 'string' ? body : JSON.stringify(body),
});

/** The API over a service that gives these answers, the last for ever. */
function apiHarness(...answers: Answer[]) {
	const calls: HttpCall[] = [];
	const exchange = async (call: HttpCall) => {
		calls.push(call);
		return answers[Math.min(calls.length, answers.length) - 1];
	};
	const lost = { code: 'X', reached: 'perhaps', isRetryable: true, text: 'x' } as const;
	const http: Http = { exchange, open: async () => lost, openPublic: async () => lost };
	const transport = connect({
		http,
		root: 'https://x.test/api/v1',
		serviceName: 'Flowscale',
		clock: fakeClock(),
		secrets: [],
		errorTextOf: readErrorText,
	});
	const api = createApi(transport);
	return {
		api,
		transport,
		calls,
		paths: () =>
			calls.map(
				({ method = 'GET', url }) => `${method} ${url.slice('https://x.test/api/v1'.length)}`,
			),
	};
}
const ok = (data: unknown, more = {}) => answer(200, { status: 'success', data, ...more });

describe('an output by its name', () => {
	it.each([
		[
			'a link',
			ok({ download_url: 'https://s3/x.png', generation_status: 'success' }),
			{
				kind: 'ready',
				output: {
					filename: 'x.png',
					download_url: 'https://s3/x.png',
					generation_status: 'success',
					mime_type: 'image/png',
				},
			},
		],
		[
			'a text',
			ok({ file_content: 'hello', generation_status: 'success' }),
			{
				kind: 'ready',
				output: {
					filename: 'x.png',
					file_content: 'hello',
					generation_status: 'success',
					mime_type: 'image/png',
				},
			},
		],
		[
			'an empty text',
			ok({ file_content: '' }),
			{
				kind: 'ready',
				output: {
					filename: 'x.png',
					file_content: '',
					generation_status: null,
					mime_type: 'image/png',
				},
			},
		],
		[
			'an empty link: in progress',
			answer(200, {
				status: 'in_progress',
				data: { download_url: '', generation_status: 'in_progress' },
			}),
			{ kind: 'notYet' },
		],
		[
			'an empty text that holds a place',
			answer(200, {
				status: 'in_progress',
				data: { download_url: '', file_content: '', generation_status: 'in_progress' },
			}),
			{ kind: 'notYet' },
		],
		[
			'an empty text of an output that is in progress',
			ok({ file_content: '', generation_status: 'in_progress' }),
			{ kind: 'notYet' },
		],
		[
			'half a text of a run that goes on',
			answer(200, { status: 'running', data: { file_content: 'hel' } }),
			{ kind: 'notYet' },
		],
		[
			'an empty text of an output that failed',
			answer(200, {
				status: 'failed',
				data: { download_url: '', file_content: '', generation_status: 'failed' },
			}),
			{ kind: 'failed' },
		],
		[
			'a text beside a word that nobody knows',
			answer(200, { status: 'strange', data: { file_content: 'hello' } }),
			{
				kind: 'ready',
				output: {
					filename: 'x.png',
					file_content: 'hello',
					generation_status: null,
					mime_type: 'image/png',
				},
			},
		],
		...(
			[
				['a text in the place of its record', 'a red fox', { file_content: 'a red fox' }],
				['a link in that place', 'https://s3/x.png', { download_url: 'https://s3/x.png' }],
				['a number in that place', 42, { file_content: 42 }],
			] as const
		).map(([name, data, content]): [string, Answer, unknown] => [
			name,
			ok(data),
			{
				kind: 'ready',
				output: {
					filename: 'x.png',
					...content,
					generation_status: null,
					mime_type: 'image/png',
				},
			},
		]),
		[
			'a text in that place, of a run that goes on',
			answer(200, { status: 'running', data: 'wait' }),
			{ kind: 'notYet' },
		],
		[
			'a word that nobody knows',
			answer(200, { status: 'strange', data: null }),
			{ kind: 'notYet' },
		],
		['error', answer(200, { status: 'error', data: null }), { kind: 'failed' }],
		['failed', answer(200, { status: 'FAILED' }), { kind: 'failed' }],
		['204', answer(204), { kind: 'notYet' }],
		['an empty 200', answer(200), { kind: 'notYet' }],
		['404', answer(404), { kind: 'notYet' }],
		['504', answer(504), { kind: 'notYet' }],
		['400', answer(400), { kind: 'notYet' }],
		['422', answer(422), { kind: 'notYet' }],
		['408', answer(408), { kind: 'timedOut' }],
	])('%s', async (_, given, expected) => {
		const { api, calls } = apiHarness(given);
		expect(await api.output('x.png')).toEqual(expected);
		expect(calls.length).toBe(1);
	});

	it.each([401, 403])('is refused with %d', async (status) => {
		expect(await endOf(apiHarness(answer(status)).api.output('x'))).toMatchObject({
			kind: 'ServiceError',
			error: { facts: { status } },
		});
	});
});

describe('one run', () => {
	it.each([
		['404', answer(404)],
		['no data', ok(null)],
		['an empty list', ok([])],
	])('is unknown with %s', async (_, given) =>
		expect(await apiHarness(given).api.run('r')).toBeNull(),
	);
	it.each([
		['204', answer(204)],
		['an empty 200', answer(200, ' ')],
		['data of no use', answer(200, { data: 'x' })],
	])('is not told yet with %s', async (_, given) => {
		expect(await endOf(apiHarness(given).api.run('r', {}, { tries: 1 }))).toMatchObject({
			error: { facts: { isRetryable: true } },
		});
	});
	it('has the id that was asked for, whatever the answer calls it', async () => {
		const { api, paths } = apiHarness(ok({ status: 'running' }));
		expect(await api.run('a/b')).toMatchObject({
			run: { run_id: 'a/b', state: 'running' },
			raw: { status: 'running' },
		});
		expect(paths()).toEqual(['GET /runs/a%2Fb']);
	});
});

describe('a link that is no address of its own', () => {
	it.each([
		['a path', '/files/a.png?x=1', 'https://x.test/files/a.png?x=1'],
		['without a scheme', '//cdn.test/a.png', 'https://cdn.test/a.png'],
		['an address', 'https://s3.test/a.png', 'https://s3.test/a.png'],
	])('becomes one: %s', async (_, link, expected) => {
		const { api } = apiHarness(
			ok({ download_url: link }),
			ok({ outputs: [{ filename: 'a.png', url: link }] }),
			ok({ runs: [{ outputs: [{ filename: 'a.png', url: link }] }] }),
		);
		const answers = [await api.output('a.png'), await api.run('r'), await api.runs({})] as const;
		const outputs = [
			answers[0].kind === 'ready' ? answers[0].output : undefined,
			answers[1]?.run.outputs[0],
			answers[2].runs[0].run.outputs[0],
		];
		expect(outputs.map((output) => output?.download_url)).toEqual([expected, expected, expected]);
	});
});

describe('the end of a run', () => {
	it('has its reason from beside the data', async () => {
		expect(
			await apiHarness(ok({ status: 'failed' }, { errors: ['CUDA'] })).api.run('r'),
		).toMatchObject({ run: { error_message: 'CUDA' } });
	});
	it('is not brought about by an answer that says error', async () => {
		expect(
			await endOf(
				apiHarness(
					answer(200, { status: 'error', data: null, errors: 'Team is blocked' }),
				).api.cancel('r'),
			),
		).toMatchObject({
			kind: 'ServiceError',
			error: { message: 'Flowscale answered HTTP 200: Team is blocked' },
		});
	});
});

describe('a list of runs', () => {
	const run = { _id: 'a', status: 'completed' };
	it.each([
		[
			'with meta (S1)',
			ok({ runs: [run] }, { meta: { total_count: 156, total_pages: 16 } }),
			['a'],
			null,
			16,
		],
		['grouped (OA, S0)', ok({ group_id: 'g', count: 2, runs: [run] }), ['a'], 'g', undefined],
		['as a list (I)', ok([run]), ['a'], null, undefined],
		['under another name (I)', ok({ items: [run], total: 1 }), ['a'], null, undefined],
		['without envelope (I)', answer(200, { runs: [run], total: 1 }), ['a'], null, undefined],
		['as nothing but a list (I)', answer(200, [run]), ['a'], null, undefined],
		[
			'with a byte order mark',
			answer(200, `\uFEFF{"data":{"runs":[{"_id":"a"}]}}`),
			['a'],
			null,
			undefined,
		],
		[
			'with pages that are null',
			ok({ runs: [run] }, { meta: { total_pages: null } }),
			['a'],
			null,
			undefined,
		],
		['with entries that are none', ok({ runs: [null, 'x', run] }), ['a'], null, undefined],
		['empty', ok({ runs: [] }), [], null, undefined],
		['nothing', ok(null), [], null, undefined],
		[
			'with an error beside it',
			answer(200, { status: 'error', data: { runs: [run] }, errors: ['One shard is down'] }),
			['a'],
			null,
			undefined,
		],
	])('%s', async (_, given, ids, groupId, pages) => {
		const page = await apiHarness(given).api.runs({});
		expect([
			page.runs.map((entry) => entry.run.run_id),
			page.runs[0]?.run.group_id ?? null,
			page.pages,
		]).toEqual([ids, groupId, pages]);
	});
});

it('a page after the last one may be called not found; the first page may not', async () => {
	const { api } = apiHarness(answer(404, { detail: 'Invalid page.' }));
	expect(await api.runs({ page: 2 })).toMatchObject({ runs: [], isList: true });
	expect(await endOf(api.runs({ page: 1 }))).toMatchObject({
		kind: 'ServiceError',
		error: { facts: { status: 404 } },
	});
});

it.each([undefined, 1])(
	'a later page that is not found once is asked for again, with %p tries',
	async (tries) => {
		const { api, calls } = apiHarness(
			answer(404, 'default backend - 404'),
			ok({ runs: [{ _id: 'a', status: 'completed' }] }),
		);
		const page = await api.runs({ page: 2 }, tries === undefined ? {} : { tries });
		expect(page.runs.map(({ run }) => run.run_id)).toEqual(['a']);
		expect(page.isPageUnknown).toBe(false);
		expect(calls).toHaveLength(2);
	},
);

it('a later page that could not be read is not one after the last', async () => {
	const failing = apiHarness(answer(502), answer(404));
	const listing = listGroup(
		{
			...failing.api,
			runs: async (query, extra) => await failing.api.runs({ ...query, page: 2 }, extra),
		},
		'g',
	);
	expect(await endOf(listing)).toMatchObject({
		error: { facts: { status: 404, isRetryable: true } },
	});
});

test.each([
	['data: null', { status: 'success', data: null }],
	['no data beside a count of 0', { status: 'success', count: 0 }],
	['a count of 0 alone', { count: 0 }],
	['no data beside a total of 0', { status: 'success', meta: { total_count: 0, total_pages: 0 } }],
	['runs: null', { status: 'success', data: { runs: null } }],
	[
		'runs: null beside a count of 0',
		{ status: 'success', data: { group_id: 'g', count: 0, runs: null } },
	],
	['a count of 0 without runs', { status: 'success', data: { group_id: 'g', count: 0 } }],
	['runs: null without an envelope', { runs: null }],
	['an empty list', { status: 'success', data: [] }],
])('an empty list of runs may be reported as %s', async (_, body) => {
	const { api } = apiHarness(answer(200, body));
	expect(await api.runs({ page: 1 })).toMatchObject({ runs: [], isList: true });
});

test.each([
	['runs: null beside a count of 3', { status: 'success', data: { runs: null, count: 3 } }],
	['data: null beside a total of 3', { status: 'success', data: null, meta: { total_count: 3 } }],
	['a message', { status: 'success', data: { message: 'hello' } }],
])('no list of runs is %s', async (_, body) => {
	const { api } = apiHarness(answer(200, body));
	expect(await api.runs({ page: 1 })).toMatchObject({ runs: [], isList: false });
});

it.each([
	['runs', []],
	['runs', {}],
	['health', []],
	['workflows', []],
] as const)(
	'%s that are %j where the answer says error are not taken for none',
	async (name, data) => {
		const { api } = apiHarness(
			answer(200, { status: 'error', data, errors: ['Database is down'] }),
		);
		const received: Promise<unknown> = api[name]({});
		expect(await endOf(received)).toMatchObject({
			kind: 'ServiceError',
			error: {
				message: 'Flowscale answered HTTP 200: Database is down',
				facts: { isRetryable: true },
			},
		});
	},
);

describe('a group', () => {
	const page = (from: number, count: number, total_pages?: number) =>
		ok(
			{ runs: Array.from({ length: count }, (_, index) => ({ _id: `r${from + index}` })) },
			total_pages === undefined ? {} : { meta: { total_pages } },
		);
	const counted = (from: number, count: number, total_count: number, page_size?: number) =>
		ok(
			{ runs: Array.from({ length: count }, (_, index) => ({ _id: `r${from + index}` })) },
			{ meta: { total_count, page_size } },
		);
	it.each([
		['page by page', [page(0, 100, 3), page(100, 100, 3), page(200, 5, 3)], undefined, 205, 3],
		['until the wanted runs are found', [page(0, 100, 3)], new Set(['r7']), 100, 1],
		['and asked for twice more where paging is ignored', [page(0, 100)], undefined, 100, 3],
		[
			'page by page where there are ten runs on each, whatever was asked for',
			[page(0, 10), page(10, 10), page(20, 6)],
			undefined,
			26,
			3,
		],
		[
			'page by page where there are 25 on each',
			[page(0, 25), page(25, 25), page(50, 7)],
			undefined,
			57,
			3,
		],
		[
			'page by page where only the number of runs is reported',
			[counted(0, 40, 90), counted(40, 40, 90), counted(80, 10, 90), counted(90, 0, 90)],
			undefined,
			90,
			4,
		],
		[
			'page by page where the size of a page is reported as well',
			[counted(0, 40, 90, 40), counted(40, 40, 90, 40), counted(80, 10, 90, 40)],
			undefined,
			90,
			3,
		],
		['once where all come at once', [page(0, 250)], undefined, 250, 1],
		[
			'ten pages at most',
			Array.from({ length: 12 }, (_, index) => page(index * 100, 100, 99)),
			undefined,
			1_000,
			10,
		],
		[
			'as many pages more as the wanted runs may fill',
			Array.from({ length: 30 }, (_, index) => page(index * 100, 100, 99)),
			new Set(Array.from({ length: 1_200 }, (_, index) => `r${index}`)),
			1_200,
			12,
		],
		[
			'no further than ten pages and theirs, for runs that are not there',
			Array.from({ length: 30 }, (_, index) => page(index * 100, 100, 99)),
			new Set(Array.from({ length: 200 }, (_, index) => `s${index}`)),
			1_200,
			12,
		],
	])('is listed %s', async (_, answers, wanted, runs, calls) => {
		const harness = apiHarness(...answers);
		expect((await listGroup(harness.api, 'g', wanted))?.length).toBe(runs);
		expect(harness.calls.length).toBe(calls);
	});
	it.each([
		['tells no ids', ok({ runs: [{ status: 'running' }] })],
		['is refused with 404', answer(404)],
		['with 405', answer(405)],
		['with 422', answer(422)],
	])('cannot be listed: %s', async (_, given) =>
		expect(await listGroup(apiHarness(given).api, 'g')).toBeUndefined(),
	);
	it('is completed run by run where its list shows IDs and states alone, for a start to be recognised by', async () => {
		const { api, paths } = apiHarness(
			ok({
				runs: [
					{ _id: 'a', status: 'running' },
					{
						_id: 'b',
						workflow_id: 'w',
						created_at: '2026-01-01T00:00:00Z',
						inputs: [{ path: 'p', value: 'x' }],
					},
				],
			}),
			ok({ workflow_id: 'w', inputs: [{ path: 'p', value: 'y' }] }),
		);
		expect(await listGroupRuns(api, 'g', {})).toMatchObject([
			{ run_id: 'a', workflow_id: 'w', inputs: { p: 'y' } },
			{ run_id: 'b', inputs: { p: 'x' } },
		]);
		expect(paths().slice(1)).toEqual(['GET /runs/a']);
	});
	it('whose search after a lost start fails has no read under way any more', async () => {
		const clock = fakeClock();
		const listed = apiHarness(ok({ runs: ['a', 'b'].map((_id) => ({ _id, status: 'running' })) }));
		let isOver = false;
		const run = async (runId: string) => {
			if (runId === 'a') throw new ServiceError('HTTP 520', { isRetryable: true });
			await clock.pause(30_000);
			isOver = true;
			return null;
		};
		const search = { sinceMs: 0, isDetached: true };
		expect(await endOf(listGroupRuns({ ...listed.api, run }, 'g', search))).toMatchObject({
			message: 'HTTP 520',
		});
		expect(isOver).toBe(true);
	});
	it('may come back after a 404, where a start without clear answer is looked for', async () => {
		const { api } = apiHarness(answer(404));
		expect(await endOf(listGroupRuns(api, 'g', { sinceMs: 0 }))).toMatchObject({
			error: { facts: { status: 404 } },
		});
		expect(await listGroupRuns(api, 'g', {})).toBeUndefined();
		expect(await listGroupRuns(apiHarness(answer(405)).api, 'g', { sinceMs: 0 })).toBeUndefined();
	});
	it('fails with anything else', async () =>
		expect(await endOf(listGroup(apiHarness(answer(503)).api, 'g'))).toMatchObject({
			error: { facts: { isRetryable: true } },
		}));
});

describe('a run that can only be known by the outputs that its start named', () => {
	const lookAt = async (...outputs: Answer[]) => {
		const { api, transport } = apiHarness(answer(404), ...outputs);
		return await createWatchService({ api, transport } as unknown as Parameters<
			typeof createWatchService
		>[0]).poll(aRun('r', { status: 'queued', output_names: ['a', 'b'] }));
	};
	it('has succeeded when all are there', async () =>
		expect(await lookAt(ok({ download_url: 'https://s3/x.png' }))).toMatchObject({
			run_id: 'r',
			state: 'succeeded',
			finished: true,
		}));
	it('has timed out when one says so', async () =>
		expect(await lookAt(answer(204), answer(408))).toMatchObject({
			state: 'timed_out',
			finished: true,
		}));
	it('is not known yet while one is missing', async () =>
		expect(await lookAt(ok({ download_url: 'https://s3/x.png' }), answer(204))).toBeNull());
});

describe('a run whose status never says that it has ended', () => {
	const judged = async (...outputs: Answer[]) => {
		const { api, transport } = apiHarness(...outputs);
		return await createWatchService({ api, transport } as unknown as Parameters<
			typeof createWatchService
		>[0]).verify?.(aRun('r', { status: 'running', output_names: ['a', 'b'] }));
	};
	it('has succeeded when all of its outputs are there', async () =>
		expect(await judged(ok({ download_url: 'https://s3/x.png' }))).toMatchObject({
			status: 'running',
			state: 'succeeded',
			finished: true,
			outputs: [{ filename: 'a' }, { filename: 'b' }],
		}));
	it('continues while one is missing', async () =>
		expect(await judged(ok({ download_url: 'https://s3/x.png' }), answer(204))).toMatchObject({
			state: 'running',
			finished: false,
		}));
	it('has timed out when one says so', async () =>
		expect(await judged(answer(204), answer(408))).toMatchObject({
			state: 'timed_out',
			finished: true,
		}));
});

describe('an event', () => {
	it.each([
		['a status', '{"run_id":"8","status":"completed"}', undefined, 'ended'],
		[
			'a status inside data',
			'{"type":"run_status","data":{"status":"FAILED"}}',
			undefined,
			'ended',
		],
		['a state', '{"state":"cancelled"}', undefined, 'ended'],
		['its name', '{}', 'run.completed', 'ended'],
		['a bare word', 'completed', undefined, 'ended'],
		['going on', '{"status":"running"}', undefined, 'unfinished'],
		['an output', '{"type":"output","filename":"a.png"}', undefined, 'unfinished'],
		['nothing', '', undefined, 'unfinished'],
		['null', 'null', undefined, 'unfinished'],
		['a name in one word', '{"type":"runCompleted"}', undefined, 'ended'],
		[
			'ComfyUI’s own name',
			'{"type":"execution_success","data":{"prompt_id":"8"}}',
			undefined,
			'ended',
		],
		[
			'a status under a longer name',
			'{"type":"run_status_update","data":{"run_status":"completed"}}',
			undefined,
			'ended',
		],
		[
			'a status further in',
			'{"seq":3,"event":{"type":"update","run":{"status":"failed"}}}',
			undefined,
			'ended',
		],
		['a status in a list', '[{"status":"completed"}]', undefined, 'ended'],
		['a word as JSON text', '"completed"', undefined, 'ended'],
		[
			'a text that only holds such a word',
			'{"type":"log","message":"completed"}',
			undefined,
			'unfinished',
		],
		['a shutdownGracePeriod', '[DONE]', undefined, 'ended'],
		['a shutdownGracePeriod by name', '{}', 'end', 'ended'],
		[
			'a status inside payload',
			'{"type":"status","payload":{"status":"completed"}}',
			undefined,
			'ended',
		],
	])('%s: %s', (_, data, event, meaning) =>
		expect(meaningOf({ id: undefined, event, data })).toBe(meaning),
	);
});

describe('the credential', () => {
	it.each([
		['https://x.test', 'https://x.test/api/v1'],
		[' https://x.test/ ', 'https://x.test/api/v1'],
		['https://x.test/api/v1', 'https://x.test/api/v1'],
		['https://x.test/api/v1//', 'https://x.test/api/v1'],
		['http://h:8080/proxy/', 'http://h:8080/proxy/api/v1'],
	])('%s leads to %s', (baseUrl, root) => expect(apiRootOf({ baseUrl })).toBe(root));
	it.each([
		['', 'has no Base URL'],
		['my deployment', 'not a web address'],
		['ftp://x', 'not a web address'],
		['javascript:1', 'not a web address'],
		['https://u:p@x.test', 'user name or password'],
		['https://x.test/?a=1', 'query or fragment'],
		['https://x.test/#a', 'query or fragment'],
	])('%p is refused: %s', (baseUrl, message) =>
		expect(() => apiRootOf({ baseUrl })).toThrow(message),
	);
	it.each([
		['key', { authentication: 'apiKey', apiKey: ' k3y4 ' }, { 'X-API-KEY': 'k3y4' }, ['k3y4']],
		[
			'headers',
			{
				authentication: 'headers',
				apiKey: 'unused',
				headers: {
					header: [
						{ name: 'Authorization', value: 'Bearer tok-en' },
						{ name: '', value: 'x' },
					],
				},
			},
			{ Authorization: 'Bearer tok-en' },
			['Bearer tok-en', 'tok-en'],
		],
		['none', { authentication: 'none', apiKey: 'unused' }, {}, []],
	])('%s', (_, credential, headers, secrets) => {
		expect(authHeadersOf(credential)).toEqual(headers);
		expect([...new Set(secretsOf(credential))]).toEqual(secrets);
	});
});
