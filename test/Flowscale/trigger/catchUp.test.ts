import type { FlowscaleApi, ListQuery, RunPage } from '../../../nodes/Flowscale/api/api';
import { findEndedRuns } from '../../../nodes/Flowscale/trigger/endedRuns';
import {
	CLOCK_SKEW_MS,
	updateMemory,
	type TriggerMemory,
} from '../../../nodes/core/trigger/newlyEnded';
import { type Run, createRun } from '../../../nodes/core/runs/run';
import { fakeClock } from '../../harness/fakeClock';

const settings = { scope: 'here', isWanted: (run: Run) => run.finished };
const START = 1_700_000_000_000;

/**
 * A sorted list without HTTP, so that the numbers of requests depend on nothing but the code. Runs
 * may end while it is read: some before each request, or many before the second one of a poll.
 */
function aList({ endsPerRequest = 0, burst = 0, largestPage = 100 } = {}) {
	const ends: number[] = [];
	let newestFirst: Array<{ endMs: number; index: number }> = [];
	let requests = 0;
	const add = (added: readonly number[]) => {
		const entries = added.map((endMs, index) => ({ endMs, index: ends.length + index }));
		ends.push(...added);
		newestFirst = [...newestFirst, ...entries].sort(
			(a, b) => b.endMs - a.endMs || a.index - b.index,
		);
	};
	const runs = async ({
		page = 1,
		sortBy,
		pageSize: wanted = 100,
	}: ListQuery): Promise<RunPage> => {
		const pageSize = Math.min(wanted, largestPage);
		requests++;
		const lastMs = newestFirst[0]?.endMs ?? Number.NEGATIVE_INFINITY;
		const ending = endsPerRequest + (requests === 2 && memory !== undefined ? burst : 0);
		if (ending > 0) add(Array.from({ length: ending }, (_, count) => lastMs + count + 1));
		const shown = newestFirst
			.slice((page - 1) * pageSize, page * pageSize)
			.map(({ endMs, index }) => {
				const stamp = new Date(endMs).toISOString();
				return {
					run: createRun({
						run_id: `run-${index}`,
						status: 'completed',
						created_at: stamp,
						completed_at: stamp,
					}),
					raw: {},
				};
			});
		return {
			runs: shown,
			pages: Math.ceil(ends.length / pageSize),
			sortedBy: sortBy,
			isList: true,
		};
	};
	let memory: TriggerMemory | undefined;
	let nowMs = 0;
	return {
		add: (count: number, fromMs: number, stepMs: number) =>
			add(Array.from({ length: count }, (_, index) => fromMs + index * stepMs)),
		poll: async () => {
			requests = 0;
			const poll = await findEndedRuns(
				{
					api: { runs } as unknown as FlowscaleApi,
					groupId: undefined,
					isWanted: settings.isWanted,
					clock: fakeClock(),
					latestEndMs: () => Number.POSITIVE_INFINITY,
				},
				memory,
			);
			const step = updateMemory(memory, poll, (nowMs += 60_000), settings);
			memory = step.memory;
			return { ids: step.events.map(({ id }) => id), requests };
		},
	};
}

const named = (from: number, count: number) =>
	Array.from({ length: count }, (_, index) => `run-${from + index}`);

test.each([
	['over a day', 8_640],
	['within ten seconds', 1],
	['in one millisecond', 0],
])(
	'10,000 runs that ended %s are read with 100 requests and at most two more',
	async (_name, stepMs) => {
		const { add, poll } = aList();
		add(1_000, START, 60_000);
		expect((await poll()).requests).toBe(2);
		add(10_000, START + 86_400_000, stepMs);
		const { ids, requests } = await poll();
		expect(ids).toEqual(named(1_000, 10_000));
		expect(requests).toBeLessThanOrEqual(102);
		expect(await poll()).toMatchObject({ ids: [] });
	},
);

