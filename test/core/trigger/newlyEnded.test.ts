import {
	eventOf,
	LATENESS_MS,
	type Observation,
	readMemory,
	updateMemory,
	type Sighting,
	type TriggerMemory,
} from '../../../nodes/core/trigger/newlyEnded';
import { createRun } from '../../../nodes/core/runs/run';

const settings = { scope: 'here', isWanted: () => true };
const ended = (id: string, endMs: number | null, known = {}): Sighting => ({
	id,
	run: createRun({
		run_id: id,
		status: 'completed',
		created_at: new Date(0).toISOString(),
		completed_at: endMs === null ? null : new Date(endMs).toISOString(),
		...known,
	}),
});
const lookAt = (
	runs: Sighting[],
	extra: Partial<Observation<Sighting>> = {},
): Observation<Sighting> => ({
	runs,
	isComplete: true,
	reachedWatermark: true,
	isFromTop: true,
	latestEndMs: Number.POSITIVE_INFINITY,
	createdSinceMs: -1,
	nextPage: 1,
	...extra,
});
const START = 1_700_000_000_000;

/** What each look reports, and the memory in the end. */
function looks(...all: Array<[Observation<Sighting>, number]>): {
	received: string[][];
	memory: TriggerMemory;
} {
	let memory: TriggerMemory | undefined;
	const received = all.map(([observation, nowMs]) => {
		const step = updateMemory(memory, observation, nowMs, settings);
		memory = step.memory;
		return step.events.map(({ id }) => id);
	});
	return { received, memory: memory as unknown as TriggerMemory };
}

test.each([
	['completed', 'completed'],
	['failed', 'failed'],
	['timeout', 'failed'],
	['cancelled', 'cancelled'],
	['running', undefined],
	['dreaming', undefined],
])('the status %s is the event %s', (status, event) => {
	expect(eventOf(createRun({ status }))).toBe(event);
});

test('stays below 300 kB whatever happens, and forgets what cannot come again', () => {
	const burst = (name: string, count: number, endMs: (index: number) => number | null) =>
		Array.from({ length: count }, (_, index) =>
			ended(`${name}-${index}`, endMs(index), {
				created_at: new Date(START + index * 1_000).toISOString(),
			}),
		);
	const large = looks(
		[lookAt([]), 0],
		[lookAt(burst('a', 12_000, () => START)), 1_000],
		[lookAt(burst('b', 12_000, () => START)), 2_000],
		[lookAt(burst('c', 12_000, (index) => START + index * 9)), 3_000],
		[lookAt(burst('d', 5_000, () => null)), 4_000],
	);
	expect(large.received.map(({ length }) => length)).toEqual([0, 12_000, 12_000, 12_000, 5_000]);
	expect(JSON.stringify(large.memory).length).toBeLessThan(300_000);
	const later = updateMemory(
		large.memory,
		lookAt([ended('z', START + 10 * LATENESS_MS)]),
		5_000,
		settings,
	);
	expect(later.events).toHaveLength(1);
	expect(Object.keys(later.memory.ended.seen)).toHaveLength(1);
});

test('a quiet deployment takes little more than a few hundred bytes', () => {
	const { memory } = looks(
		[lookAt([ended('a', START)]), 0],
		[lookAt([ended('b', START + 1_000)]), 60_000],
	);
	expect(JSON.stringify(memory).length).toBeLessThan(300);
});

test('a poll that was cut off changes nothing but the page to continue with and the newest end seen', () => {
	const first = updateMemory(undefined, lookAt([ended('old', START)]), 0, settings).memory;
	const cut = updateMemory(
		first,
		lookAt([ended('new', START + 1)], { isComplete: false, nextPage: 121 }),
		1,
		settings,
	);
	expect(cut).toEqual({ memory: { ...first, topMs: START + 1, nextPage: 121 }, events: [] });
});

test('an end time that is filled in later does not make another run of it', () => {
	const { received } = looks(
		[lookAt([]), 0],
		[lookAt([ended('a', null)]), 1],
		[lookAt([ended('a', START)]), 2],
	);
	expect(received).toEqual([[], ['a'], []]);
});

