import type { FlowscaleApi, ListQuery, RunPage } from '../../../nodes/Flowscale/api/api';
import { ServiceError } from '../../../nodes/core/errors';
import { findEndedRuns } from '../../../nodes/Flowscale/trigger/endedRuns';
import { eventOf, updateMemory, type TriggerMemory } from '../../../nodes/core/trigger/newlyEnded';
import { type Run, createRun } from '../../../nodes/core/runs/run';
import { fakeClock } from '../../harness/fakeClock';

const START = 1_700_000_000_000;
const MINUTE = 60_000;
const settings = { scope: 'here', isWanted: (run: Run) => eventOf(run) === 'completed' };

interface Entry {
	id: string;
	endMs: number | null;
	status?: string;
	outputs?: Run['outputs'];
}

type PageQuery = Required<Pick<ListQuery, 'page' | 'pageSize'>>;

interface Traits {
	/** Before the first request of a poll that reads the list by end it is called with 1, and so on. */
	beforeRequest?(number: number, list: ReturnType<typeof busyList>): void;
	/** What the deployment makes of a request. */
	sees?(query: PageQuery): PageQuery;
	/** What the deployment makes of a page. */
	shows?(runs: RunPage['runs']): RunPage['runs'];
	isNullsFirst?: boolean;
}

/** A deployment on which a hundred runs end each minute, and a trigger that polls it each minute. */
function busyList({ beforeRequest, sees, shows = (runs) => runs, isNullsFirst }: Traits = {}) {
	const entries: Entry[] = [];
	let memory: TriggerMemory | undefined;
	let nowMs = START;
	let [requests, byEnd] = [0, 0];
	const nullMs = (isNullsFirst ? 1 : -1) * Number.MAX_SAFE_INTEGER;
	const toRun = ({ id, endMs, status = 'completed', outputs = [] }: Entry) => ({
		run: createRun({
			run_id: id,
			outputs,
			status: endMs === null ? 'running' : status,
			created_at: new Date(endMs ?? nowMs).toISOString(),
			completed_at: endMs === null ? null : new Date(endMs).toISOString(),
		}),
		raw: {},
	});
	const runs = async ({ page = 1, pageSize = 100, sortBy }: ListQuery): Promise<RunPage> => {
		requests++;
		if (sortBy === 'completed_at') beforeRequest?.(++byEnd, list);
		const asked = sees?.({ page, pageSize }) ?? { page, pageSize };
		const sorted = [...entries].sort((a, b) => (b.endMs ?? nullMs) - (a.endMs ?? nullMs));
		const first = (asked.page - 1) * asked.pageSize;
		return {
			runs: shows(sorted.slice(first, first + asked.pageSize).map(toRun)),
			pages: Math.ceil(entries.length / asked.pageSize),
			sortedBy: sortBy,
			isList: true,
		};
	};
	const list = {
		entries,
		end: (entry: Entry) => void entries.push(entry),
		/** A minute in which so many runs end, spread evenly. */
		passMinute: (count = 100, status = 'completed') => {
			const [fromMs, stepMs] = [nowMs, MINUTE / count];
			for (let index = 1; index <= count; index++)
				entries.push({ id: `${fromMs}-${index}`, endMs: fromMs + index * stepMs, status });
			nowMs += MINUTE;
		},
		agoMs: (seconds: number) => nowMs - seconds * 1_000,
		poll: async () => {
			[requests, byEnd] = [0, 0];
			const api = { runs } as unknown as FlowscaleApi;
			const observation = await findEndedRuns(
				{
					api,
					groupId: undefined,
					isWanted: settings.isWanted,
					clock: fakeClock(),
					latestEndMs: () => nowMs + 120_000,
				},
				memory,
			);
			const step = updateMemory(memory, observation, nowMs, settings);
			memory = step.memory;
			return {
				ids: step.events.map(({ id }) => id),
				ends: step.events.map(({ run }) => run.completed_at),
				requests,
			};
		},
		changeMemory: (change: (memory: TriggerMemory) => TriggerMemory) => {
			memory = memory && change(memory);
		},
		memory: () => memory,
	};
	return list;
}

