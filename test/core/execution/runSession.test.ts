import { suspendedHarness } from '../suspending/suspendedHarness';

it('Stop cancels no run that Retry On Fail found failed', async () => {
	let reads = 0;
	const harness = suspendedHarness({
		items: [
			[{ takesMs: 10_000, status: 'failed' }, { takesMs: 1e9 }],
			[{ takesMs: 1e9 }, { takesMs: 1e9 }],
		],
		waitMode: 'inExecution',
		options: { liveEvents: false },
		node: { retryOnFail: true, maxTries: 2 },
		// The run of the second item fails while nobody waits for it.
		onRead: (name) =>
			name === 'resource' &&
			++reads === 2 &&
			Object.assign(harness.runs[1], { endsMs: harness.clock.now(), status: 'failed' }),
	});
	const { clock, runs, cancelled, stop, play } = harness;
	clock.at(clock.now() + 60_000, stop);
	expect((await play()).error).toContain('canceled');
	expect([runs.length, cancelled.sort()]).toEqual([4, ['r3', 'r4']]);
});

it.each([
	['waits for a slot', []],
	['waits for a slot, and two were refused before they began', [7, 50]],
])('lists a batch at the pace of its ends once no item %s', async (_, doubtful) => {
	// A hundred runs on eight containers.
	const items = Array.from({ length: 100 }, (_, n) => [{ takesMs: 500 * Math.ceil((n + 1) / 8) }]);
	const { play, runs, looks } = suspendedHarness({
		items,
		...{ waitMode: 'inExecution', doubtful, isTolerant: true },
		options: { maxConcurrent: 100, pollInterval: 2, liveEvents: false },
	});
	const { items: out, endMs } = await play();
	expect(out).toHaveLength(100);
	expect(runs).toHaveLength(100 - doubtful.length);
	const lastEndMs = Math.max(...runs.map(({ endsMs }) => endsMs));
	// By the age of the runs it would be a quarter of their six seconds.
	expect(endMs - lastEndMs).toBeLessThanOrEqual(280);
	expect(looks.length).toBeLessThanOrEqual(20);
});
