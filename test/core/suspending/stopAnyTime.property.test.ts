import fc from 'fast-check';
import { suspendedHarness } from './suspendedHarness';

const MINUTE = 60_000;
const WINDOW_ENDS_MS = [MINUTE, 2 * MINUTE, 2 * MINUTE + 3_000];

/** An execution on a server that is more or less busy, and when it is stopped. */
const worlds = fc.record({
	runMinutes: fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 6 }),
	maxConcurrent: fc.integer({ min: 1, max: 6 }),
	isTolerant: fc.boolean(),
	/** n8n calls the node again after Stop, too. */
	retryOnFail: fc.boolean(),
	timeout: fc.constantFrom(0, 0, 90, 300),
	/** Time that reading a parameter takes, and what the clock shows later each time it is read, ms. */
	readMs: fc.integer({ min: 0, max: 14 }),
	tickMs: fc.integer({ min: 0, max: 6 }),
	stop: fc.oneof(
		fc.record({ atRead: fc.integer({ min: 1, max: 60 }) }),
		fc.record({
			atMs: fc.oneof(
				fc
					.constantFrom(...WINDOW_ENDS_MS)
					.chain((ms) => fc.integer({ min: ms - 20, max: ms + 40 })),
				fc.integer({ min: 0, max: 10 * MINUTE }),
			),
		}),
	),
});
type World = typeof worlds extends fc.Arbitrary<infer T> ? T : never;

/** What is wrong after Stop; undefined where the execution was over by then. */
async function afterStop(world: World) {
	const { runMinutes, maxConcurrent, isTolerant, retryOnFail, timeout } = world;
	const { readMs, tickMs, stop } = world;
	let [reads, stoppedMs] = [0, Number.POSITIVE_INFINITY];
	const harness = suspendedHarness({
		items: runMinutes.map((minutes) => [{ takesMs: minutes * MINUTE + 1_000 }]),
		options: { timeout, maxConcurrent },
		node: { retryOnFail },
		isTolerant,
		onRead: () => {
			if ('atRead' in stop && ++reads === stop.atRead) stopNow();
			harness.clock.block(readMs);
		},
	});
	const { clock, runs, cancelled } = harness;
	const now = clock.now;
	const stopNow = () => {
		stoppedMs = now();
		harness.stop();
	};
	const stopMs = 'atMs' in stop ? now() + stop.atMs : Number.POSITIVE_INFINITY;
	if ('atMs' in stop) clock.at(stopMs, stopNow);
	clock.now = () => {
		if (Math.abs(now() - stopMs) < 300) clock.block(tickMs);
		return now();
	};
	const { error } = await harness.play();
	await clock.pause(5_000);
	if (error === undefined) return undefined;
	return {
		open: runs.filter(({ id, endsMs }) => endsMs > stoppedMs + 2_000 && !cancelled.includes(id)),
		startedLater: runs.filter(({ startedMs }) => startedMs > stoppedMs + 20),
		cancelledTwice: cancelled.filter((id, index) => cancelled.indexOf(id) !== index),
	};
}

test('whenever Stop comes, every run in progress is cancelled, once, and no other is started', async () => {
	let stops = 0;
	await fc.assert(
		fc.asyncProperty(worlds, async (world) => {
			const left = await afterStop(world);
			if (left === undefined) return;
			stops++;
			expect(left).toEqual({ open: [], startedLater: [], cancelledTwice: [] });
		}),
		{ numRuns: 300 },
	);
	expect(stops).toBeGreaterThan(150);
});