/** After ten minutes and polls. */
async function runningList(traits: Traits = {}) {
	const list = busyList({
		...traits,
		// A list begins without trouble.
		beforeRequest: (number, self) => isRunning && traits.beforeRequest?.(number, self),
	});
	let isRunning = false;
	for (let minute = 0; minute < 10; minute++) {
		list.passMinute();
		await list.poll();
	}
	isRunning = true;
	return list;
}

test('a hundred new ends a minute take three requests a poll, from the second poll on', async () => {
	const list = busyList();
	for (let minute = 0; minute < 10; minute++) list.passMinute();
	await list.poll();
	const polls = [];
	for (let minute = 0; minute < 60; minute++) {
		list.passMinute();
		polls.push(await list.poll());
	}
	expect(polls.map(({ ids, requests }) => [ids.length, requests])).toEqual(
		Array(60).fill([100, 3]),
	);
	expect(JSON.stringify(list.memory()).length).toBeLessThan(10_000);
});

test('so do runs that are not wanted', async () => {
	const list = await runningList();
	const polls = [];
	for (let minute = 0; minute < 10; minute++) {
		list.passMinute(60);
		list.end({ id: `failed-${minute}`, endMs: list.agoMs(10), status: 'failed' });
		list.passMinute(20, 'failed');
		polls.push(await list.poll());
	}
	expect(polls.map(({ ids, requests }) => [ids.length, requests])).toEqual(Array(10).fill([60, 3]));
});

test('more than a hundred new ends take one request more', async () => {
	const list = await runningList();
	list.passMinute(120);
	expect(await list.poll()).toMatchObject({ ids: { length: 120 }, requests: 4 });
	list.passMinute(80);
	expect(await list.poll()).toMatchObject({ ids: { length: 80 }, requests: 3 });
});

test.each([
	['on the first page', 20],
	['on the second page', 65],
	['in the midst of the window', 130],
	['among the runs that are counted on', 220],
	['at the edge', 239],
])(
	'a run that is listed late %s is reported by the first poll that can see it',
	async (_, seconds) => {
		const list = await runningList();
		list.passMinute(80);
		list.end({ id: 'late', endMs: list.agoMs(seconds) });
		expect((await list.poll()).ids).toContain('late');
		list.passMinute(80);
		expect(await list.poll()).toMatchObject({ ids: { length: 80 }, requests: 3 });
	},
);

test('a run that ended with a word of the service’s is read until its outputs are listed', async () => {
	const list = await runningList();
	const moderated: Entry = { id: 'moderated', endMs: list.agoMs(0), status: 'moderated' };
	list.end(moderated);
	const polls = [];
	for (let minute = 0; minute < 3; minute++) {
		list.passMinute(110);
		if (minute === 2)
			moderated.outputs = [{ filename: 'a.png', generation_status: null, mime_type: null }];
		polls.push((await list.poll()).ids.filter((id) => id === 'moderated'));
	}
	expect(polls).toEqual([[], [], ['moderated']]);
	for (let minute = 0; minute < 5; minute++) list.passMinute();
	await list.poll();
	list.passMinute();
	expect(await list.poll()).toMatchObject({ ids: { length: 100 }, requests: 3 });
});

test('late runs are reported also with a memory that lacks some runs, as one of an earlier version does', async () => {
	const list = await runningList();
	list.changeMemory((memory) => ({
		...memory,
		others: undefined,
		ended: { ...memory.ended, seen: {} },
	}));
	list.passMinute(100);
	list.end({ id: 'late', endMs: list.agoMs(200) });
	const { ids } = await list.poll();
	expect(ids).toContain('late');
	list.passMinute(100);
	expect((await list.poll()).requests).toBe(3);
});

test('a run that ends between the two requests hides no late one, and is reported by the next poll', async () => {
	const list = await runningList({
		beforeRequest: (number, { end, entries, agoMs }) => {
			if (number !== 2) return;
			end({ id: `between-${entries.length}`, endMs: agoMs(-0.01) });
		},
	});
	list.passMinute(80);
	list.end({ id: 'late', endMs: list.agoMs(150) });
	const first = await list.poll();
	expect(first.ids).toContain('late');
	expect(first.requests).toBeLessThanOrEqual(8);
	list.passMinute(80);
	const second = await list.poll();
	expect(second.ids.filter((id) => id.startsWith('between'))).toHaveLength(1);
	expect(second.ids).toHaveLength(81);
});

