import { createRandom } from '../../simulator/random';
import { openapiDialect } from '../../simulator/flowscale/dialect';
import { readCliOptions, readDialect } from '../../simulator/flowscale/cliOptions';
import { once, spawn } from '../../simulator/platform';
import { readSiblingOptions } from '../../simulator/sibling';
import { siblingNamed } from '../../simulator/siblings';
import { useFlowscale } from '../harness/useFlowscale';

const open = useFlowscale();

describe('the command line', () => {
	it('starts a service for people, on fixed ports', () => {
		expect(readCliOptions([])).toMatchObject({
			isJson: false,
			service: { port: 8188, filesPort: 8189, runMs: 4000, dialect: {} },
		});
	});

	it('starts a service for programs, on free ports', () => {
		expect(readCliOptions(['--json'])).toMatchObject({
			isJson: true,
			service: { port: 0, filesPort: 0 },
		});
	});

	it('takes key, machines, times and chaos', () => {
		const args =
			'--key k --containers 3 --run-ms 50 --latency-ms 9 --chaos 0.05 --seed 4 --port 9000'.split(
				' ',
			);
		expect(readCliOptions(args).service).toMatchObject({
			apiKey: 'k',
			containers: 3,
			runMs: 50,
			latencyMs: 9,
			seed: 4,
			chaos: { rate: 0.05, seed: 4 },
			port: 9000,
			filesPort: 9001,
		});
		expect(readCliOptions(['--public']).service.apiKey).toBeNull();
	});

	it.each([
		['list=grouped,start=array', { list: 'grouped', start: 'array' }],
		[
			'notReady=404,runTimeout=408,lengths=false',
			{ notReady: 404, runTimeout: '408', lengths: false },
		],
		['openapi,events=sse', { ...openapiDialect, events: 'sse' }],
	])('reads the dialect %s', (text, dialect) => {
		expect(readDialect(text)).toEqual(dialect);
	});

	it.each([
		[['--dialect', 'lists=grouped'], 'No dialect switch "lists"'],
		[['--dialect', 'list=pages'], 'No way "pages" to speak for "list"'],
		[['--containers', 'two'], '--containers needs a number, not "two"'],
		[['--nonsense'], '--nonsense'],
	])('refuses %j', (args, message) => {
		expect(() => readCliOptions(args)).toThrow(message);
	});

	it('serves other processes and ends when it is asked to', async () => {
		const child = spawn(
			'node',
			['--import', 'tsx', 'simulator/cli.ts', '--json', '--run-ms', '5'],
			{
				stdio: ['ignore', 'pipe', 'inherit'],
			},
		);
		const ended = once(child, 'exit');
		try {
			const [line] = (await once(child.stdout, 'data')) as [Buffer];
			const { baseUrl, filesUrl, apiKey, pid } = JSON.parse(line.toString()) as Record<
				string,
				string
			>;
			expect(pid).toBe(child.pid);

			const health = await fetch(`${baseUrl}/api/v1/comfy/health`, {
				headers: { 'X-API-KEY': apiKey },
			});
			expect(health.status).toBe(200);
			const stats = await fetch(`${filesUrl}/_control/stats`);
			expect(await stats.json()).toMatchObject({
				requests: { health: 1 },
				totalRequests: 1,
				unknown: [],
			});
		} finally {
			child.kill('SIGTERM');
		}
		expect(await ended).toEqual([0, null]);
	}, 30_000);

	it('leaves to Flowscale what names no sibling, and refuses what a sibling does not know', () => {
		expect(siblingNamed('--port')).toBeUndefined();
		expect(siblingNamed('constructor')).toBeUndefined();
		const read = (name: string, ...args: string[]) => readSiblingOptions(siblingNamed(name)!, args);
		expect(read('comflowy')).toEqual({ port: 8190, isJson: false });
		expect(read('flowai', '--port', '9000')).toEqual({ port: 9000, isJson: false });
		expect(() => read('flowai', '--port', 'x')).toThrow('--port needs a number, not "x"');
		expect(() => read('comflowy', '--dialect', 'openapi')).toThrow('--dialect');
	});

	it.each(['comflowy', 'flowai'])(
		'serves %s to other processes',
		async (name) => {
			const child = spawn('node', ['--import', 'tsx', 'simulator/cli.ts', name, '--json'], {
				stdio: ['ignore', 'pipe', 'inherit'],
			});
			const ended = once(child, 'exit');
			try {
				const [line] = (await once(child.stdout, 'data')) as [Buffer];
				const { baseUrl, apiKey } = JSON.parse(line.toString()) as Record<string, string>;
				const asked = {
					comflowy: async () => await fetch(`${baseUrl}/api/open/v0/auth/token?ppt=${apiKey}`),
					flowai: async () =>
						await fetch(`${baseUrl}/v1/api/workflow/run/1741675999864`, {
							method: 'POST',
							headers: { 'x-api-key': apiKey, 'content-type': 'application/json' },
							body: '{"input":{"input":"Hello"}}',
						}),
				}[name];
				expect((await asked?.())?.status).toBe(200);
			} finally {
				child.kill('SIGTERM');
			}
			expect(await ended).toEqual([0, null]);
		},
		30_000,
	);
});

describe('the control endpoints', () => {
	const json = (value: unknown) => ({ method: 'POST', body: JSON.stringify(value) });

	it('tell counts and end times, and are not counted themselves', async () => {
		const { flowscale, run, get } = await open();
		const done = await run('Text to Image', { text_51536: 'x' }, 'g');
		await get(`/runs/${done.id}`);
		const stats = await fetch(`${flowscale.filesUrl}/_control/stats`);
		expect(await stats.json()).toEqual({
			now: expect.any(Number),
			requests: { startRun: 1, getRun: 1 },
			totalRequests: 2,
			unknown: [],
			waiting: 0,
			working: 0,
			runs: [
				{
					run_id: done.id,
					group_id: 'g',
					workflow_id: done.workflowId,
					state: 'completed',
					created_at: done.createdAt,
					started_at: done.startedAt,
					completed_at: done.completedAt,
					cancel_requested_at: null,
				},
			],
		});
		expect(flowscale.journal).toHaveLength(2);
	});

	it('put in runs, end one, add faults, and forget everything', async () => {
		const { flowscale, start, get } = await open({ runMs: 60_000 });
		const control = async (path: string, value?: unknown) =>
			await fetch(`${flowscale.filesUrl}/_control/${path}`, json(value ?? {}));

		const running = await start('Failing');
		await control('finish', { run_id: running.id, how: 'cancelled' });
		expect(running.state).toBe('cancelled');

		await control('runs', { count: 3, given: { groupId: 'bulk', state: 'failed' } });
		expect(flowscale.runs.slice(1)).toMatchObject([{ groupId: 'bulk', state: 'failed' }, {}, {}]);

		await control('faults', { on: 'health', kind: 'status', status: 503 });
		expect((await get('/comfy/health')).status).toBe(503);

		await control('reset');
		expect([flowscale.runs, flowscale.journal]).toEqual([[], []]);
		expect((await control('nonsense')).status).toBe(404);
		expect((await control('finish', { run_id: 'nobody' })).status).toBe(400);
	});
});

it('chance repeats itself for the same seed only', () => {
	const draw = (seed: number) => {
		const random = createRandom(seed);
		return [random.uuid(), random.code(), random.between(1, 6)];
	};
	expect(draw(1)).toEqual(draw(1));
	expect(draw(1)).not.toEqual(draw(2));
	expect(draw(1)[0]).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
});
