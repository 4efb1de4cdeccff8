import type { INodeParameters } from 'n8n-workflow';
import type { Comflowy, ComflowyOptions } from '../../../simulator/comflowy/startComflowy';
import { promptOf, useComflowy } from '../../harness/comflowyHarness';
import { chain, connect, nodeOf, outputOf, runWorkflow } from '../../harness/runWorkflow';
import { two } from '../../harness/assertions';
import { until } from '../../harness/until';
import { NODE, type SiblingHarness } from '../../harness/useSibling';
import { startWaitingServer, type WaitingServer } from '../../harness/waitingServer';
import { useFastTime } from '../../harness/fastTime';

const harness = useComflowy();
useFastTime(3);
const LONG = { runMs: 600_000 };
let open: WaitingServer[] = [];

afterEach(async () => {
	await Promise.all(open.map(async (server) => await server.close()));
	open = [];
});

/** Start → Comflowy (callback) → After. */
async function waiting(
	options: ComflowyOptions = LONG,
	parameters: INodeParameters = {},
	name = NODE,
): Promise<SiblingHarness<Comflowy> & { server: WaitingServer; urlOf(item: number): URL }> {
	const made = await harness(options);
	const values = { ...promptOf(), waitMode: 'callback', ...parameters };
	const node = made.node('workflow.executeAndWait', values, { name });
	const file = chain(node);
	file.nodes.push(nodeOf('After', 'passThrough'));
	connect(file.connections, name, 0, 'After');
	const server = await startWaitingServer(made.engine, file, name);
	open.push(server);
	return {
		...made,
		server,
		urlOf: (item) => new URL(createRun(made.service, item).resultUrl ?? ''),
	};
}

const createRun = (service: Comflowy, item: number) =>
	service.runs.find(({ params }) => params['6::text'] === two[item].json.prompt)!;
const call = async (url: URL, body: object, type = 'application/json') =>
	(
		await fetch(url, {
			method: 'POST',
			headers: { 'content-type': type },
			body: JSON.stringify(body),
		})
	).status;
const secondsUntil = (date: Date | null | undefined) =>
	((date?.getTime() ?? Number.NaN) - Date.now()) / 1_000;
const looks = (service: Comflowy) =>
	service.journal.filter(({ route }) => route === 'check').length;
const after = (server: WaitingServer) =>
	outputOf(server.run(), 'After').map(({ json, binary, pairedItem }) => [
		json.run_id,
		json.state,
		Object.keys(binary ?? {}),
		pairedItem,
	]);
const expected = (service: Comflowy) =>
	two
		.map((_, item) => [createRun(service, item).id, 'succeeded', ['data'], { item: 0 }])
		.map(([id, state, fields], item) => [id, state, fields, { item }]);

test('the execution is suspended, and the callbacks of its runs end it with all outputs', async () => {
	const { server, service, urlOf } = await waiting();
	expect((await server.start(two)).status).toBe('waiting');
	expect(urlOf(0).searchParams.get('token')?.length).toBeGreaterThan(30);
	const before = looks(service);
	await service.finish(createRun(service, 0).id);
	expect((await server.idle()).status).toBe('waiting');
	await service.finish(createRun(service, 1).id);
	expect((await server.idle()).status).toBe('success');
	expect(after(server)).toEqual(expected(service));
	expect(service.runs).toHaveLength(2);
	expect(service.callbacks.map(({ status }) => status)).toEqual([200, 200]);
	// Each wake-up looks for three seconds at most, at this test's tenfold pace.
	expect(looks(service) - before).toBeLessThan(60);
}, 60_000);

test.each([
	'Draw {{ $json.a }} it',
	'}} \' " \\ ` ${1}',
	'"] }}{{ $node["',
	'={{ 1 }}',
	'Bild 生成 🦊',
])(
	'a node may have any name: %s',
	async (name) => {
		const { server, service } = await waiting(LONG, {}, name);
		await server.start(two.slice(0, 1));
		await service.finish(service.runs[0].id);
		expect((await server.idle()).status).toBe('success');
		expect(service.callbacks.map(({ status }) => status)).toEqual([200]);
	},
	60_000,
);

test('a callback with a wrong token or none is refused and wakes nothing', async () => {
	const { server, service, urlOf } = await waiting();
	await server.start(two);
	const body = {
		type: 'success',
		run_id: createRun(service, 0).id,
		output_images: ['http://evil.example/a.png'],
		full_outputs: {},
	};
	const [forged, without, emptied] = ['forged', undefined, ''].map((token) => {
		const url = urlOf(0);
		if (token === undefined) url.searchParams.delete('token');
		else url.searchParams.set('token', token);
		return url;
	});
	expect([await call(forged, body), await call(without, body), await call(emptied, body)]).toEqual([
		403, 403, 403,
	]);
	expect((await server.idle()).status).toBe('waiting');
});

