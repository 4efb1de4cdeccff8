import fc from 'fast-check';
import type { FlowscaleApi, ListQuery, RunPage } from '../../../nodes/Flowscale/api/api';
import { findEndedRuns } from '../../../nodes/Flowscale/trigger/endedRuns';
import {
	CLOCK_SKEW_MS,
	LATENESS_MS,
	updateMemory,
	type TriggerMemory,
} from '../../../nodes/core/trigger/newlyEnded';
import { type Run, createRun } from '../../../nodes/core/runs/run';
import { fakeClock } from '../../harness/fakeClock';

const START = 1_700_000_000_000;
const SECOND = 1_000;
const settings = { scope: 'here', isWanted: ({ state }: Run) => state === 'succeeded' };
const LIMITS = { pageSize: 8, mostPages: 200, budgetMs: 25_000 };

/** A deployment so busy that the last four minutes fill several pages. */
const busyWorlds = fc.record({
	runs: fc.array(
		fc.record({
			gapMs: fc.oneof(
				{ arbitrary: fc.integer({ min: 0, max: 12_000 }), weight: 12 },
				{ arbitrary: fc.constantFrom(0, 1, 60_000), weight: 1 },
			),
			isWanted: fc.boolean(),
			skewSeconds: fc.constantFrom(-1, -0.5, 0, 0, 0, 0.5, 1),
			lagSeconds: fc.constantFrom(0, 1),
			/** How much of the world's skew and lag it has. */
			oddity: fc.oneof(
				{ arbitrary: fc.constant(0), weight: 14 },
				{ arbitrary: fc.double({ min: 0, max: 1, noNaN: true }), weight: 1 },
			),
		}),
		{ minLength: 120, maxLength: 260, size: 'max' },
	),
	gapsMs: fc.array(fc.constantFrom(15_000, 30_000, 60_000, 60_000, 90_000), {
		minLength: 5,
		maxLength: 9,
	}),
	requestMs: fc.constantFrom(0, 100, 1_000, 4_000),
	grainMs: fc.constantFrom(1, 1_000),
	unfinished: fc.constantFrom(0, 0, 1, 5),
	isNullsFirst: fc.boolean(),
	saysOrder: fc.boolean(),
	/** Of the pages, each so-many-th shows a run twice. */
	twiceEvery: fc.constantFrom(0, 0, 5),
});
type World = typeof busyWorlds extends fc.Arbitrary<infer T> ? T : never;

interface TrueRun {
	run: Run;
	endMs: number;
	shownMs: number;
	isWanted: boolean;
}

function runsOf({ runs, grainMs }: World): TrueRun[] {
	let realMs = START;
	return runs.map(({ gapMs, isWanted, skewSeconds, lagSeconds, oddity }, index) => {
		realMs += gapMs;
		const stampMs = realMs + skewSeconds * oddity * 59 * SECOND;
		const endMs = Math.floor(stampMs / grainMs) * grainMs;
		const completed_at = new Date(endMs).toISOString();
		return {
			endMs,
			isWanted,
			shownMs: realMs + lagSeconds * oddity * 118 * SECOND,
			run: createRun({
				run_id: `run-${index}`,
				status: isWanted ? 'completed' : 'failed',
				created_at: new Date(realMs - SECOND).toISOString(),
				completed_at,
			}),
		};
	});
}

const openRun = (index: number) =>
	createRun({ run_id: `open-${index}`, status: 'running', created_at: new Date(0).toISOString() });

