import { passing, refusal, watchHarness } from './watchHarness';
import { aRun, endOf } from '../../harness/runs';

describe('one run', () => {
	it('is looked at quickly first, then at the interval, until it ends', async () => {
		const { watch, looks } = watchHarness({ endsAt: { a: 12_000 } });
		expect(await watch('a')).toMatchObject({ state: 'succeeded' });
		expect(looks.map(([ms]) => Math.round(ms))).toEqual([
			250, 500, 750, 1_000, 1_250, 1_563, 1_953, 2_441, 3_052, 3_815, 4_768, 5_960, 7_451, 9_313,
			11_313, 13_313,
		]);
	});

	it('of ten minutes costs at most 100 requests', async () => {
		const { watch, looks } = watchHarness({ endsAt: { a: 600_000 } });
		expect(await watch('a')).toMatchObject({ state: 'succeeded' });
		expect(looks.length).toBeLessThanOrEqual(100);
	});

	it('of which only the id is known is looked at once before anybody sleeps', async () => {
		const { watch, looks, clock } = watchHarness({ endsAt: { a: 0 } });
		expect(await watch('a', { status: 'unknown' })).toEqual({ state: 'succeeded', atMs: 0 });
		expect([looks.length, clock.waits.filter(Number.isFinite)]).toEqual([1, []]);
	});

	it('that has ended already costs nothing', async () => {
		const { watcher, looks } = watchHarness({});
		const run = aRun('a', { status: 'completed' });
		expect(await watcher.watch(run, 1)).toEqual(run);
		expect(looks).toEqual([]);
	});

	it.each([
		['failed', 'failed'],
		['canceled', 'cancelled'],
		['timeout', 'timed_out'],
	])('that is %s has ended too', async (status, state) => {
		const { watch } = watchHarness({ onLook: () => aRun('a', { status }) });
		expect(await watch('a')).toMatchObject({ state });
	});

	it('that two items wait for is reported to both', async () => {
		const { watch } = watchHarness({ endsAt: { a: 3_000 } });
		const ends = await Promise.all([watch('a'), watch('a')]);
		expect(ends.map((end) => 'state' in end && end.state)).toEqual(['succeeded', 'succeeded']);
	});

	it('is watched anew by an item that comes after all others have ended', async () => {
		const { watch } = watchHarness({ endsAt: { a: 300, b: 5_000 } });
		await watch('a');
		for (let turn = 0; turn < 12; turn++) await Promise.resolve();
		expect(await watch('b')).toMatchObject({ state: 'succeeded' });
	});

	it.each(Array.from({ length: 24 }, (_, resumes) => [resumes]))(
		'is watched anew by an item that comes %d turns after the last one ended',
		async (resumes) => {
			const { watcher } = watchHarness({ endsAt: { a: 300, b: 400 } });
			const far = Number.POSITIVE_INFINITY;
			await watcher.watch(aRun('a'), far);
			for (let turn = 0; turn < resumes; turn++) await Promise.resolve();
			expect(await watcher.watch(aRun('b'), far)).toMatchObject({ state: 'succeeded' });
		},
	);

	it('keeps what an earlier answer had and a sparse poll leaves out', async () => {
		const { watcher } = watchHarness({ onLook: () => aRun('a', { status: 'completed' }) });
		const known = {
			workflow_id: 'w',
			group_id: 'g',
			output_names: ['x'],
			inputs: { prompt: 'a fox' },
			created_at: '2026-01-01T00:00:00Z',
		};
		expect(await watcher.watch(aRun('a', known), 60_000)).toMatchObject({
			...known,
			state: 'succeeded',
		});
	});
});

describe('the deadline', () => {
	it('ends the wait on time, with what to do next, and leaves the run alone', async () => {
		const { watch, looks, clock } = watchHarness({});
		expect(await watch('a', { timeoutMs: 5_000 })).toEqual({
			kind: 'WaitTimeout',
			message: 'The run did not end within 5 s',
			atMs: 5_000,
		});
		const sent = looks.length;
		await clock.pause(60_000);
		expect(looks.length).toBe(sent);
	});

	it('names the last failure of a service that was down', async () => {
		const { watch } = watchHarness({ onLook: () => passing('Flowscale answered HTTP 503') });
		expect(await watch('a', { timeoutMs: 5_000 })).toMatchObject({
			message: expect.stringContaining('The last check failed: Flowscale answered HTTP 503'),
		});
	});

	it('of one run does not touch the others', async () => {
		const { watch } = watchHarness({ endsAt: { b: 9_000 } });
		const [a, b] = await Promise.all([watch('a', { timeoutMs: 5_000 }), watch('b')]);
		expect([a, b]).toMatchObject([{ kind: 'WaitTimeout', atMs: 5_000 }, { state: 'succeeded' }]);
	});

	it('holds while a look hangs', async () => {
		const { watch } = watchHarness({ lookMs: 60_000 });
		expect(await watch('a', { timeoutMs: 5_000 })).toMatchObject({
			kind: 'WaitTimeout',
			atMs: 5_000,
		});
	});
});

describe('a stop', () => {
	it('ends all waits at once and looks no more', async () => {
		const { watch, stop, clock, looks } = watchHarness({});
		clock.at(60_000, () => stop.abort());
		const ends = await Promise.all([watch('a'), watch('b')]);
		expect(ends).toMatchObject([
			{ kind: 'ExecutionCancelledError', atMs: 60_000 },
			{ kind: 'ExecutionCancelledError', atMs: 60_000 },
		]);
		const sent = looks.length;
		await clock.pause(60_000);
		expect(looks.length).toBe(sent);
	});

	it('ends a wait that begins after it', async () => {
		const { watch, stop, looks } = watchHarness({});
		stop.abort();
		expect(await watch('a')).toMatchObject({ kind: 'ExecutionCancelledError' });
		expect(looks).toEqual([]);
	});

	it('ends a wait whose look hangs', async () => {
		const { watch, stop, clock } = watchHarness({ lookMs: 600_000 });
		clock.at(1_000, () => stop.abort());
		expect(await watch('a')).toMatchObject({ kind: 'ExecutionCancelledError', atMs: 1_000 });
	});
});

