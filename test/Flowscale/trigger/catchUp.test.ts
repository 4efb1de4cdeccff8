import type { FlowscaleApi, ListQuery, RunPage } from '../../../nodes/Flowscale/api/api';
import { findEndedRuns } from '../../../nodes/Flowscale/trigger/endedRuns';
import { updateMemory, type TriggerMemory } from '../../../nodes/core/trigger/newlyEnded';
import { type Run, createRun } from '../../../nodes/core/runs/run';
import { fakeClock } from '../../harness/fakeClock';

const settings = { scope: 'here', isWanted: (run: Run) => run.finished };
const START = 1_700_000_000_000;

/** A sorted list without HTTP, so that the numbers of requests depend on nothing but the code. Runs may end while it is read. */
function aList({ endsPerRequest = 0 } = {}) {
	const ends: number[] = [];
	let requests = 0;
	const runs = async ({ page = 1, sortBy, pageSize = 100 }: ListQuery): Promise<RunPage> => {
		requests++;
		const lastMs = Math.max(...ends);
		for (let count = 1; count <= endsPerRequest; count++) ends.push(lastMs + count);
		const newestFirst = ends
			.map((endMs, index) => ({ endMs, index }))
			.sort((a, b) => b.endMs - a.endMs);
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
			ends.push(...Array.from({ length: count }, (_, index) => fromMs + index * stepMs)),
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

test('more than 12,000 come with several polls, none of more than 122 requests, oldest first', async () => {
	const { add, poll } = aList();
	add(10, START, 60_000);
	await poll();
	add(30_000, START + 86_400_000, 1_000);
	const polls = [];
	for (let count = 0; count < 9; count++) polls.push(await poll());
	expect(polls.flatMap(({ ids }) => ids)).toEqual(named(10, 30_000));
	expect(Math.max(...polls.map(({ requests }) => requests))).toBeLessThanOrEqual(122);
	// Two pages of the last two minutes, and the runs created last.
	expect(polls.at(-1)).toEqual({ ids: [], requests: 3 });
}, 60_000);
