import {
	beforeDeadline,
	duePolls,
	endOfWaitMs,
	firstPollMs,
	groupPollMs,
	nextWakeMs,
	pauseBeforeListing,
	pauseBeforePoll,
	verificationOf,
	type WatchFacts,
} from '../../../nodes/core/waiting/schedule';
import { type WatchedRun, watchedRun } from '../../../nodes/core/waiting/watchedRun';
import { aRun } from '../../harness/runs';

const NOW = 1_000_000;
const FACTS: WatchFacts = {
	nowMs: NOW,
	intervalMs: 2_000,
	canListGroups: true,
	outstanding: 100,
	watched: 100,
	ended: 0,
	firstSinceMs: NOW - 10_000,
};

/** A run that has been watched for ten seconds and is due in one. */
function watched(change: Partial<WatchedRun> = {}, groupId: string | null = 'g'): WatchedRun {
	return watchedRun(
		{
			run: aRun('a', { group_id: groupId }),
			sinceMs: NOW - 10_000,
			deadlineMs: Number.POSITIVE_INFINITY,
			dueMs: NOW + 1_000,
			settle: () => undefined,
			verifiedMs: NOW,
			...change,
		},
		NOW,
	);
}

describe('the first poll of a run', () => {
	const due = (ms: number, isPolling = false) => watched({ dueMs: NOW + ms, isPolling });
	it.each<[string, string, string | null, boolean, WatchedRun[], Partial<WatchFacts>, number]>([
		['just started, alone', 'queued', null, false, [], { outstanding: 1 }, 250],
		['just started, few', 'queued', 'g', false, [due(900)], { outstanding: 4 }, 250],
		['the first of a group', 'queued', 'g', false, [], {}, 500],
		['joins a group', 'queued', 'g', false, [due(1_300)], {}, 1_300],
		['joins a group that is due soon', 'queued', 'g', false, [due(100)], {}, 250],
		['joins a group that is due late', 'queued', 'g', false, [due(9_000)], {}, 2_000],
		['joins a group while it is polled', 'queued', 'g', false, [due(100, true)], {}, 500],
		['of a group without listings', 'queued', 'g', false, [due(9)], { canListGroups: false }, 250],
		['only its id is known', 'unknown', null, false, [], {}, 0],
		['only its id is known, of many', 'unknown', 'g', false, [], {}, 10],
		['only its id is known, no listings', 'unknown', 'g', false, [], { canListGroups: false }, 0],
		['may be suspended', 'queued', null, true, [], { outstanding: 1 }, 2_000],
	])('%s', (_, status, groupId, hasPollWindow, all, change, expectedMs) => {
		const run = aRun('b', { status, group_id: groupId });
		const dueMs = () => groupPollMs(all, groupId);
		expect(firstPollMs(run, NOW, hasPollWindow, dueMs, { ...FACTS, ...change }) - NOW).toBe(
			expectedMs,
		);
	});
});

describe('the pause before the next poll', () => {
	const pair = [watched(), watched({ sinceMs: NOW - 100_000 })];
	it.each<[string, Partial<WatchedRun>, WatchedRun[], boolean, Partial<WatchFacts>, number]>([
		['of a single run is by its age', {}, [watched()], false, {}, 2_000],
		['of a group is by its oldest run', {}, pair, false, {}, 8_000],
		['without listings is by the run’s own age', {}, pair, false, { canListGroups: false }, 2_000],
		['with an open stream is five intervals', {}, pair, true, {}, 10_000],
		['of a wait that may be suspended is long', { hasPollWindow: true }, pair, false, {}, 8_000],
		['and with little else to do', { hasPollWindow: true }, [watched()], false, {}, 2_500],
		['near the end of a group is half of what is left', {}, pair, false, { ended: 900 }, 555],
	])('%s', (_, change, group, isStreamTrusted, facts, expectedMs) => {
		const all = { ...FACTS, ...facts };
		const listingMs = pauseBeforeListing(group, all);
		expect(Math.floor(pauseBeforePoll(watched(change), listingMs, isStreamTrusted, all))).toBe(
			expectedMs,
		);
	});
});

