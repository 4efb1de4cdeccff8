import { beginningOf, durationText } from '../../../nodes/core/waiting/beginning';
import type { KnownRun } from '../../../nodes/core/runs/run';
import { aRun, endOf } from '../../harness/runs';
import { watchHarness } from './watchHarness';

const STARTED = '2026-01-01T00:00:00Z';

describe('a run has begun', () => {
	it.each<[string, string | null, boolean, string]>([
		['queued', null, true, 'waiting'],
		['pending', null, false, 'waiting'],
		['running', null, false, 'begun'],
		['running', null, true, 'begun'],
		['in_progress', null, true, 'waiting'],
		['in_progress', STARTED, true, 'begun'],
		['in_progress', null, false, 'unclear'],
		['strange', null, true, 'waiting'],
		['strange', STARTED, true, 'begun'],
		['strange', null, false, 'unclear'],
		['completed', null, false, 'begun'],
	])('%s, started at %p, start times reported %p: %s', (status, started_at, reports, expected) => {
		expect(beginningOf(aRun('a', { status, started_at }), reports)).toBe(expected);
	});
});

it.each([
	[1_000, '1 s'],
	[1_500, '1.5 s'],
	[60_000, '1 minute'],
	[90_000, '90 s'],
	[300_000, '5 minutes'],
])('%d ms are %s', (ms, text) => expect(durationText(ms)).toBe(text));

describe('Start Timeout', () => {
	const startTimeoutMs = 300_000;
	const far = Number.POSITIVE_INFINITY;
	/** A run that is queued until it begins, and then works for a minute. */
	function begins(beginMs: number, words: [string, string], reportsStart = false) {
		const unclear: KnownRun[] = [];
		const harness = watchHarness({
			settings: { onUnclearStart: (run) => unclear.push(run) },
			onLook: () => {
				const now = harness.clock.now();
				const status = now < beginMs ? words[0] : now < beginMs + 60_000 ? words[1] : 'completed';
				return aRun('a', { status, started_at: reportsStart && now >= beginMs ? STARTED : null });
			},
			service: { reportsStart: () => reportsStart },
		});
		return { ...harness, unclear };
	}

	it('ends the wait for a run that has not begun, at once', async () => {
		const { watcher, clock } = begins(1e9, ['queued', 'running']);
		expect(await endOf(watcher.watch(aRun('a'), far, undefined, startTimeoutMs))).toMatchObject({
			kind: 'StartTimeout',
			message: 'The run had not begun after 5 minutes',
		});
		expect(clock.now()).toBe(300_000);
	});

	it('goes by the time of the start where one word stands for both', async () => {
		const { watcher } = begins(1e9, ['in_progress', 'in_progress'], true);
		expect(await endOf(watcher.watch(aRun('a'), far, undefined, startTimeoutMs))).toMatchObject({
			kind: 'StartTimeout',
		});
	});

	it.each<[string, [string, string], boolean]>([
		['by its word', ['queued', 'running'], false],
		['by the time of its start', ['in_progress', 'in_progress'], true],
	])('leaves a run alone that began in time %s', async (_, words, reportsStart) => {
		const { watcher, unclear } = begins(290_000, words, reportsStart);
		expect(await watcher.watch(aRun('a'), far, undefined, startTimeoutMs)).toMatchObject({
			state: 'succeeded',
		});
		expect(unclear).toEqual([]);
	});

	it('says that it cannot work where neither is reported, and leaves the run alone', async () => {
		const { watcher, unclear } = begins(400_000, ['in_progress', 'in_progress']);
		expect(await watcher.watch(aRun('a'), far, undefined, startTimeoutMs)).toMatchObject({
			state: 'succeeded',
		});
		expect(unclear).toHaveLength(1);
	});
});
