import { startTimer } from '../../../simulator/platform';
import { until, useHarness } from '../../harness/useHarness';

const harness = useHarness();
const events = Array.from({ length: 5 }, (_, index) => ({
	seq: index + 1,
	event: 'run_status',
	data: { status: index === 4 ? 'completed' : 'running', step: index + 1 },
}));
const item = [{ json: {} }];

async function withEvents(dialect = {}) {
	const made = await harness({ dialect });
	const [run] = made.flowscale.addRuns(1, { events: [...events] });
	const sequences = async (parameters: object = {}) =>
		(await made.items(made.node('run.getEvents', { runId: run.id, ...parameters }), item)).map(
			({ json }) => json.sequence,
		);
	return { ...made, run, sequences };
}

test.each([
	[0, [1, 2, 3, 4, 5]],
	[1, [1, 2, 3, 4, 5]],
	[3, [3, 4, 5]],
	[5, [5]],
	[6, []],
])('run.getEvents replays from sequence number %d', async (fromSequence, expected) => {
	const { sequences } = await withEvents();
	expect(await sequences({ fromSequence })).toEqual(expected);
});

test.each(['streamEndsEarly', 'streamRepeats', 'resetMidBody', 'resetBefore'] as const)(
	'run.getEvents has no gap and no double after %s',
	async (kind) => {
		const { flowscale, sequences } = await withEvents();
		flowscale.fault({ on: 'events', kind, times: 2 });
		expect(await sequences()).toEqual([1, 2, 3, 4, 5]);
	},
);

test('run.getEvents of a run that has not ended gives what is there, or listens as long as it may', async () => {
	const { node, items, flowscale } = await harness();
	const [run] = flowscale.addRuns(1, {
		state: 'running',
		completedAt: null,
		events: events.slice(0, 2),
	});
	const sequences = async (options: object) =>
		(await items(node('run.getEvents', { runId: run.id, options: { ...options } }), item)).map(
			({ json }) => json.sequence,
		);
	expect(await sequences({})).toEqual([1, 2]);
	expect(await sequences({ timeout: 0.5 })).toEqual([1, 2]);
	startTimer(300, () => flowscale.finish(run.id));
	const listened = await sequences({ timeout: 20 });
	expect(listened).toEqual(run.events.map(({ seq }) => seq));
	expect(listened.length).toBeGreaterThan(2);
});

test('run.getEvents says so where the deployment has no event streams', async () => {
	const { node, error, run } = await withEvents({ events: 'none' });
	expect(await error(node('run.getEvents', { runId: run.id }), item)).toMatchObject({
		message: `This deployment offers no event streams of runs (run ${run.id})`,
		description: expect.stringContaining('Run > Get') as string,
	});
});

test('run.getEvents of a run that nobody knows is an error', async () => {
	const { node, error } = await harness();
	expect(await error(node('run.getEvents', { runId: 'nobody' }), item)).toMatchObject({
		message: expect.stringContaining('does not know the run (run nobody)') as string,
	});
});

test('run.getEvents cuts the key out of what the service echoes', async () => {
	const { node, items, flowscale } = await harness();
	const [run] = flowscale.addRuns(1, {
		events: [{ seq: 1, event: null, data: { type: 'log', text: `key ${flowscale.apiKey}` } }],
	});
	const [{ json }] = await items(node('run.getEvents', { runId: run.id }), item);
	expect(json.data).toEqual({ type: 'log', text: 'key ***' });
});

test.each([
	['a page', { kind: 'html' }],
	['an empty answer', { kind: 'empty200' }],
	['a 204', { kind: 'noContent' }],
	['JSON', { kind: 'status', status: 200, body: '{}' }],
] as const)('run.getEvents asks again after %s in place of the stream', async (_, fault) => {
	const { flowscale, sequences } = await withEvents();
	flowscale.fault({ on: 'events', ...fault, times: 2 });
	expect(await sequences()).toEqual([1, 2, 3, 4, 5]);
});

test('run.getEvents takes a 204 where it continues for the end of the stream', async () => {
	const { flowscale, sequences } = await withEvents();
	flowscale.fault({ on: 'events', kind: 'streamEndsEarly' });
	flowscale.fault({ on: 'events', kind: 'noContent', times: 9 });
	expect(await sequences()).toEqual([1]);
});

test.each([
	['listens', undefined],
	['waits for the stream', { on: 'events', kind: 'hang', times: 9 }],
] as const)(
	'Stop ends run.getEvents at once while it %s',
	async (_, fault) => {
		const { node, run, flowscale, requests } = await harness();
		const [going] = flowscale.addRuns(1, {
			state: 'running',
			completedAt: null,
			events: events.slice(0, 2),
		});
		if (fault) flowscale.fault(fault);
		let stop = () => {};
		const execution = run(
			node('run.getEvents', { runId: going.id, options: { timeout: 600 } }),
			item,
			{
				onStart: (started) => (stop = () => started.cancel()),
			},
		);
		await until(() => requests('events') > 0);
		const stoppedMs = Date.now();
		stop();
		expect((await execution).status).toBe('canceled');
		expect(Date.now() - stoppedMs).toBeLessThan(15_000);
		expect(going.state).toBe('running');
	},
	40_000,
);