test('a callback for another run is refused', async () => {
	const { server, urlOf } = await waiting();
	await server.start(two);
	expect(await call(urlOf(0), { type: 'success', run_id: 'another-run', output_images: [] })).toBe(
		404,
	);
	expect((await server.idle()).status).toBe('waiting');
});

test('a callback that lies about the outputs only wakes the execution, which looks for itself', async () => {
	const { server, service, urlOf } = await waiting();
	await server.start(two);
	expect(
		await call(urlOf(0), {
			type: 'success',
			run_id: createRun(service, 0).id,
			output_images: ['http://evil.example/a.png'],
		}),
	).toBe(200);
	expect((await server.idle()).status).toBe('waiting');
	expect(outputOf(server.run(), 'After')).toEqual([]);
}, 60_000);

test('progress that comes to the result address is taken note of and wakes nothing', async () => {
	const { server, service, urlOf } = await waiting();
	await server.start(two);
	expect(
		await call(urlOf(0), { type: 'running', run_id: createRun(service, 0).id, payload: {} }),
	).toBe(200);
	expect((await server.idle()).status).toBe('waiting');
	expect(server.answers.at(-1)).toEqual({ status: 200, body: { received: true, resumed: false } });
});

test('a callback that is sent as text is read all the same', async () => {
	const { server, service, urlOf } = await waiting();
	await server.start(two.slice(0, 1));
	const [run] = service.runs;
	const url = urlOf(0);
	run.resultUrl = undefined;
	await service.finish(run.id);
	expect(
		await call(
			url,
			{ type: 'success', run_id: run.id, output_images: [] },
			'text/plain;charset=UTF-8',
		),
	).toBe(200);
	expect((await server.idle()).status).toBe('success');
	expect(after(server)).toHaveLength(1);
}, 60_000);

test('a repeated callback changes nothing', async () => {
	const { server, service, urlOf } = await waiting(LONG);
	await server.start(two.slice(0, 1));
	const [run] = service.runs;
	await service.finish(run.id);
	expect((await server.idle()).status).toBe('success');
	expect(await call(urlOf(0), { type: 'success', run_id: run.id, output_images: [] })).toBe(409);
	expect(after(server)).toHaveLength(1);
	expect(service.runs).toHaveLength(1);
}, 60_000);

test('a callback that is repeated while another run is waited for only wakes the execution once more', async () => {
	const { server, service, urlOf } = await waiting();
	await server.start(two);
	await service.finish(createRun(service, 0).id);
	expect((await server.idle()).status).toBe('waiting');
	expect(
		await call(urlOf(0), { type: 'success', run_id: createRun(service, 0).id, output_images: [] }),
	).toBe(200);
	expect((await server.idle()).status).toBe('waiting');
	await service.finish(createRun(service, 1).id);
	expect((await server.idle()).status).toBe('success');
	expect(after(server)).toEqual(expected(service));
	expect(service.runs).toHaveLength(2);
}, 60_000);

test('two callbacks at the same instant resume the execution once, and it ends with both runs', async () => {
	const { server, service } = await waiting();
	await server.start(two);
	await Promise.all(two.map(async (_, item) => await service.finish(createRun(service, item).id)));
	expect((await server.idle()).status).toBe('success');
	expect(after(server)).toEqual(expected(service));
	expect(server.answers.map(({ status, body }) => [status, body])).toEqual(
		expect.arrayContaining([
			[200, { received: true, resumed: true }],
			[200, { received: true, resumed: false }],
		]),
	);
	expect(service.runs).toHaveLength(2);
}, 60_000);

test('four items, whose callbacks come out of order, doubled, early and never, end as their runs did', async () => {
	const { server, service } = await waiting(LONG, { options: { pollInterval: 0.1 } });
	const four = ['late', 'doubled', 'early', 'never'].map((prompt) => ({ json: { prompt } }));
	const runFor = (prompt: string) =>
		service.runs.find(({ params }) => params['6::text'] === prompt)!;
	const starting = server.start(four);
	// Its callback meets an execution that is still active.
	await until(() => service.runs.length === 4);
	await service.finish(runFor('early').id);
	expect((await starting).status).toBe('waiting');
	expect(service.callbacks.map(({ status }) => status)).toEqual([409]);

	const url = new URL(runFor('doubled').resultUrl ?? '');
	await service.finish(runFor('doubled').id);
	expect((await server.idle()).status).toBe('waiting');
	expect(await call(url, { type: 'success', run_id: runFor('doubled').id })).toBe(200);
	expect((await server.idle()).status).toBe('waiting');
	runFor('never').resultUrl = undefined;
	await service.finish(runFor('never').id);
	await service.finish(runFor('late').id);
	expect((await server.idle()).status).toBe('success');

	expect(
		outputOf(server.run(), 'After').map(({ json, binary, pairedItem }) => [
			(json.inputs as { '6::text': string })['6::text'],
			json.run_id,
			json.state,
			Object.keys(binary ?? {}),
			pairedItem,
		]),
	).toEqual(
		four.map(({ json: { prompt } }, item) => [
			prompt,
			runFor(prompt).id,
			'succeeded',
			['data'],
			{ item },
		]),
	);
	expect(service.runs).toHaveLength(4);
}, 60_000);