function changingList(world: World, all: TrueRun[], clock: { nowMs: number; requests: number }) {
	const open = Array.from({ length: world.unfinished }, (_, index) => ({
		run: openRun(index),
		raw: {},
	}));
	const runs = async ({ page = 1, pageSize = 1, sortBy }: ListQuery): Promise<RunPage> => {
		clock.nowMs += world.requestMs;
		clock.requests++;
		const ended = all
			.filter(({ shownMs }) => shownMs <= clock.nowMs)
			.sort((a, b) => b.endMs - a.endMs)
			.map(({ run }) => ({ run, raw: {} }));
		const entries = world.isNullsFirst ? [...open, ...ended] : [...ended, ...open];
		const shown = entries.slice((page - 1) * pageSize, page * pageSize);
		const isTwice = world.twiceEvery > 0 && clock.requests % world.twiceEvery === 0;
		return {
			runs: isTwice ? [...shown.slice(0, 1), ...shown] : shown,
			pages: Math.ceil(entries.length / pageSize),
			sortedBy: world.saysOrder ? sortBy : undefined,
			isList: true,
		};
	};
	return { runs } as unknown as FlowscaleApi;
}

/** What each poll reported, and what it could see: the wanted runs that were listed when it began. */
async function follow(world: World) {
	const all = runsOf(world);
	const clock = { nowMs: START + 400 * SECOND, requests: 0 };
	const api = changingList(world, all, clock);
	let memory: TriggerMemory | undefined;
	const polls: Array<{ reported: string[]; visible: string[]; isCounted: boolean }> = [];
	for (const gapMs of [...world.gapsMs, ...world.gapsMs, 4_000_000]) {
		const startedAtMs = clock.nowMs;
		const listed = all.filter(({ shownMs }) => shownMs <= startedAtMs);
		const sinceMs = Math.max(...listed.map(({ endMs }) => endMs)) - LATENESS_MS;
		const pagesOfWindow = listed.filter(({ endMs }) => endMs > sinceMs).length / LIMITS.pageSize;
		clock.requests = 0;
		const observation = await findEndedRuns(
			{
				api,
				groupId: undefined,
				isWanted: settings.isWanted,
				clock: fakeClock(),
				latestEndMs: () => clock.nowMs + CLOCK_SKEW_MS,
				limits: LIMITS,
			},
			memory,
		);
		const step = updateMemory(memory, observation, startedAtMs, settings);
		memory = step.memory;
		polls.push({
			reported: step.events.map(({ id }) => id),
			visible: listed.filter(({ isWanted }) => isWanted).map(({ run }) => String(run.run_id)),
			// One request is for the runs created last.
			isCounted: clock.requests - 1 < pagesOfWindow,
		});
		clock.nowMs = Math.max(clock.nowMs, startedAtMs + gapMs);
	}
	return polls;
}

test('whether a busy list is counted or read, each run is reported once, by the first poll that can see it', async () => {
	let [events, polls, counted] = [0, 0, 0];
	await fc.assert(
		fc.asyncProperty(busyWorlds, async (world) => {
			const [first, ...later] = await follow(world);
			const reported: string[] = [];
			for (const poll of later) {
				reported.push(...poll.reported);
				const due = poll.visible.filter((id) => !first.visible.includes(id));
				// Those that were listed while the first poll read count as ended before.
				const isEarly = (id: string) => world.requestMs > 0 && isDuringFirst(world, id);
				expect(due.filter((id) => !reported.includes(id) && !isEarly(id))).toEqual([]);
				events += poll.reported.length;
				polls++;
				if (poll.isCounted) counted++;
			}
			expect(new Set(reported).size).toBe(reported.length);
			expect(reported.filter((id) => first.visible.includes(id))).toEqual([]);
		}),
		{ numRuns: 300, seed: 20_261_126, endOnFailure: true },
	);
	expect(events).toBeGreaterThan(5_000);
	expect(counted).toBeGreaterThan(polls / 5);
}, 180_000);

/** Whether the run was first listed while the first poll, of at most 200 pages, was under way. */
function isDuringFirst(world: World, id: string): boolean {
	const run = runsOf(world).find(({ run: { run_id } }) => run_id === id);
	const fromMs = START + 400 * SECOND;
	return run !== undefined && run.shownMs > fromMs && run.shownMs <= fromMs + 30 * world.requestMs;
}
