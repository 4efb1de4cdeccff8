import { suspendedHarness } from '../suspending/suspendedHarness';

it('lists a batch at the pace of its ends once no item waits for a slot', async () => {
	// A hundred runs on eight containers.
	const items = Array.from({ length: 100 }, (_, n) => [{ takesMs: 500 * Math.ceil((n + 1) / 8) }]);
	const { play, runs, looks } = suspendedHarness({
		items,
		waitMode: 'inExecution',
		options: { maxConcurrent: 100, pollInterval: 2, liveEvents: false },
	});
	const { items: out, endMs } = await play();
	expect(out).toHaveLength(100);
	const lastEndMs = Math.max(...runs.map(({ endsMs }) => endsMs));
	// By the age of the runs it would be a quarter of their six seconds.
	expect(endMs - lastEndMs).toBeLessThanOrEqual(280);
	expect(looks.length).toBeLessThanOrEqual(20);
});
