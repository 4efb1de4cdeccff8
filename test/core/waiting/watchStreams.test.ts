import type { KnownRun } from '../../../nodes/core/runs/run';
import { Readable } from '../../../simulator/platform';
import { watchHarness, type Script } from './watchHarness';

interface Opened {
	runId: string;
	after: string | undefined;
	atMs: number;
	stream: Readable;
}

/** A watcher that follows event streams; `onOpen` says what each of them tells. */
function streamHarness({
	onOpen,
	...script
}: Script & { onOpen?: (opened: Opened, count: number) => void }) {
	const opened: Opened[] = [];
	const harness = watchHarness({
		...script,
		settings: { hasLiveEvents: true, unbegun: () => 0, ...script.settings },
		service: {
			openEvents: async (runId, after, signal) => {
				const stream = new Readable({ read: () => undefined });
				stream.on('error', () => undefined);
				signal.addEventListener('abort', () => stream.destroy());
				opened.push({ runId, after, atMs: harness.clock.now(), stream });
				onOpen?.(opened[opened.length - 1], opened.length);
				return stream;
			},
			meaningOf: ({ data }) => (data === 'ended' ? 'ended' : 'unfinished'),
			...script.service,
		},
	});
	return { ...harness, opened };
}

describe('an event stream', () => {
	it('slows the looks down and brings one forward at the end: three requests for a run', async () => {
		const harness = streamHarness({
			endsAt: { a: 3_000 },
			onOpen: ({ stream }) => harness.clock.at(3_000, () => stream.push('data: ended\n\n')),
		});
		expect(await harness.watch('a')).toEqual({ state: 'succeeded', atMs: 3_000 });
		expect([harness.looks, harness.opened.length]).toEqual([[[3_000, 'a']], 1]);
	});

	it('is closed once its run has ended', async () => {
		const harness = streamHarness({
			endsAt: { a: 300 },
			onOpen: ({ stream }) => harness.clock.at(400, () => stream.push('data: ended\n\n')),
		});
		await harness.watch('a');
		expect(harness.opened.map(({ stream }) => stream.destroyed)).toEqual([true]);
	});

	it('is closed by a stop', async () => {
		const harness = streamHarness({});
		harness.clock.at(5_000, () => harness.stop.abort());
		expect(await harness.watch('a')).toMatchObject({
			kind: 'ExecutionCancelledError',
			atMs: 5_000,
		});
		expect(harness.opened.map(({ stream }) => stream.destroyed)).toEqual([true]);
	});

	it('that never says anything is no reason to miss the end', async () => {
		const { watch } = streamHarness({ endsAt: { a: 12_000 } });
		const end = await watch('a');
		expect(end).toMatchObject({ state: 'succeeded' });
		expect(end.atMs).toBeLessThanOrEqual(22_000);
	});

	it('that never says anything is no reason to miss an end before the deadline', async () => {
		const { watch } = streamHarness({ endsAt: { a: 3_000 } });
		expect(await watch('a', { timeoutMs: 9_000 })).toEqual({ state: 'succeeded', atMs: 7_000 });
	});

	it('that lies is asked about a few times and then not believed any more', async () => {
		const harness = streamHarness({
			endsAt: { a: 60_000 },
			onOpen: ({ stream }, count) => {
				for (let ms = 100; ms < 20_000; ms += 100)
					harness.clock.at(
						harness.clock.now() + ms,
						() => count === 1 && !stream.destroyed && stream.push('data: ended\n\n'),
					);
			},
		});
		expect(await harness.watch('a')).toMatchObject({ state: 'succeeded' });
		expect(harness.opened.length).toBe(1);
		expect(harness.looks.length).toBeLessThan(50);
	});

	it('that breaks off is opened again after the last event, a few times', async () => {
		const harness = streamHarness({
			endsAt: { a: 60_000 },
			onOpen: ({ stream }, count) => {
				stream.push(`id: ${count}\ndata: x\n\n: keep-alive\n\n`);
				stream.push(null);
			},
		});
		expect(await harness.watch('a')).toMatchObject({ state: 'succeeded' });
		expect(harness.opened.map(({ after }) => after)).toEqual([undefined, '1', '2', '3', '4', '5']);
		expect(harness.looks.length).toBeLessThan(50);
	});

	it('that goes silent is closed after a minute at the latest', async () => {
		const harness = streamHarness({ endsAt: { a: 100_000 } });
		await harness.watch('a');
		expect(harness.opened[0].stream.destroyed).toBe(true);
		expect(harness.opened.length).toBeGreaterThan(1);
		expect(harness.opened[1].atMs).toBeLessThanOrEqual(62_000);
	});

	it('that goes silent ends by its aborted request: a destroyed answer may keep its reader', async () => {
		const opened: AbortSignal[] = [];
		const { watch } = streamHarness({
			endsAt: { a: 100_000 },
			service: {
				openEvents: async (_runId, _after, signal) => {
					opened.push(signal);
					const stream = new Readable({ read: () => undefined });
					const destroy = stream.destroy.bind(stream);
					stream.destroy = () => (signal.aborted ? destroy() : stream);
					signal.addEventListener('abort', () => stream.destroy());
					return stream;
				},
			},
		});
		await watch('a');
		expect(opened.length).toBeGreaterThan(1);
		expect(opened.map(({ aborted }) => aborted)).toEqual(opened.map(() => true));
	});

	it('is not asked for again where the deployment has none', async () => {
		let asked = 0;
		const { watch } = streamHarness({
			endsAt: { a: 9_000, b: 9_000 },
			service: {
				openEvents: async () => {
					asked++;
					return undefined;
				},
			},
		});
		await watch('a');
		await watch('b');
		expect(asked).toBe(1);
	});

	it.each([
		['switched off', { hasLiveEvents: false }],
		['of more than four runs', { unbegun: () => 4 }],
	])('is not opened when %s', async (_, settings) => {
		const { watch, opened } = streamHarness({ endsAt: { a: 5_000 }, settings });
		await watch('a');
		expect(opened).toEqual([]);
	});

	it('is opened once for two items that wait on one run, and kept until both have their result', async () => {
		const harness = streamHarness({ endsAt: { a: 60_000 } });
		const [first, second] = await Promise.all([
			harness.watch('a', { timeoutMs: 5_000 }),
			harness.watch('a'),
		]);
		expect([first, second]).toMatchObject([{ kind: 'WaitTimeout' }, { state: 'succeeded' }]);
		expect(harness.opened.filter(({ atMs }) => atMs < 45_000).length).toBe(1);
	});

	it('is opened for the last four of six runs, once two have ended', async () => {
		const names = ['a', 'b', 'c', 'd', 'e', 'f'];
		let unbegun = names.length;
		const harness = streamHarness({
			endsAt: Object.fromEntries(names.map((name, n) => [name, n < 2 ? 5_000 : 60_000])),
			settings: { unbegun: () => unbegun },
		});
		const ends = names.map(async (name) => {
			unbegun--;
			return await harness.watch(name);
		});
		await Promise.all(ends);
		expect(harness.opened.map(({ runId }) => runId).sort()).toEqual(['c', 'd', 'e', 'f']);
	});
});

