import { entriesAbove, openCount, pageAround } from '../../../nodes/core/trigger/listCount';
import {
	type Observation,
	type Sighting,
	type TriggerMemory,
	readMemory,
	updateMemory,
} from '../../../nodes/core/trigger/newlyEnded';
import { createRun } from '../../../nodes/core/runs/run';

const START = 1_700_000_000_000;
const NONE = Number.NaN;

const settings = {
	scope: 'here',
	isWanted: ({ status }: { status: string }) => status === 'completed',
};
const ended = (id: string, endMs: number, status = 'completed'): Sighting => ({
	id,
	run: createRun({ run_id: id, status, completed_at: new Date(endMs).toISOString() }),
});
const observed = (runs: Sighting[]): Observation<Sighting> => ({
	runs,
	isComplete: true,
	reachedWatermark: true,
	isFromTop: true,
	latestEndMs: Number.POSITIVE_INFINITY,
	createdSinceMs: -1,
	nextPage: 1,
});

function memoryAfter(...polls: Sighting[][]): TriggerMemory {
	const memory = polls.reduce<TriggerMemory | undefined>(
		(before, runs, index) =>
			updateMemory(before, observed(runs), START + index * 1_000, settings).memory,
		undefined,
	);
	return memory as TriggerMemory;
}

/** Entries that must stand above the watermark after these polls. */
const expectedAfter = (polls: Sighting[][], firstPage: Array<[string, number]> = []) => {
	const entries = firstPage.map(([id, endMs]) => ({ id, endMs }));
	return openCount(memoryAfter(...polls), entries).expected(entries);
};

const OLD = ended('old', START);
test.each<[string, Sighting[][], Array<[string, number]>, number]>([
	['the run that sets the watermark', [[OLD]], [], 1],
	['a run that was reported', [[OLD], [ended('a', START + 1)]], [], 2],
	[
		'a failed run, where only completed ones are wanted',
		[[OLD], [ended('a', START + 1, 'failed')]],
		[],
		2,
	],
	[
		'a run that failed and then completed, once',
		[[OLD], [ended('a', START + 1, 'failed')], [ended('a', START + 9)]],
		[],
		2,
	],
	[
		'a run that ended again in a later second, once',
		[[OLD], [ended('a', START + 1)], [ended('a', START + 9_000)]],
		[],
		2,
	],
	['a new run of the first page', [[OLD]], [['b', START + 5]], 2],
	[
		'a run of the first page that is known, once',
		[[OLD], [ended('a', START + 1)]],
		[['a', START + 1]],
		2,
	],
	[
		'a run of the first page that ended before the watermark, not',
		[[OLD]],
		[['b', START - 300_000]],
		1,
	],
	[
		'unfinished runs on top of the first page',
		[[OLD]],
		[
			['x', NONE],
			['y', NONE],
			['b', START + 5],
		],
		4,
	],
	[
		'a run of the watermark’s second that was handled before',
		[[OLD, ended('a', START - 240_000)]],
		[],
		2,
	],
])('counts %s', (_, polls, firstPage, count) => {
	expect(expectedAfter(polls, firstPage)).toBe(count);
});

test('counts from the beginning of the watermark’s second', () => {
	const { fromMs } = openCount(memoryAfter([ended('old', START + 123)]), []);
	expect(fromMs).toBe(START - 240_000);
});

test('a run that was passed over as failed is reported when it completes under its ID', () => {
	const memory = memoryAfter([OLD], [ended('a', START + 1_500, 'failed')]);
	const { events } = updateMemory(
		memory,
		observed([ended('a', START + 2_500)]),
		START + 9_000,
		settings,
	);
	expect(events.map(({ id }) => id)).toEqual(['a']);
});

test('runs that are passed over are kept in memory, up to 32 kB, and forgotten with the watermark', () => {
	const many = Array.from({ length: 5_000 }, (_, index) =>
		ended(`a-${index}`, START + index * 10, 'failed'),
	);
	const memory = memoryAfter([OLD], many);
	expect(readMemory(JSON.parse(JSON.stringify(memory)), 'here')).toEqual(memory);
	expect(JSON.stringify(memory.others).length).toBeGreaterThan(28_000);
	expect(JSON.stringify(memory.others).length).toBeLessThan(36_000);
	expect(memory.ended.watermarkMs).toBe(START + 49_990 - 240_000);
	const later = updateMemory(
		memory,
		observed([ended('z', START + 3_600_000)]),
		START,
		settings,
	).memory;
	expect(later.others).toEqual({});
});

test.each<[string, unknown]>([
	['a text', 'x'],
	['a torn list', { 1_700_000_000: 'short' }],
	['nothing, as in earlier versions', undefined],
])('a memory whose passed over runs are %s is read without them', (_, others) => {
	const memory = memoryAfter([OLD]);
	const rest = { ...memory };
	delete rest.others;
	expect(readMemory(JSON.parse(JSON.stringify({ ...memory, others })), 'here')).toEqual(rest);
});

test.each([
	['within the first two pages', 199, 100, undefined],
	['in the third quarter of a whole page', 260, 100, { pageSize: 100, offset: 200 }],
	['between two whole pages', 500, 100, { pageSize: 90, offset: 450 }],
	['in small pages', 14, 4, { pageSize: 4, offset: 12 }],
])('a place %s is counted on a page that shows it', (_, position, largest, page) => {
	expect(pageAround(position, largest)).toEqual(page);
});

test('there is a page for each place up to the 5,000th, with an eighth of a page on both sides', () => {
	const positions = Array.from({ length: 4_801 }, (_, index) => 200 + index);
	const unfit = positions.filter((position) => {
		const page = pageAround(position, 100);
		if (page === undefined || page.offset % page.pageSize !== 0) return true;
		const [above, below] = [position - page.offset, page.offset + page.pageSize - position];
		return above < 25 || below < 13;
	});
	expect(unfit).toEqual([]);
});

test.each<[string, number[], number | undefined]>([
	['shows it', [9, 8, 5, 4, 3], 43],
	['shows it among equal ends', [9, 5, 5, 5, 4, 4], 44],
	['is sorted on one of its sides only by second', [8, 9, 5, 3, 4], 43],
	['begins with it', [4, 3, 2], undefined],
	['ends before it', [9, 8, 7, 6], undefined],
	['shows a later end below it', [9, 8, 4, 6, 3], undefined],
	['shows an unfinished run above it', [9, NONE, 8, 4], undefined],
	['shows an unfinished run below it', [9, 8, 4, NONE], 42],
	['is empty', [], undefined],
])('entries above an end of 5 are counted on a page that %s', (_, ends, above) => {
	expect(entriesAbove(5, ends, 40)).toBe(above);
});