test('runs that end while the list is read push others to the next page, and do not make it look unsorted', async () => {
	const { add, poll } = aList({ endsPerRequest: 7 });
	add(13_000, START, 60_000);
	await poll();
	const before = 13_000 + 2 * 7;
	add(500, START + 13_000 * 60_000, 100);
	const { ids, requests } = await poll();
	expect(ids.slice(0, 500)).toEqual(named(before, 500));
	expect(requests).toBeLessThanOrEqual(9);
});

test('as many runs as a page holds, which end while it is read, hide none behind it', async () => {
	const { add, poll } = aList({ burst: 100 });
	add(1_000, START, 60_000);
	await poll();
	add(350, START + 1_000 * 60_000, 1_000);
	const polls = [await poll(), await poll(), await poll()];
	const ids = polls.flatMap((one) => one.ids);
	// The 350, and the bursts of the first two polls; the last one's may still be to come.
	expect(named(1_000, 550).filter((id) => !ids.includes(id))).toEqual([]);
	expect(new Set(ids).size).toBe(ids.length);
});

test('more than 12,000 come with several polls, none of more than 122 requests, oldest first', async () => {
	const { add, poll } = aList();
	add(10, START, 60_000);
	await poll();
	add(30_000, START + 86_400_000, 1_000);
	const polls = [];
	for (let count = 0; count < 9; count++) polls.push(await poll());
	expect(polls.flatMap(({ ids }) => ids)).toEqual(named(10, 30_000));
	expect(Math.max(...polls.map(({ requests }) => requests))).toBeLessThanOrEqual(122);
	// The newest page, the page of four minutes ago, and the runs created last.
	expect(polls.at(-1)).toEqual({ ids: [], requests: 3 });
}, 60_000);

test.each([
	['within an hour', 13_000, 270],
	['within four minutes', 13_000, 15],
	['within ten seconds', 25_000, 0.4],
])(
	'after a burst of more than 120 pages %s the polls fall back to one or two requests, and no run is lost',
	async (_name, count, stepMs) => {
		const { add, poll } = aList();
		add(10, START, 60_000);
		await poll();
		add(count, START + 86_400_000, stepMs);
		const polls = [];
		for (let minute = 0; minute < 30; minute++) polls.push(await poll());
		expect(polls.flatMap(({ ids }) => ids).sort()).toEqual(named(10, count).sort());
		expect(polls.slice(-5).map(({ requests }) => requests <= 2)).toEqual(Array(5).fill(true));
	},
	60_000,
);

test.each([
	['at ten runs a page', 10, [1_300]],
	['a second burst in the midst of the first', 100, [13_000, 5_000]],
	['a second burst at ten runs a page', 10, [1_300, 700]],
])(
	'after more than 120 pages, %s, the polls fall back and no run is lost',
	async (_name, largestPage, bursts) => {
		const { add, poll } = aList({ largestPage });
		add(10, START, 60_000);
		await poll();
		const polls = [];
		let fromMs = START + 86_400_000;
		for (const count of bursts) {
			add(count, fromMs, 270);
			fromMs += count * 270;
			polls.push(await poll());
		}
		for (let minute = 0; minute < 40; minute++) polls.push(await poll());
		const total = bursts.reduce((sum, count) => sum + count, 0);
		expect(polls.flatMap(({ ids }) => ids).sort()).toEqual(named(10, total).sort());
		expect(polls.slice(-5).map(({ requests }) => requests <= 2)).toEqual(Array(5).fill(true));
	},
	60_000,
);

