import { passing, refusal, watchHarness, type Script } from './watchHarness';
import { aRun } from '../../harness/runs';

const NAMES = Array.from({ length: 100 }, (_, index) => `run-${index}`);
const after = (ms: number) => Object.fromEntries(NAMES.map((name) => [name, ms]));
const grouped = (script: Script) =>
	watchHarness({
		onList: () => 'runs',
		...script,
		settings: { unbegun: () => 100, ...script.settings },
	});

describe('many runs of one group', () => {
	it('cost one listing per tick and no single look', async () => {
		const { watch, looks, requests } = grouped({ endsAt: after(8_000) });
		const ends = await Promise.all(NAMES.map(async (name) => await watch(name)));
		expect(ends.every((end) => 'state' in end && end.state === 'succeeded')).toBe(true);
		expect([looks.length, requests('list g')]).toEqual([looks.length, looks.length]);
		expect(looks.length).toBeLessThanOrEqual(16);
	});

	it('cost at most two requests per second, however many end between them', async () => {
		const endsAt = Object.fromEntries(
			NAMES.map((name, index) => [name, 500 * (1 + Math.floor(index / 8))]),
		);
		const { watch, looks, clock } = grouped({ endsAt });
		await Promise.all(NAMES.map(async (name) => await watch(name)));
		expect(looks.length).toBeLessThanOrEqual((2 * clock.now()) / 1_000);
	});

	it('are listed once per group', async () => {
		const { watch, requests } = grouped({ endsAt: after(600) });
		await Promise.all([
			watch('run-1', { group: 'g' }),
			watch('run-2', { group: 'g' }),
			watch('run-3', { group: 'h' }),
			watch('run-4', { group: 'h' }),
		]);
		expect([requests('list g'), requests('list h')]).toEqual([2, 2]);
	});

	it.each([
		['a single one of its group', 'g'],
		['none of a group', null],
	])('but %s is looked at by itself', async (_, group) => {
		const { watch, requests } = grouped({ endsAt: after(600) });
		await watch('run-1', { group });
		expect(requests('list g')).toBe(0);
		expect(requests('run-1')).toBeGreaterThan(0);
	});

	it('are looked at one by one where the list leaves one out', async () => {
		const { watch, requests } = grouped({
			endsAt: after(600),
			onList: () => [aRun('run-1', { group_id: 'g', status: 'completed' })],
		});
		const ends = await Promise.all([watch('run-1'), watch('run-2')]);
		expect(ends).toMatchObject([{ state: 'succeeded' }, { state: 'succeeded' }]);
		expect([requests('run-1'), requests('run-2') > 0]).toEqual([0, true]);
	});

	it('are never looked at by more than ten at a time', async () => {
		let [atOnce, most] = [0, 0];
		const { watch } = watchHarness({
			settings: { unbegun: () => 100 },
			service: {
				poll: async ({ run_id: id }) => {
					most = Math.max(most, ++atOnce);
					await Promise.resolve();
					atOnce--;
					return aRun(id, { status: 'completed' });
				},
			},
		});
		await Promise.all(NAMES.map(async (name) => await watch(name)));
		expect(most).toBe(10);
	});
});

describe('a deployment that does not list groups', () => {
	it.each([
		['tells no run ids', undefined, 1],
		['refuses to list', refusal(403), 2],
		['has no such path', refusal(404), 1],
	])('%s: that is noticed, and the runs are polled one by one', async (_, received, lists) => {
		const { watch, requests } = grouped({ endsAt: after(20_000), onList: () => received });
		const ends = await Promise.all([watch('run-1'), watch('run-2')]);
		expect(ends).toMatchObject([{ state: 'succeeded' }, { state: 'succeeded' }]);
		expect(requests('list g')).toBe(lists);
	});

	it.each([401, 403])('for a stray HTTP %d only is listed again', async (status) => {
		const { watch, requests } = grouped({
			endsAt: after(20_000),
			onList: (lists) => (lists % 3 === 1 ? refusal(status) : 'runs'),
			onLook: (_, count) => (count % 2 === 1 ? refusal(status) : undefined),
		});
		const ends = await Promise.all(NAMES.slice(0, 4).map(async (name) => await watch(name)));
		expect(ends).toMatchObject(Array(4).fill({ state: 'succeeded' }));
		expect(requests('list g')).toBeGreaterThan(5);
	});

	it('for a moment only is listed again', async () => {
		const { watch, requests } = grouped({
			endsAt: after(20_000),
			onList: (lists) => (lists === 3 ? passing() : 'runs'),
		});
		const ends = await Promise.all([watch('run-1'), watch('run-2')]);
		expect(ends).toMatchObject([{ state: 'succeeded' }, { state: 'succeeded' }]);
		expect(requests('list g')).toBeGreaterThan(5);
		expect(requests('run-1')).toBe(0);
	});
});

