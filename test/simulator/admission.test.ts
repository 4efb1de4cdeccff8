import { useFlowscale } from '../harness/useFlowscale';

const open = useFlowscale();

describe('the API', () => {
	it.each([
		['no key', {}, 403, { detail: 'Not authenticated' }],
		[
			'a wrong key',
			{ 'x-api-key': 'wrong' },
			401,
			{ status: 'error', data: null, errors: 'Invalid API key' },
		],
		[
			'the key as a bearer token',
			{ authorization: 'Bearer fs-sim-key-for-tests-only' },
			403,
			{ detail: 'Not authenticated' },
		],
		['the key', { 'x-api-key': 'fs-sim-key-for-tests-only' }, 200, { status: 'success' }],
		[
			'the key under a header in other case',
			{ 'X-API-Key': 'fs-sim-key-for-tests-only' },
			200,
			{ status: 'success' },
		],
	])('with %s answers accordingly', async (_, headers, status, json) => {
		const { get } = await open();
		expect(await get('/comfy/health', headers)).toMatchObject({ status, json });
	});

	it('of a public project asks for nothing', async () => {
		const { get, flowscale } = await open({ apiKey: null });
		expect(flowscale.apiKey).toBeNull();
		expect(await get('/comfy/health', {})).toMatchObject({ status: 200 });
	});

	it('behind a proxy asks for the proxy’s headers', async () => {
		const { get } = await open({ requiredHeaders: { Authorization: 'Bearer jwt' } });
		expect(await get('/comfy/health')).toMatchObject({ status: 401 });
		expect(await get('/comfy/health', { authorization: 'Bearer jwt' })).toMatchObject({
			status: 200,
		});
	});

	it('starts nothing for a wrong key', async () => {
		const { post, idOf, flowscale } = await open();
		expect(
			await post(`/runs?workflow_id=${idOf('Failing')}`, 'x', { 'x-api-key': 'wrong' }),
		).toMatchObject({
			status: 401,
		});
		expect(flowscale.runs).toEqual([]);
	});

	it.each([
		['errors', { status: 'error', data: null, errors: 'Run not found' }],
		['errorsList', { status: 'error', errors: ['Run not found'] }],
		['detail', { detail: 'Run not found' }],
		['errorObject', { error: { code: 'E404', message: 'Run not found', details: {} } }],
		['html', undefined],
	] as const)('tells an error in the shape %s', async (errors, json) => {
		const { get } = await open({ dialect: { errors } });
		const reply = await get('/runs/nobody');
		expect([reply.status, reply.json]).toEqual([404, json]);
		expect(reply.text).toContain('Run not found');
	});
});

describe('what no source knows', () => {
	it.each([
		['GET', '/runs/x/regenerate'],
		['POST', '/runs/x/regenerate'],
		['GET', '/runs?limit=10'],
		['GET', '/runs/x/events?since=3'],
		['GET', '/runs/x/cancel'],
		['GET', '/nothing'],
	])('is answered with 501 and remembered: %s %s', async (method, path) => {
		const { get, post, flowscale } = await open();
		expect(await (method === 'GET' ? get(path) : post(path))).toMatchObject({ status: 501 });
		expect(flowscale.unknown).toEqual([`${method} /api/v1${path}`]);
		expect(flowscale.journal[0].route).toBe('unknown');
		flowscale.unknown.length = 0;
	});

	it('includes paths outside of /api/v1', async () => {
		const { fetch, flowscale } = await open();
		expect(await fetch(`${flowscale.baseUrl}/api/v1/api/v1/comfy/health`)).toMatchObject({
			status: 501,
		});
		expect(await fetch(`${flowscale.baseUrl}/comfy/health`)).toMatchObject({ status: 501 });
		expect(flowscale.unknown).toHaveLength(2);
		flowscale.unknown.length = 0;
	});
});

it('the journal keeps what was asked, of whom, and what was said', async () => {
	const { get, flowscale } = await open();
	const before = Date.now();
	await get('/runs?group_id=a%20b&page=1', {
		'x-api-key': 'fs-sim-key-for-tests-only',
		'x-more': 'yes',
	});
	expect(flowscale.journal).toEqual([
		{
			at: expect.any(Number),
			host: 'api',
			method: 'GET',
			url: '/api/v1/runs?group_id=a%20b&page=1',
			path: '/api/v1/runs',
			query: { group_id: 'a b', page: '1' },
			headers: expect.objectContaining({
				'x-api-key': 'fs-sim-key-for-tests-only',
				'x-more': 'yes',
			}),
			route: 'listRuns',
			status: 200,
			fault: undefined,
		},
	]);
	expect(flowscale.journal[0].at).toBeGreaterThanOrEqual(before);
});