describe('the watcher never spins', () => {
	it('while a look hangs and the stream says that the run has ended', async () => {
		const harness = streamHarness({
			endsAt: { a: 2_000 },
			lookMs: 60_000,
			onOpen: ({ stream }) => {
				harness.clock.at(11_000, () => stream.push('data: ended\n\n'));
				harness.clock.at(12_000, () => stream.push('data: ended\n\n'));
			},
		});
		expect(await harness.watch('a')).toMatchObject({ state: 'succeeded' });
		expect(harness.clock.waits.length).toBeLessThan(100);
	});

	it('when events come in by the thousand', async () => {
		const harness = streamHarness({
			endsAt: { a: 5_000 },
			onOpen: ({ stream }) => stream.push('data: x\n\n'.repeat(10_000)),
		});
		expect(await harness.watch('a')).toMatchObject({ state: 'succeeded' });
		expect([harness.looks.length < 20, harness.clock.waits.length < 100]).toEqual([true, true]);
	});
});

it('reports each change of a run’s state once', async () => {
	const changes: string[] = [];
	const { watch } = watchHarness({
		endsAt: { a: 5_000 },
		settings: { onChange: ({ state }: KnownRun) => changes.push(state) },
	});
	await watch('a');
	expect(changes).toEqual(['running', 'succeeded']);
});
