import { request, sleep } from '../../simulator/platform';
import type { Fault } from '../../simulator/flowscale/startFlowscale';
import { formOf, outcome, useFlowscale, type Client } from '../harness/useFlowscale';
import { until } from '../harness/until';

const open = useFlowscale();

const start = async ({ post, idOf }: Client) =>
	await post(`/runs?workflow_id=${idOf('Failing')}`, formOf({ text_51536: 'x' }));

describe('a fault at a start', () => {
	it.each<[string, Omit<Fault, 'on'>, string, number]>([
		['resetBefore', { kind: 'resetBefore' }, 'ECONNRESET', 0],
		['resetAfter', { kind: 'resetAfter' }, 'ECONNRESET', 1],
		['resetMidBody', { kind: 'resetMidBody' }, 'UND_ERR_SOCKET', 1],
		['wrongLength', { kind: 'wrongLength' }, 'UND_ERR_SOCKET', 1],
		['truncatedJson', { kind: 'truncatedJson' }, '200 {"status":"succ', 1],
		['html', { kind: 'html' }, '200 <!DOCTYPE html>', 1],
		['html with a status', { kind: 'html', status: 502 }, '502 <!DOCTYPE html>', 1],
		['empty200', { kind: 'empty200' }, '200 ', 1],
		['noContent', { kind: 'noContent' }, '204 ', 1],
		['status', { kind: 'status', status: 429, body: 'slow down' }, '429 slow down', 0],
		['a processed status', { kind: 'status', status: 504, processed: true }, '504 ', 1],
		['an unprocessed page', { kind: 'html', processed: false }, '200 <!DOCTYPE html>', 0],
		['redirect', { kind: 'redirect', to: 'https://elsewhere.example/' }, '302 ', 0],
		['slowFirstByte', { kind: 'slowFirstByte', ms: 20 }, '200 {"status":"succ', 1],
		['slowBody', { kind: 'slowBody', ms: 20 }, '200 {"status":"succ', 1],
		['hang', { kind: 'hang', ms: 20 }, 'UND_ERR_SOCKET', 1],
	])('of kind %s (%j) shows as %s and starts %i runs', async (_, fault, expected, runs) => {
		const client = await open();
		client.flowscale.fault({ on: 'startRun', ...fault });
		expect(await outcome(start(client))).toBe(expected);
		await until(() => client.flowscale.runs.length === runs);
		expect(client.flowscale.journal[0]).toMatchObject({ route: 'startRun', fault: fault.kind });
		expect(await outcome(start(client))).toBe('200 {"status":"succ');
	});

	it('cuts the connection while the upload is still on its way', async () => {
		const { flowscale, idOf } = await open();
		flowscale.fault({ on: 'startRun', kind: 'resetBefore' });
		const upload = request(`${flowscale.baseUrl}/api/v1/runs?workflow_id=${idOf('Failing')}`, {
			method: 'POST',
			headers: {
				'x-api-key': flowscale.apiKey ?? '',
				'content-type': 'multipart/form-data; boundary=xx',
			},
		});
		const failure = new Promise((resolve) =>
			upload.on('error', (error: { code?: string }) => resolve(error.code)),
		);
		upload.write('--xx\r\n');
		expect(await failure).toBe('ECONNRESET');
		expect(flowscale.runs).toEqual([]);
	});

	it('answers with a refusal only when it has read the whole upload', async () => {
		const { flowscale, idOf } = await open();
		flowscale.fault({ on: 'startRun', kind: 'status', status: 429 });
		const upload = request(`${flowscale.baseUrl}/api/v1/runs?workflow_id=${idOf('Failing')}`, {
			method: 'POST',
			headers: {
				'x-api-key': flowscale.apiKey ?? '',
				'content-type': 'multipart/form-data; boundary=xx',
			},
		});
		const answers: unknown[] = [];
		upload.on('response', ({ statusCode }) => answers.push(statusCode));
		upload.write('--xx\r\n');
		await until(() => flowscale.journal.length === 1);
		await sleep(20);
		expect(answers).toEqual([]);
		upload.end('more');
		await until(() => answers.length === 1);
		expect(answers).toEqual([429]);
	});

	it('sends the headers it was given', async () => {
		const client = await open();
		client.flowscale.fault({
			on: 'any',
			kind: 'status',
			status: 503,
			headers: { 'retry-after': '7' },
		});
		expect((await start(client)).headers).toMatchObject({ 'retry-after': '7' });
	});
});

describe('an override', () => {
	const statuses = async ({ get }: Client, count: number) => {
		const seen = [];
		for (let index = 0; index < count; index++) seen.push((await get('/comfy/health')).status);
		return seen;
	};

	it.each<[string, Partial<Fault>, number[]]>([
		['once by default', {}, [500, 200, 200, 200]],
		['as often as told', { times: 2 }, [500, 500, 200, 200]],
		['after letting some pass', { after: 2, times: 1 }, [200, 200, 500, 200]],
		['for ever', { times: Infinity }, [500, 500, 500, 500]],
		['not at all on other routes', { on: 'getRun' }, [200, 200, 200, 200]],
		[
			'not at all when it does not match',
			{ match: ({ query }) => query.page === '2' },
			[200, 200, 200, 200],
		],
	])('strikes %s', async (_, fault, expected) => {
		const client = await open();
		client.flowscale.fault({ on: 'health', kind: 'status', ...fault });
		expect(await statuses(client, 4)).toEqual(expected);
	});

	it('is gone when faults are cleared', async () => {
		const client = await open();
		client.flowscale.fault({ on: 'any', kind: 'status', times: Infinity });
		client.flowscale.clearFaults();
		expect(await statuses(client, 2)).toEqual([200, 200]);
	});

	it('holds a hanging request until the service is closed', async () => {
		const client = await open();
		client.flowscale.fault({ on: 'health', kind: 'hang' });
		const hanging = outcome(client.get('/comfy/health'));
		await until(() => client.flowscale.journal.length === 1);
		await client.flowscale.close();
		expect(await hanging).toBe('UND_ERR_SOCKET');
	});
});

describe('chaos', () => {
	const fates = async (seed: number, rate: number) => {
		const { flowscale, get } = await open({ chaos: { rate, seed } });
		for (let index = 0; index < 40; index++) await outcome(get('/comfy/workflows'));
		return flowscale.journal.map(({ fault }) => fault ?? 'none');
	};

	it('strikes the share of requests that was asked for, the same ones for the same seed', async () => {
		const first = await fates(7, 0.5);
		expect(first.filter((fate) => fate !== 'none').length).toBeGreaterThan(10);
		expect(first.filter((fate) => fate === 'none').length).toBeGreaterThan(10);
		expect(await fates(7, 0.5)).toEqual(first);
		expect(await fates(8, 0.5)).not.toEqual(first);
	});

	it('leaves the download host alone', async () => {
		const client = await open({ chaos: { rate: 1, seed: 1 } });
		await client.fetch(`${client.flowscale.filesUrl}/x`);
		expect(client.flowscale.journal[0].fault).toBeUndefined();
	});
});
