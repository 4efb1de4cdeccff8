import { type SeenRuns, seenRunsOf, readSeenRuns, type TimedId } from './seenRuns';
import { recordOf } from '../json';
import { type Run, type RunState, timeOf } from '../runs/run';

/** What a user can react to, and the states that it stands for. */
const STATES = {
	completed: ['succeeded'],
	failed: ['failed', 'timed_out'],
	cancelled: ['cancelled'],
} satisfies Record<string, RunState[]>;

export type RunEventName = keyof typeof STATES;

/** The event of a run that has ended; undefined while it goes on. */
export function eventOf({ state }: Run): RunEventName | undefined {
	const names: RunEventName[] = ['completed', 'failed', 'cancelled'];
	return names.find((name) => STATES[name].some((word) => word === state));
}

/**
 * How much later than its end time a run may come to light, in ms: whole-second stamps, several writers' clocks, replicas.
 * Times are compared with times of the same service only, never with n8n's clock.
 */
export const LATENESS_MS = 120_000;
/** Bounds of the stored memory: 8 characters each. The first is reached only by bursts within LATENESS_MS. */
const MOST_ENDED = 30_000;
const MOST_UNTIMED = 2_000;

/**
 * All that a trigger knows between polls, as JSON: about 200 bytes for a quiet deployment, 300 kB at most.
 * It holds what was dealt with, never what is still to come, so that losing the newest version costs nothing but a repeated look.
 */
export interface TriggerMemory {
	version: 1;
	/** Which filters and deployment it belongs to. */
	scope: string;
	/** Runs with an end time. */
	ended: SeenRuns;
	/** Runs that ended without one (cancelled before they began, on some deployments), by creation. */
	untimed: SeenRuns;
	/** At n8n's time `markedAtMs` all runs up to the end time `markMs` had been looked at. */
	markMs: number;
	markedAtMs: number;
	/** Page of the list where the next look begins; above 1 while catching up. */
	nextPage: number;
}

export interface Sighting {
	/** Recognises the run in every later look. */
	id: string;
	run: Run;
}

/** What one look at the service's list found. */
export interface Observation<Seen extends Sighting> {
	runs: Seen[];
	/** Every run that ended after the memory's floor, up to the newest end in `runs`, is in `runs`. */
	isComplete: boolean;
	/** It went down to the floor. Otherwise it ended among runs dealt with lately, and a latecomer may lie below: the floor stays. */
	reachedWatermark: boolean;
	/** Nothing newer was left out. */
	isFromTop: boolean;
	/** An end later than this (epoch ms, by the service's clock) was stamped by a clock that is ahead, and says nothing of other runs. */
	latestEndMs: number;
	/** Ended runs without end time are all in `runs` if they were created after this (epoch ms). */
	createdSinceMs: number;
	nextPage: number;
}

export interface EventSettings {
	scope: string;
	isWanted(run: Run): boolean;
}

/**
 * The trigger's memory after a look, and the runs that it had not dealt with yet, oldest end first. Pure.
 * Without a memory it is the first look: everything in it is history. A look that is not whole changes nothing but the page.
 * @param memory as `readMemory` gave it
 * @param nowMs n8n's clock, used for nothing but the time between two looks
 */