test('an activation that could not read all of the last moments reports nothing of them', () => {
	const { received } = looks(
		[lookAt([ended('a', START)], { isComplete: false }), 0],
		[lookAt([ended('a', START), ended('b', START - 50), ended('c', START + 1)]), 1],
	);
	expect(received).toEqual([[], ['c']]);
});

test('an end in the future, by a clock that is ahead, hides no other run, and is reported once', () => {
	const hour = 3_600_000;
	const at = (nowMs: number, ...runs: Sighting[]): [Observation<Sighting>, number] => [
		lookAt(runs, { latestEndMs: nowMs + LATENESS_MS }),
		nowMs,
	];
	const [old, ahead, next, last] = [
		ended('old', START - 1_000),
		ended('ahead', START + hour),
		ended('next', START + 60_000),
		ended('last', START + 2 * hour),
	];
	const { received, memory } = looks(
		at(START, old),
		at(START + 30_000, ahead, old),
		at(START + 90_000, ahead, next, old),
		at(START + hour, ahead, next, old),
		at(START + 2 * hour, last, ahead, next, old),
	);
	expect(received).toEqual([[], ['ahead'], ['next'], [], ['last']]);
	expect(memory.ended.watermarkMs).toBe(START + 2 * hour - LATENESS_MS);
});

test('where every clock of the service’s machines is ahead, the history is none of the news', () => {
	const runs = [ended('b', START + 3_600_000), ended('a', START)];
	const [begin, early, fresh] = [
		{ latestEndMs: START - 600_000 },
		ended('early', START - 60_000),
		ended('c', START + 3_660_000),
	];
	expect(
		looks(
			[lookAt(runs, { ...begin, isComplete: false }), 0],
			[lookAt([fresh, ...runs, early], begin), 60_000],
		).received,
	).toEqual([[], ['c']]);
});

const sound = updateMemory(undefined, lookAt([ended('old', START)]), 0, settings).memory;
test.each<[string, unknown]>([
	['nothing', undefined],
	['a text', 'x'],
	['a list', []],
	['an older version', { ...sound, version: 0 }],
	['another scope', { ...sound, scope: 'there' }],
	['a page that is none', { ...sound, nextPage: 1.5 }],
	['a time that is none', { ...sound, markMs: null }],
	['no ledger', { ...sound, ended: undefined }],
	['a torn ledger', { ...sound, ended: { watermarkMs: 1, seen: { 1_700_000_000: 'short' } } }],
	['a second that is none', { ...sound, untimed: { watermarkMs: 1, seen: { now: '' } } }],
])('takes %s for no memory', (_name, stored) => {
	expect(readMemory(stored, 'here')).toBeUndefined();
});

test('reads its own memory back after it was stored as JSON', () => {
	expect(readMemory(JSON.parse(JSON.stringify(sound)), 'here')).toEqual(sound);
});

/** Ends of the other runs, which move the watermark on. */
const later = (endMs: number) => ended(`other-${endMs}`, endMs);

test.each([
	['both ends lie within four minutes', LATENESS_MS - 1_000, []],
	['its ends lie more than four minutes apart', LATENESS_MS + 2_000, ['again']],
])('a run that is run again under its own ID, where %s', (_, afterMs, reported) => {
	const first = START + 60_000;
	const { received } = looks(
		[lookAt([]), START],
		[lookAt([ended('again', first)]), first],
		// The watermark follows the newest end that was seen.
		[lookAt([later(first + afterMs)]), first + afterMs],
		[lookAt([ended('again', first + afterMs + 1_000)]), first + afterMs + 1_000],
	);
	expect(received[1]).toEqual(['again']);
	expect(received[3]).toEqual(reported);
});

test.each([
	['at', LATENESS_MS - 1_000, ['late']],
	['beyond', LATENESS_MS + 2_000, []],
])('a run that is listed %s the edge of skew and lag together', (_, lateMs, reported) => {
	const newest = START + 3_600_000;
	const { received } = looks(
		[lookAt([]), START],
		[lookAt([later(newest)]), newest],
		[lookAt([later(newest), ended('late', newest - lateMs)]), newest + 1_000],
	);
	expect(received[2]).toEqual(reported);
});