test.each<[string, Traits]>([
	['shows a run twice', { shows: (runs) => [runs[0], ...runs.slice(0, -1)] }],
	[
		'gives no ids',
		{ shows: (runs) => runs.map(({ run, raw }) => ({ run: { ...run, run_id: null }, raw })) },
	],
	[
		'gives fifty at most',
		{ sees: ({ page, pageSize }) => ({ page, pageSize: Math.min(50, pageSize) }) },
	],
	['gives a hundred whatever is asked for', { sees: ({ page }) => ({ page, pageSize: 100 }) }],
	[
		'takes multiples of ten',
		{ sees: ({ page, pageSize }) => ({ page, pageSize: Math.ceil(pageSize / 10) * 10 }) },
	],
])('a list that %s loses no late run', async (_, traits) => {
	const list = await runningList(traits);
	const ids: string[] = [];
	// As many as make up for a page that begins a little further down.
	list.passMinute();
	for (let index = 0; index < 50; index++)
		list.end({ id: `many-${index}`, endMs: list.agoMs(100) - index });
	const { ids: many } = await list.poll();
	expect(many.length).toBeGreaterThanOrEqual(150);
	for (const seconds of [70, 130, 200, 235]) {
		list.passMinute(60);
		list.end({ id: `late-${seconds}`, endMs: list.agoMs(seconds) + 1 });
		const poll = await list.poll();
		expect(poll.ends).toContain(new Date(list.agoMs(seconds) + 1).toISOString());
		ids.push(...poll.ids);
	}
	expect(new Set(ids).size).toBe(ids.length);
});

test('a deployment that gives fifty at most is asked for one page after the other', async () => {
	const pages: number[] = [];
	const list = await runningList({
		sees: ({ page, pageSize }) => {
			pages.push(page);
			return { page, pageSize: Math.min(50, pageSize) };
		},
	});
	pages.length = 0;
	list.passMinute();
	expect(await list.poll()).toMatchObject({ ids: { length: 100 } });
	expect(pages.slice(0, 4)).toEqual([1, 2, 3, 4]);
});

test.each([42, 43, 44, 45, 46, 47, 48])(
	'a page that begins further down than was asked for hides no late runs, not even %i',
	async (count) => {
		const list = await runningList({ sees: ({ page }) => ({ page, pageSize: 100 }) });
		list.passMinute();
		for (let index = 0; index < count; index++)
			list.end({ id: `late-${index}`, endMs: list.agoMs(100) - index });
		expect((await list.poll()).ids).toHaveLength(100 + count);
	},
);

test.each([
	['the list is read', new ServiceError('Bad page_size', { status: 422 }), undefined],
	['the poll fails', new ServiceError('Busy', { status: 503, isRetryable: true }), 'Busy'],
])('where the page to count on is refused, %s', async (_outcome, refusal, message) => {
	const list = await runningList({
		beforeRequest: (number) => {
			if (number === 2) throw refusal;
		},
	});
	list.passMinute();
	list.end({ id: 'late', endMs: list.agoMs(200) });
	const poll = await list.poll().catch((error: Error) => error.message);
	if (message === undefined) expect(poll).toMatchObject({ ids: { length: 101 } });
	else expect(poll).toBe(message);
});

test.each([
	['none', 0],
	['thirty', 30],
	['more than a page of them', 130],
])('where unfinished runs come first, %s, each run is reported', async (_, unfinished) => {
	const list = await runningList({ isNullsFirst: true });
	for (let index = 0; index < unfinished; index++) list.end({ id: `open-${index}`, endMs: null });
	list.passMinute(60);
	list.end({ id: 'late', endMs: list.agoMs(150) });
	expect((await list.poll()).ids).toHaveLength(61);
	list.passMinute(60);
	expect(await list.poll()).toMatchObject({
		ids: { length: 60 },
		requests: unfinished > 100 ? expect.any(Number) : 3,
	});
});

test('runs that disappear are read around until they would have been forgotten', async () => {
	const list = await runningList();
	list.entries.splice(-150, 3);
	const polls = [];
	for (let minute = 0; minute < 6; minute++) {
		list.passMinute();
		polls.push(await list.poll());
	}
	expect(polls.map(({ ids }) => ids.length)).toEqual(Array(6).fill(100));
	expect(polls[0].requests).toBeGreaterThan(6);
	expect(polls.slice(-2).map(({ requests }) => requests)).toEqual([3, 3]);
});
