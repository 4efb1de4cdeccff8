import fc from 'fast-check';
import type { Sighting } from '../../../nodes/core/trigger/newlyEnded';
import { type Run, createRun } from '../../../nodes/core/runs/run';

/**
 * A run as it really happens, in ms of the service's time; what a list shows of it is another
 * matter.
 */
export interface TrueRun {
	id: string;
	createdMs: number;
	/** null: it never ends. */
	endMs: number | null;
	/** How wrong the clock is that stamps the end. */
	skewMs: number;
	/** How much later than its end the list shows it. */
	lagMs: number;
	status: 'completed' | 'failed' | 'cancelled' | 'timeout';
	workflowId: 'A' | 'B';
	/** Some ends never get a time, some get it with the next change of the list. */
	endTime: 'told' | 'missing' | 'late';
}

export interface Poll {
	atMs: number;
	/**
	 * Fails before anything is remembered, or restarts n8n, which has stored the memory of the last
	 * poll that reported something.
	 */
	before: 'nothing' | 'failure' | 'restart';
}

export interface History {
	runs: TrueRun[];
	polls: Poll[];
	/** Stamps in whole seconds or in milliseconds. */
	grainMs: 1 | 1000;
	/** n8n's clock minus the service's. */
	aheadMs: number;
}

/** Few distinct times, so that many runs end together, at polls, and on the edge of a second. */
const moments = fc.oneof(
	fc.integer({ min: 0, max: 40 }).map((n) => n * 500),
	fc.integer({ min: 0, max: 40 }).map((n) => n * 61_000),
	fc.integer({ min: 0, max: 2_500_000 }),
);
const START_MS = 1_700_000_000_000;

const trueRun = fc.record({
	createdMs: moments,
	lengthMs: fc.option(moments, { freq: 8, nil: null }),
	skewMs: fc.constantFrom(0, 0, 0, -30_000, 30_000, 999),
	lagMs: fc.constantFrom(0, 0, 0, 1, 700, 30_000),
	status: fc.constantFrom('completed', 'completed', 'failed', 'cancelled', 'timeout'),
	workflowId: fc.constantFrom('A', 'A', 'A', 'B'),
	endTime: fc.constantFrom('told', 'told', 'told', 'missing', 'late'),
}) as fc.Arbitrary<Omit<TrueRun, 'id' | 'endMs'> & { lengthMs: number | null }>;

export const histories = (most: number): fc.Arbitrary<History> =>
	fc.record({
		runs: fc.array(trueRun, { maxLength: most, size: 'max' }).map((runs) =>
			runs.map(({ lengthMs, createdMs, ...rest }, index) => ({
				...rest,
				id: `run-${index}`,
				createdMs: START_MS + createdMs,
				endMs: lengthMs === null ? null : START_MS + createdMs + lengthMs,
			})),
		),
		polls: fc
			.array(
				fc.record({
					atMs: moments,
					before: fc.constantFrom('nothing', 'nothing', 'nothing', 'failure', 'restart'),
				}),
				{ minLength: 2, maxLength: 10 },
			)
			.map((polls) =>
				polls
					.map(({ atMs, before }) => ({ atMs: START_MS + 2 * atMs, before }) as Poll)
					.sort((a, b) => a.atMs - b.atMs),
			),
		grainMs: fc.constantFrom(1 as const, 1000 as const),
		aheadMs: fc.constantFrom(0, -3_600_000, 86_400_000_000),
	});

const parseTimestamp = (ms: number, grainMs: number) =>
	new Date(Math.floor(ms / grainMs) * grainMs).toISOString();

export const hasEnded = (run: TrueRun, nowMs: number) =>
	run.endMs !== null && run.endMs + run.lagMs <= nowMs;

/** The run as the list shows it; undefined before it is created. */
export function shown(run: TrueRun, nowMs: number, grainMs: number): Run | undefined {
	if (run.createdMs > nowMs) return undefined;
	const isOver = hasEnded(run, nowMs);
	const isTold =
		run.endTime === 'told' ||
		(run.endTime === 'late' && run.endMs !== null && nowMs >= run.endMs + run.lagMs + 20_000);
	return createRun({
		run_id: run.id,
		workflow_id: run.workflowId,
		status: isOver ? run.status : 'running',
		created_at: parseTimestamp(run.createdMs, grainMs),
		completed_at:
			isOver && isTold && run.endMs !== null
				? parseTimestamp(run.endMs + run.skewMs, grainMs)
				: null,
	});
}

export function listAt({ runs, grainMs }: History, nowMs: number): Sighting[] {
	return runs.flatMap((run) => {
		const seen = shown(run, nowMs, grainMs);
		return seen === undefined ? [] : [{ id: run.id, run: seen }];
	});
}