describe('a list that is not answered', () => {
	it('does not hold its runs up: they are polled one by one after ten seconds', async () => {
		const harness = grouped({
			endsAt: after(1_000),
			service: {
				pollGroup: async () => {
					await harness.clock.pause(30_000);
					throw passing('It did not answer in time');
				},
			},
		});
		const ends = await Promise.all([harness.watch('run-1'), harness.watch('run-2')]);
		expect(ends).toMatchObject([{ state: 'succeeded' }, { state: 'succeeded' }]);
		expect(harness.clock.now()).toBeLessThan(12_000);
	});

	it('three times is given up', async () => {
		let lists = 0;
		const harness = grouped({
			endsAt: after(120_000),
			service: {
				pollGroup: async () => {
					lists++;
					await harness.clock.pause(30_000);
					return [];
				},
			},
		});
		await Promise.all([harness.watch('run-1'), harness.watch('run-2')]);
		expect(lists).toBe(3);
	});
});

describe('a second opinion', () => {
	it('before the time is up is the run’s own, where its list stays behind', async () => {
		const { watch, requests } = grouped({
			endsAt: after(20_000),
			onList: () =>
				['run-1', 'run-2'].map((name) => aRun(name, { group_id: 'g', status: 'running' })),
			service: { verify: async (run) => run },
		});
		const ends = await Promise.all(
			['run-1', 'run-2'].map(async (name) => await watch(name, { timeoutMs: 60_000 })),
		);
		expect(ends).toMatchObject([{ state: 'succeeded' }, { state: 'succeeded' }]);
		expect(requests('run-1')).toBe(1);
	});

	it('on one run of a group that cannot be had does not fail the others', async () => {
		const { watch } = grouped({
			onList: (lists) => [
				aRun('odd', { group_id: 'g', status: lists < 3 ? 'strange' : 'completed' }),
				aRun('even', { group_id: 'g', status: lists < 3 ? 'running' : 'completed' }),
			],
			service: { verify: async () => await Promise.reject(refusal(422)) },
		});
		expect(await Promise.all([watch('odd'), watch('even')])).toMatchObject([
			{ state: 'succeeded' },
			{ state: 'succeeded' },
		]);
	});

	it('settles a run whose status nobody knows', async () => {
		const { watch } = watchHarness({
			onLook: () => aRun('a', { status: 'strange' }),
			service: { verify: async (run) => ({ ...run, state: 'succeeded', finished: true }) },
		});
		expect(await watch('a')).toMatchObject({ state: 'succeeded', atMs: 250 });
	});

	it('on a run that says it is running is asked for about once a minute', async () => {
		let asked = 0;
		const { watch } = watchHarness({
			endsAt: { a: 600_000 },
			service: {
				verify: async (run) => {
					asked++;
					return run;
				},
			},
		});
		await watch('a');
		expect(asked).toBeGreaterThan(3);
		expect(asked).toBeLessThan(10);
	});

	it('is asked for before the time is up: a 408 may be the only sign of a timeout', async () => {
		const { watch } = watchHarness({
			service: { verify: async (run) => ({ ...run, state: 'timed_out', finished: true }) },
		});
		expect(await watch('a', { timeoutMs: 20_000 })).toMatchObject({ state: 'timed_out' });
	});
});
