import fc from 'fast-check';
import type { FlowscaleApi, ListQuery, RunPage } from '../../../nodes/Flowscale/api/api';
import { findEndedRuns } from '../../../nodes/Flowscale/trigger/endedRuns';
import { systemClock } from '../../../nodes/core/async/clock';
import { ExecutionCancelledError } from '../../../nodes/core/errors';
import { type Run, timeOf } from '../../../nodes/core/runs/run';
import {
	LATENESS_MS,
	updateMemory,
	type TriggerMemory,
} from '../../../nodes/core/trigger/newlyEnded';
import { hasEnded, type History, histories, listAt } from '../../core/trigger/eventHistories';

/** Ways in which deployments list; `null` times sort first or last as in the database behind it. */
const dialects = ['nullsLast', 'nullsFirst', 'sortIgnored', 'pagingIgnored'] as const;
type Dialect = (typeof dialects)[number];

const settings = { scope: 'filters', isWanted: ({ workflow_id }: Run) => workflow_id === 'A' };
const LIMITS = { pageSize: 4, mostPages: 6, budgetMs: 25_000 };

/**
 * A list that goes on changing while it is read: each request takes a while, and some never get an
 * answer in time.
 */
function changingList(
	history: History,
	dialect: Dialect,
	clock: { nowMs: number; requests: number; stopAt: number },
): FlowscaleApi {
	const runs = async ({ sortBy = 'created_at', page = 1 }: ListQuery): Promise<RunPage> => {
		clock.nowMs += 400;
		if (clock.requests++ >= clock.stopAt) throw new ExecutionCancelledError();
		const field = dialect === 'sortIgnored' ? 'created_at' : sortBy;
		const key = (run: Run) =>
			Number.isNaN(timeOf(run[field]))
				? (dialect === 'nullsFirst' ? 1 : -1) * Number.MAX_SAFE_INTEGER
				: timeOf(run[field]);
		const all = listAt(history, clock.nowMs)
			.map(({ run }) => ({ run, raw: {}, key: key(run) }))
			.sort((a, b) => b.key - a.key);
		if (dialect === 'pagingIgnored')
			return { runs: all, pages: undefined, sortedBy: undefined, isList: true };
		const pages = Math.ceil(all.length / LIMITS.pageSize);
		return {
			runs: all.slice((page - 1) * LIMITS.pageSize, page * LIMITS.pageSize),
			pages,
			sortedBy: field,
			isList: true,
		};
	};
	return { runs } as unknown as FlowscaleApi;
}

async function follow(history: History, dialect: Dialect, stops: number[]) {
	const clock = { nowMs: 0, requests: 0, stopAt: 0 };
	const api = changingList(history, dialect, clock);
	let memory: TriggerMemory | undefined;
	let firstMs = 0;
	const received: string[] = [];
	const last = history.polls.at(-1)?.atMs ?? 0;
	// A few more looks in the end, for what was left over.
	const times = [
		...history.polls.map(({ atMs }) => atMs),
		...Array.from({ length: 12 }, (_, i) => last + 20_000_000 + i * 5_000),
	];
	for (const [index, atMs] of times.entries()) {
		const isDraining = index >= history.polls.length;
		Object.assign(clock, {
			nowMs: Math.max(clock.nowMs, atMs),
			requests: 0,
			stopAt: isDraining ? 99 : stops[index % stops.length],
		});
		const startedAtMs = clock.nowMs;
		const observation = await findEndedRuns(
			{
				api,
				groupId: undefined,
				isWanted: settings.isWanted,
				clock: systemClock,
				latestEndMs: () => clock.nowMs + history.aheadMs + LATENESS_MS,
				limits: LIMITS,
			},
			memory,
		).catch((error: unknown) => {
			if (error instanceof ExecutionCancelledError) return undefined;
			throw error;
		});
		expect(clock.requests).toBeLessThanOrEqual(LIMITS.mostPages + 11);
		if (observation === undefined) continue;
		if (memory === undefined) firstMs = startedAtMs;
		const { memory: next, events } = updateMemory(memory, observation, startedAtMs, settings);
		if (next.nextPage > 1 || events.length > 12) deepLooks++;
		memory = next;
		received.push(...events.map(({ id }) => id));
	}
	return { received, firstMs };
}

let deepLooks = 0;

test.each(dialects)(
	'reading a list page by page while it changes reports each run once (%s)',
	async (dialect) => {
		deepLooks = 0;
		let events = 0;
		const most = dialect === 'sortIgnored' ? 20 : 45;
		await fc.assert(
			fc.asyncProperty(
				histories(most),
				fc.array(fc.constantFrom(99, 99, 1, 2, 4, 7), { minLength: 1, maxLength: 5 }),
				async (history, stops) => {
					// Ends without an end time are looked for among the newest created runs only, where not
					// all are listed at once.
					if (dialect !== 'pagingIgnored') history.runs.forEach((run) => (run.endTime = 'told'));
					const { received, firstMs } = await follow(history, dialect, stops);
					const mine = history.runs.filter(({ workflowId }) => workflowId === 'A');
					const late = mine.filter((run) => !hasEnded(run, firstMs + 5_000)).map(({ id }) => id);
					const early = mine.filter((run) => hasEnded(run, firstMs)).map(({ id }) => id);
					const never = mine.filter(({ endMs }) => endMs === null).map(({ id }) => id);
					events += received.length;
					expect(new Set(received).size).toBe(received.length);
					expect(late.filter((id) => !received.includes(id) && !never.includes(id))).toEqual([]);
					expect(received.filter((id) => early.includes(id))).toEqual([]);
				},
			),
			{ numRuns: 60, seed: 42, endOnFailure: true },
		);
		expect(events).toBeGreaterThan(300);
		if (dialect !== 'pagingIgnored' && dialect !== 'sortIgnored')
			expect(deepLooks).toBeGreaterThan(10);
	},
	120_000,
);