describe('a look that fails', () => {
	it('does not fail the run: looks go on with growing pauses', async () => {
		const { watch, looks } = watchHarness({
			endsAt: { a: 0 },
			onLook: (_, count) => (count < 4 ? passing() : undefined),
		});
		expect(await watch('a')).toMatchObject({ state: 'succeeded' });
		expect(looks.map(([ms]) => ms)).toEqual([250, 2_250, 6_250, 14_250]);
	});

	it.each([
		['a while, as the service asks', 7_000, 7_250],
		['a minute at most', 1e12, 60_250],
	])('waits %s', async (_, asked, next) => {
		const { watch, looks } = watchHarness({
			endsAt: { a: 0 },
			onLook: (__, count) => (count < 2 ? passing('busy', asked) : undefined),
		});
		await watch('a');
		expect(looks.map(([ms]) => ms)).toEqual([250, next]);
	});

	it('ends the wait when the service is down for more than five minutes', async () => {
		const { watch } = watchHarness({ onLook: () => passing('down') });
		const end = await watch('a');
		expect(end).toMatchObject({ kind: 'ServiceError', message: 'down' });
		expect(end.atMs).toBeGreaterThan(300_000);
		expect(end.atMs).toBeLessThan(320_000);
	});

	it('is forgotten once a look goes well', async () => {
		const { watch } = watchHarness({
			endsAt: { a: 900_000 },
			onLook: (_, count) => (count % 2 ? passing() : undefined),
		});
		expect(await watch('a')).toMatchObject({ state: 'succeeded' });
	});

	it.each([
		[400, 1],
		[401, 2],
		[403, 2],
		[422, 1],
	])('for good (HTTP %d) ends the wait after %d polls', async (status, count) => {
		const { watch, looks } = watchHarness({ onLook: () => refusal(status) });
		expect(await watch('a')).toMatchObject({ message: `HTTP ${status}` });
		expect(looks.length).toBe(count);
	});

	it.each([401, 403])(
		'with a single HTTP %d now and then does not end the wait',
		async (status) => {
			const { watch } = watchHarness({
				endsAt: { a: 60_000 },
				onLook: (_, count) => (count % 2 ? refusal(status) : undefined),
			});
			expect(await watch('a')).toMatchObject({ state: 'succeeded' });
		},
	);

	it('with a 401 is confirmed by the next one, whatever failed in between', async () => {
		const { watch, looks } = watchHarness({
			onLook: (_, count) => (count === 2 ? passing() : refusal(401)),
		});
		expect(await watch('a')).toMatchObject({ message: 'HTTP 401' });
		expect(looks.length).toBe(3);
	});
});

describe('a run that the service does not know', () => {
	it('is waited for a little, since a start may be answered before the run can be read', async () => {
		const { watch } = watchHarness({
			endsAt: { a: 0 },
			onLook: (_, count) => (count < 5 ? null : undefined),
		});
		expect(await watch('a')).toMatchObject({ state: 'succeeded' });
	});

	it('ends the wait after fifteen seconds', async () => {
		const end = await watchHarness({ onLook: () => null }).watch('a');
		expect(end).toMatchObject({ message: 'Flowscale does not know the run' });
		expect(end.atMs).toBeGreaterThan(15_000);
		expect(end.atMs).toBeLessThan(22_000);
	});

	it('for a moment, in the middle of its life, is not given up', async () => {
		const { watch } = watchHarness({
			endsAt: { a: 120_000 },
			onLook: (_, count) => (count === 30 ? null : undefined),
		});
		expect(await watch('a')).toMatchObject({ state: 'succeeded' });
	});
});

describe('waits that come back from a suspension', () => {
	const HOUR = 3_600_000;
	const ids = Array.from({ length: 300 }, (_, index) => `run-${index}`);

	it('join one after another, and their group is listed once', async () => {
		const { watcher, clock, looks } = watchHarness({
			onList: () => 'runs',
			settings: { unbegun: () => ids.length },
		});
		const resumePolls = watcher.holdPolls();
		clock.at(clock.now() + 2_000, resumePolls);
		const ends = ids.map(async (runId, index) => {
			await clock.pause(index * 5);
			const run = aRun(runId, { group_id: 'g', status: 'unknown' });
			const pollWindow = { sinceMs: clock.now() - HOUR, verifiedMs: clock.now() };
			return await endOf(watcher.watch(run, clock.now() + 3_000, pollWindow));
		});
		expect((await Promise.all(ends)).every((end) => 'kind' in end)).toBe(true);
		expect(looks.map(([, what]) => what)).toEqual(['list g']);
	});

	it('are polled once although their time was over before the server came to it', async () => {
		const { watcher, clock, looks } = watchHarness({
			endsAt: { a: 0, b: 0 },
			onList: () => 'runs',
			settings: { unbegun: () => 1 },
		});
		const pollWindow = { sinceMs: clock.now() - HOUR, verifiedMs: clock.now() };
		const ends = ['a', 'b'].map(async (runId) => {
			const run = aRun(runId, { group_id: 'g', status: 'unknown' });
			return await watcher.watch(run, clock.now() - 60_000, pollWindow);
		});
		clock.block(60_000);
		expect(await Promise.all(ends)).toMatchObject([{ state: 'succeeded' }, { state: 'succeeded' }]);
		expect(looks.map(([, what]) => what)).toEqual(['list g']);
	});
});