describe('a deadline', () => {
	it.each([
		['far away changes nothing', 60_000, 5_000, 5_000],
		['moves a later poll before it', 6_000, 5_000, 4_000],
		['that is too close for one more poll changes nothing', 3_500, 5_000, 5_000],
	])('%s', (_, deadlineMs, dueMs, expectedMs) => {
		const one = watched({ deadlineMs: NOW + deadlineMs });
		expect(beforeDeadline(one, NOW + dueMs, NOW) - NOW).toBe(expectedMs);
	});

	it.each<[string, Partial<WatchedRun>, number]>([
		['ends the wait', {}, 0],
		['ends the wait while a poll hangs', { isPolling: true }, 0],
		['waits for the one poll after a suspension', { isPolling: true, isReturning: true }, 30_000],
		['never comes before that poll was made', { isReturning: true }, Number.POSITIVE_INFINITY],
		['does not wait for a second one', { isPolling: true, isReturning: true, isNew: false }, 0],
	])('%s', (_, change, expectedMs) => {
		expect(endOfWaitMs(watched({ ...change, deadlineMs: NOW })) - NOW).toBe(expectedMs);
	});
});

describe('what is polled now', () => {
	const due = watched({ dueMs: NOW });
	const later = watched();
	const polling = watched({ dueMs: NOW, isPolling: true });
	const alone = watched({ dueMs: NOW }, null);
	const aloneLater = watched({}, null);
	it('is the whole group of a run that is due, and single runs that are due', () => {
		expect(duePolls([due, later, polling, alone, aloneLater], FACTS)).toEqual([
			{ groupId: 'g', watched: [due, later] },
			{ groupId: null, watched: [alone] },
		]);
	});

	it('is each run that is due, where groups cannot be listed', () => {
		expect(duePolls([due, later, alone], { ...FACTS, canListGroups: false })).toEqual([
			{ groupId: null, watched: [due, alone] },
		]);
	});

	it('is nothing while nothing is due', () => {
		expect(duePolls([later, polling], FACTS)).toEqual([]);
	});
});

it.each<[string, Array<Partial<WatchedRun>>, number]>([
	['the next poll', [{ dueMs: NOW + 900 }, {}], 900],
	['a deadline before it', [{ deadlineMs: NOW + 300 }], 300],
	['not for a poll under way', [{ dueMs: NOW, isPolling: true, deadlineMs: NOW + 700 }], 700],
	['never for nothing', [], Number.POSITIVE_INFINITY],
])('the watcher wakes for %s', (_, changes, expectedMs) => {
	expect(nextWakeMs(changes.map((change) => watched(change))) - NOW).toBe(expectedMs);
});

describe('a status is verified', () => {
	const late = { deadlineMs: NOW + 1_500, verifiedMs: NOW - 5_000 };
	it.each<[string, string, Partial<WatchedRun>, boolean, string]>([
		['never when it says that the run has ended', 'completed', late, true, 'none'],
		['each time when it says nothing', 'strange', {}, false, 'outputs'],
		['not while it is fresh', 'running', {}, false, 'none'],
		['after a minute', 'running', { verifiedMs: NOW - 60_001 }, false, 'outputs'],
		[
			'after a fifth of a long wait',
			'running',
			{ sinceMs: 0, verifiedMs: NOW - 60_001 },
			false,
			'none',
		],
		['before the deadline', 'running', late, false, 'outputs'],
		[
			'before the deadline with the run itself, where it is listed',
			'running',
			late,
			true,
			'runAndOutputs',
		],
		[
			'not before the end of a poll window',
			'running',
			{ ...late, hasPollWindow: true },
			true,
			'none',
		],
		['once before the deadline', 'running', { ...late, verifiedMs: NOW - 100 }, true, 'none'],
		['when it ended as nobody knows how, without outputs', 'moderated', {}, false, 'outputs'],
	])('%s', (_, status, change, isListed, expected) => {
		const completed_at = status === 'moderated' ? '2026-01-01T00:00:00Z' : null;
		expect(
			verificationOf(watched(change), aRun('a', { status, completed_at }), isListed, NOW),
		).toBe(expected);
	});
});