export function updateMemory<Seen extends Sighting>(
	memory: TriggerMemory | undefined,
	observation: Observation<Seen>,
	nowMs: number,
	settings: EventSettings,
): { memory: TriggerMemory; events: Seen[] } {
	if (memory !== undefined && !observation.isComplete)
		return { memory: { ...memory, nextPage: observation.nextPage }, events: [] };
	const finished = observation.runs
		.filter(({ run }) => run.finished)
		.map((seen) => ({ seen, id: seen.id, timeMs: timeOf(seen.run.completed_at) }));
	const wanted = finished.filter(({ seen }) => settings.isWanted(seen.run));
	const newestMs = newestOf(finished.filter(({ timeMs }) => timeMs <= observation.latestEndMs));
	const before =
		memory ??
		firstMemory(
			observation,
			newestMs === -1 ? newestOf(finished) : newestMs,
			nowMs,
			settings.scope,
		);

	const [ended, withoutTime] = [seenRunsOf(before.ended), seenRunsOf(before.untimed)];
	const isTimed = ({ timeMs }: TimedId) => !Number.isNaN(timeMs);
	const timed = wanted.filter(isTimed).filter(({ timeMs }) => timeMs > before.ended.watermarkMs);
	const untimed = wanted
		.filter((entry) => !isTimed(entry))
		.map(byCreation)
		.filter(({ timeMs }) => timeMs > before.untimed.watermarkMs);
	// An end time may be filled in after it was missing: the run is the same.
	const fresh = new Map(
		[...timed, ...untimed]
			.filter(({ id }) => !ended.knows(id) && !withoutTime.knows(id))
			.map((entry) => [entry.id, entry]),
	);

	const isSettled = observation.reachedWatermark && nowMs - before.markedAtMs >= LATENESS_MS;
	// A look from the middle tells nothing about what lies above it, not even about the second in which its newest run ended.
	const topMs = observation.isFromTop ? Math.max(before.markMs, newestMs) : newestMs - 1000;
	const settledMs = isSettled ? Math.min(before.markMs, topMs) : -1;
	const watermarkMs = Math.max(
		before.ended.watermarkMs,
		observation.reachedWatermark ? newestMs - LATENESS_MS : -1,
		settledMs,
	);
	const after: TriggerMemory = {
		...before,
		ended: ended.with(timed, watermarkMs, MOST_ENDED),
		untimed: withoutTime.with(untimed, before.untimed.watermarkMs, MOST_UNTIMED),
		...(isSettled ? { markMs: Math.max(before.markMs, topMs), markedAtMs: nowMs } : {}),
		nextPage: observation.nextPage,
	};
	const events =
		memory === undefined ? [] : [...fresh.values()].sort(byEnd).map(({ seen }) => seen);
	return { memory: after, events };
}

/** Whether a run was dealt with lately. */
export function knownTo(memory: TriggerMemory): (id: string) => boolean {
	return seenRunsOf(memory.ended).knows;
}

function newestOf(runs: Array<{ timeMs: number }>): number {
	return runs.reduce((newest, { timeMs }) => (timeMs > newest ? timeMs : newest), -1);
}

function firstMemory<Seen extends Sighting>(
	{ isComplete, createdSinceMs }: Observation<Seen>,
	newestMs: number,
	nowMs: number,
	scope: string,
): TriggerMemory {
	// Runs of the last moments that were not all read cannot be told from later ones: then only what ends later counts.
	const watermarkMs = isComplete ? newestMs - LATENESS_MS : newestMs;
	return {
		version: 1,
		scope,
		ended: { watermarkMs, seen: {} },
		untimed: { watermarkMs: createdSinceMs, seen: {} },
		markMs: newestMs,
		markedAtMs: nowMs,
		nextPage: 1,
	};
}

/** Of runs that ended in the same second or millisecond the one created first comes first. */
function byEnd(a: { seen: Sighting; timeMs: number }, b: typeof a): number {
	return a.timeMs - b.timeMs || timeOf(a.seen.run.created_at) - timeOf(b.seen.run.created_at) || 0;
}

/** A run without any time is taken as created in 1970, which is after the first floor (-1). */
function byCreation<T extends { seen: Sighting; timeMs: number }>(entry: T): T {
	const createdMs = timeOf(entry.seen.run.created_at);
	return { ...entry, timeMs: Number.isNaN(createdMs) ? 0 : createdMs };
}

/** A stored memory; undefined when it is malformed or belongs to other filters or another deployment. */
export function readMemory(stored: unknown, scope: string): TriggerMemory | undefined {
	const record = recordOf(stored);
	const ended = readSeenRuns(record?.ended);
	const untimed = readSeenRuns(record?.untimed);
	const [markMs, markedAtMs, nextPage] = [record?.markMs, record?.markedAtMs, record?.nextPage];
	const areNumbers = [markMs, markedAtMs].every(
		(value) => typeof value === 'number' && Number.isFinite(value),
	);
	if (
		record?.version !== 1 ||
		record.scope !== scope ||
		!ended ||
		!untimed ||
		!areNumbers ||
		!Number.isInteger(nextPage) ||
		Number(nextPage) < 1
	)
		return undefined;
	return {
		version: 1,
		scope,
		ended,
		untimed,
		markMs: Number(markMs),
		markedAtMs: Number(markedAtMs),
		nextPage: Number(nextPage),
	};
}