test.each([
	['60 s and 65 s', 60, 65],
	['two minutes each, less a second', 119, 119],
])(
	'clocks that differ and a list that lags, both together, lose no run: %s',
	async (_name, aheadSeconds, lagSeconds) => {
		let memory: TriggerMemory | undefined;
		const reported: string[] = [];
		// Of two machines one stamps ends that are still to come; the list shows the other one's late.
		const ends = Array.from({ length: 60 }, (_, index) => {
			const realMs = START + index * 20_000;
			const isAhead = index % 2 === 0;
			return {
				id: `run-${index}`,
				stampMs: realMs + (isAhead ? aheadSeconds * 1_000 : 0),
				shownMs: realMs + (isAhead ? 0 : lagSeconds * 1_000),
			};
		});
		for (let nowMs = START - 60_000; nowMs < START + 1_800_000; nowMs += 60_000) {
			const runs = ends
				.filter(({ shownMs }) => shownMs <= nowMs)
				.map(({ id, stampMs }) => {
					const completed_at = new Date(stampMs).toISOString();
					return { id, run: createRun({ run_id: id, status: 'completed', completed_at }) };
				});
			const observation = {
				runs,
				isComplete: true,
				reachedWatermark: true,
				isFromTop: true,
				latestEndMs: nowMs + CLOCK_SKEW_MS,
				createdSinceMs: -1,
				nextPage: 1,
			};
			const step = updateMemory(memory, observation, nowMs, settings);
			memory = step.memory;
			reported.push(...step.events.map(({ id }) => id));
		}
		expect(reported.sort()).toEqual(ends.map(({ id }) => id).sort());
	},
);

const SECOND = 1_000;
/** How far a machine's clock is off, and how much later than its end a run of it is listed. */
type Machine = [aheadSeconds: number, lagSeconds: number];

test.each<[string, Machine[], number]>([
	[
		'one clock ahead, the other behind and listed late',
		[
			[60, 0],
			[-59, 119],
		],
		60,
	],
	[
		'each machine ahead or behind, and late',
		[
			[60, 119],
			[-60, 119],
			[0, 0],
		],
		60,
	],
	[
		'polled every ten seconds',
		[
			[119, 119],
			[-1, 119],
		],
		10,
	],
	[
		'polled every ten minutes',
		[
			[60, 0],
			[-59, 119],
			[0, 119],
		],
		600,
	],
])(
	'by the list itself every run is reported once: %s',
	async (_name, machines, everySeconds) => {
		const ends = Array.from({ length: 300 }, (_, index) => {
			const [aheadSeconds, lagSeconds] = machines[index % machines.length];
			const realMs = START + index * 10 * SECOND;
			return {
				id: `run-${index}`,
				stampMs: realMs + aheadSeconds * SECOND,
				shownMs: realMs + lagSeconds * SECOND,
			};
		});
		let nowMs = START - 60 * SECOND;
		const runs = async ({ page = 1, sortBy, pageSize = 100 }: ListQuery): Promise<RunPage> => {
			const shown = ends
				.filter(({ shownMs }) => shownMs <= nowMs)
				.sort((a, b) => b.stampMs - a.stampMs);
			const pages = Math.ceil(shown.length / pageSize);
			return {
				runs: shown.slice((page - 1) * pageSize, page * pageSize).map(({ id, stampMs }) => {
					const stamp = new Date(stampMs).toISOString();
					const times = { created_at: stamp, completed_at: stamp };
					return { run: createRun({ run_id: id, status: 'completed', ...times }), raw: {} };
				}),
				...{ pages, sortedBy: sortBy, isList: true },
			};
		};
		let memory: TriggerMemory | undefined;
		const reported: string[] = [];
		for (; nowMs < START + 3_000 * SECOND + 1_800 * SECOND; nowMs += everySeconds * SECOND) {
			const poll = await findEndedRuns(
				{
					api: { runs } as unknown as FlowscaleApi,
					groupId: undefined,
					isWanted: settings.isWanted,
					clock: fakeClock(),
					latestEndMs: () => nowMs + CLOCK_SKEW_MS,
				},
				memory,
			);
			const step = updateMemory(memory, poll, nowMs, settings);
			memory = step.memory;
			reported.push(...step.events.map(({ id }) => id));
		}
		expect(reported.sort()).toEqual(ends.map(({ id }) => id).sort());
	},
	60_000,
);