test('each execution has a token of its own', async () => {
	const tokenOf = async () => {
		const { server, service, urlOf } = await waiting();
		await server.start(two);
		expect(
			new Set(
				service.runs.map(({ resultUrl }) => new URL(resultUrl ?? '').searchParams.get('token')),
			).size,
		).toBe(1);
		return urlOf(0).searchParams.get('token');
	};
	expect(await tokenOf()).not.toBe(await tokenOf());
});

test('a run that ends before the execution is saved is found without its callback', async () => {
	const { server, service } = await waiting({ runMs: 300 });
	expect((await server.start(two)).status).toBe('success');
	expect(service.callbacks.map(({ status }) => status)).toEqual([409, 409]);
	expect(after(server)).toEqual(expected(service));
});

test('without a callback the runs are looked up when the time has come', async () => {
	const { server, service, urlOf } = await waiting(LONG, {
		options: { lookUpAfter: 120, pollInterval: 0.1 },
	});
	const first = await server.start(two);
	expect(first.status).toBe('waiting');
	expect(secondsUntil(first.waitTill)).toBeCloseTo(120, -1);
	// The callbacks of both runs are lost on their way.
	for (const run of service.runs) run.resultUrl = undefined;
	await Promise.all(service.runs.map(async ({ id }) => await service.finish(id)));
	expect((await server.wake()).status).toBe('success');
	expect(after(server)).toEqual(expected(service));
	expect(() => urlOf(0)).toThrow();
}, 60_000);

test('after a callback the other runs are looked up within a minute, since n8n may have refused theirs', async () => {
	const { server, service } = await waiting(LONG, {
		options: { lookUpAfter: 7_200, pollInterval: 0.1 },
	});
	await server.start(two);
	await service.finish(service.runs[0].id);
	const resumed = await server.idle();
	expect(resumed.status).toBe('waiting');
	expect(secondsUntil(resumed.waitTill)).toBeCloseTo(60, -1);
	// The callback of the second one came while the execution was being saved.
	service.runs[1].resultUrl = undefined;
	await service.finish(service.runs[1].id);
	expect((await server.wake()).status).toBe('success');
	expect(after(server)).toEqual(expected(service));
}, 60_000);

test.each([
	['the user set no Timeout', {}],
	['Timeout is 0', { timeout: 0 }],
])('it waits for hours where %s', async (_, options) => {
	const { server } = await waiting(LONG, {
		options: { lookUpAfter: 7_200, pollInterval: 0.1, ...options },
	});
	const { status, waitTill } = await server.start(two);
	expect(status).toBe('waiting');
	expect(secondsUntil(waitTill)).toBeCloseTo(7_200, -1);
});

test('the wait ends with the run’s timeout, with the run’s ID', async () => {
	const { server, service } = await waiting(LONG, { options: { timeout: 4, pollInterval: 0.1 } });
	const run = await server.start(two);
	expect(run.data.resultData.error?.message).toMatch(/did not end within 4(\.\d)? s/);
	expect(service.runs).toHaveLength(2);
});

test('a connection to itself, and a result address of the user’s own, are refused before anything is started', async () => {
	const { node, engine, service } = await harness();
	const file = chain(node('workflow.executeAndWait', { ...promptOf(), waitMode: 'callback' }));
	connect(file.connections, NODE, 0, NODE);
	const looped = await runWorkflow(engine, file, two);
	expect(looped.data.resultData.error?.message).toBe(
		'An output of this node is connected to its input',
	);
	const { server, service: other } = await waiting(LONG, {
		options: { onResultUrl: 'https://example.com/result' },
	});
	const run = await server.start(two);
	expect(run.data.resultData.error?.message).toContain('On Result URL cannot be set together');
	expect([...service.runs, ...other.runs]).toEqual([]);
});

test('the token is not in any item', async () => {
	const { server, service, urlOf } = await waiting();
	await server.start(two.slice(0, 1));
	const token = urlOf(0).searchParams.get('token') ?? '';
	await service.finish(service.runs[0].id);
	await server.idle();
	await until(() => server.run().status === 'success');
	expect(JSON.stringify(server.run().data.resultData)).not.toContain(token);
}, 60_000);
