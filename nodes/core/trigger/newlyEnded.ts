import { type SeenRuns, seenRunsOf, readSeenRuns, type TimedId } from './seenRuns';
import { type JsonRecord, recordOf } from '../json';
import { hasUnknownEnd, type Run, type RunState, timeOf } from '../runs/run';

/** What a user can react to, and the states that it stands for. */
const STATES = {
	completed: ['succeeded'],
	failed: ['failed', 'timed_out'],
	cancelled: ['cancelled'],
} satisfies Record<string, RunState[]>;

export type RunEventName = keyof typeof STATES;

/**
 * The event of a run that has ended; undefined while it is in progress. A run that ended with a
 * status that we do not know, such as "partially_completed" or "moderated", counts as completed
 * when it lists outputs and as failed otherwise, exactly as it does for an item that waits for it.
 */
export function eventOf(run: Run): RunEventName | undefined {
	if (hasUnknownEnd(run)) return mayChange(run) ? 'failed' : 'completed';
	return eventOfState(run.state);
}

/** Whether a run that counts as failed may still list outputs, and count as completed then. */
const mayChange = (run: Run): boolean => hasUnknownEnd(run) && run.outputs.length === 0;

/** The event that a state stands for; undefined for one that is no end. */
export function eventOfState(state: RunState): RunEventName | undefined {
	const names: RunEventName[] = ['completed', 'failed', 'cancelled'];
	return names.find((name) => STATES[name].some((word) => word === state));
}

/** Most that the clocks of the service's machines, which stamp the ends, may differ, in ms. */
export const CLOCK_SKEW_MS = 120_000;
/** Most time after its end until a run is listed as ended: replicas, caches, queues. */
const LISTING_LAG_MS = 120_000;
/**
 * A run may be listed this much later than its end time says. Both causes may occur together, so
 * they are added. Times are compared with times of the same service only, never with n8n's clock.
 */
export const LATENESS_MS = CLOCK_SKEW_MS + LISTING_LAG_MS;
/**
 * Bounds of the stored memory: 8 characters each. The first is reached only by bursts within
 * LATENESS_MS.
 */
const MOST_ENDED = 30_000;
const MOST_UNTIMED = 2_000;
/** Above this many, late runs are not found by counting but by reading. */
const MOST_OTHERS = 4_000;

/**
 * All that a trigger remembers between polls, as JSON: about 200 bytes for a quiet deployment, 300
 * kB at most. It holds the runs that were handled and no runs that are waiting to be reported, so
 * losing the newest version costs only a repeated poll.
 */
export interface TriggerMemory {
	version: 1;
	/** Which filters and deployment it belongs to. */
	scope: string;
	/** Runs with an end time. */
	ended: SeenRuns;
	/**
	 * Runs that ended without one (cancelled before they began, on some deployments), by creation.
	 */
	untimed: SeenRuns;
	/**
	 * Runs as in `ended.seen` that were read and need no report, as their event or workflow is not
	 * wanted: they are only counted, and so not read again. Absent in memories of earlier versions.
	 */
	others?: SeenRuns['seen'];
	/** At n8n's time `markedAtMs`, all runs up to the end time `markMs` had been read. */
	markMs: number;
	markedAtMs: number;
	/** Newest end time that was ever seen; absent in memories of earlier versions. */
	topMs?: number;
	/** Page of the list where the next poll begins; above 1 while catching up. */
	nextPage: number;
	/**
	 * A check of the whole list down to the watermark that takes several polls: the newest end when
	 * it began, and when that was.
	 */
	pass?: { topMs: number; atMs: number };
}

export interface Sighting {
	/** Recognises the run in every later poll. */
	id: string;
	run: Run;
}

/** What one poll of the service's list found. */
export interface Observation<Seen extends Sighting> {
	runs: Seen[];
	/**
	 * Every run that ended after the memory's watermark, up to the newest end in `runs`, is in
	 * `runs`.
	 */
	isComplete: boolean;
	/**
	 * The poll read down to the watermark. Otherwise it stopped among runs that were handled lately,
	 * and a run that was listed late may lie below them, so the watermark must not rise.
	 */
	reachedWatermark: boolean;
	/** Nothing newer was left out. */
	isFromTop: boolean;
	/**
	 * An end later than this (epoch ms, by the service's clock) was stamped by a clock that is ahead,
	 * and says nothing of other runs.
	 */
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
 * The trigger's memory after a poll, and the runs that are new to it, oldest end first. Pure.
 * Without a memory this is the first poll, and all of its runs are history. A poll that is
 * incomplete changes only the page to continue from.
 * @param memory as `readMemory` gave it
 * @param nowMs n8n's clock, used only for the time between two polls
 */
export function updateMemory<Seen extends Sighting>(
	memory: TriggerMemory | undefined,
	observation: Observation<Seen>,
	nowMs: number,
	settings: EventSettings,
): { memory: TriggerMemory; events: Seen[] } {
	const finished = observation.runs
		.filter(({ run }) => run.finished)
		.map((seen) => ({ seen, id: seen.id, timeMs: timeOf(seen.run.completed_at) }));
	const wanted = finished.filter(({ seen }) => settings.isWanted(seen.run));
	const newestMs = newestOf(finished.filter(({ timeMs }) => timeMs <= observation.latestEndMs));
	if (memory !== undefined && !observation.isComplete) {
		const rest = { ...memory };
		delete rest.pass;
		const topMs = Math.max(memory.topMs ?? memory.markMs, newestMs);
		return { memory: { ...rest, topMs, nextPage: observation.nextPage }, events: [] };
	}
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

	const settledMs = settledUntil(before, observation, newestMs, nowMs);
	const nextEnded = ended.with(timed, settledMs, MOST_ENDED);
	const reportable = new Set(timed.map(({ id }) => id));
	const passedOver = finished.filter(
		({ seen, id, timeMs }) => timeMs >= ended.fromMs && !reportable.has(id) && !mayChange(seen.run),
	);
	const after: TriggerMemory = {
		...advanced(before, observation, newestMs, nowMs),
		ended: nextEnded,
		others: othersOf(before).with(passedOver, nextEnded.watermarkMs, MOST_OTHERS).seen,
		untimed: withoutTime.with(untimed, before.untimed.watermarkMs, MOST_UNTIMED),
		nextPage: observation.nextPage,
	};
	const events =
		memory === undefined ? [] : [...fresh.values()].sort(byEnd).map(({ seen }) => seen);
	return { memory: after, events };
}

/**
 * When the poll, or the first one of a pass over several polls, began, and the newest end that it
 * saw.
 */
function passOf(before: TriggerMemory, isFromTop: boolean, newestMs: number, nowMs: number) {
	return isFromTop ? { topMs: Math.max(before.markMs, newestMs), atMs: nowMs } : before.pass;
}

/**
 * The new watermark after a poll that read everything above the old one: the end time up to which
 * no run can be listed late any more. Enough time must have passed since then, by n8n's clock
 * between two polls or by the newest end time that the service has written.
 */
function settledUntil<Seen extends Sighting>(
	before: TriggerMemory,
	{ reachedWatermark, isFromTop }: Observation<Seen>,
	newestMs: number,
	nowMs: number,
): number {
	const current = before.ended.watermarkMs;
	if (!reachedWatermark) return current;
	const pass = passOf(before, isFromTop, newestMs, nowMs);
	const { topMs, atMs } = pass ?? { topMs: before.topMs ?? before.markMs, atMs: nowMs };
	const markedMs = atMs - before.markedAtMs >= LATENESS_MS ? before.markMs : -1;
	const settledMs = Math.max(markedMs, Math.max(topMs, newestMs) - LATENESS_MS);
	// A poll that began in the middle of the list says nothing about the runs above it, not even
	// about others that ended in the same second as its newest run.
	return Math.max(current, pass === undefined ? Math.min(settledMs, newestMs - 1000) : settledMs);
}

/** What else the memory holds after a poll that was complete. */
function advanced<Seen extends Sighting>(
	{ pass: _, ...before }: TriggerMemory,
	{ reachedWatermark, isFromTop, nextPage }: Observation<Seen>,
	newestMs: number,
	nowMs: number,
): TriggerMemory {
	const pass = passOf({ ...before, pass: _ }, isFromTop, newestMs, nowMs);
	const { topMs, atMs } = pass ?? { topMs: newestMs - 1000, atMs: nowMs };
	const isMarked = reachedWatermark && atMs - before.markedAtMs >= LATENESS_MS;
	return {
		...before,
		topMs: Math.max(before.topMs ?? before.markMs, newestMs),
		...(isMarked ? { markMs: Math.max(before.markMs, topMs), markedAtMs: atMs } : {}),
		...(pass !== undefined && !reachedWatermark && nextPage > 1 ? { pass } : {}),
	};
}

/** Runs after the watermark that were read and need no report. */
export function othersOf({ ended, others = {} }: Pick<TriggerMemory, 'ended' | 'others'>) {
	return seenRunsOf({ watermarkMs: ended.watermarkMs, seen: others });
}

/** Whether a run was handled lately. */
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
	// If the newest runs were not all read, the unread ones cannot be distinguished from later ones.
	// Only runs that end later count then.
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

/** Among runs that ended in the same second or millisecond, the one created first comes first. */
function byEnd(a: { seen: Sighting; timeMs: number }, b: typeof a): number {
	return a.timeMs - b.timeMs || timeOf(a.seen.run.created_at) - timeOf(b.seen.run.created_at) || 0;
}

/** A run without any time is taken as created in 1970, which is after the first watermark (-1). */
function byCreation<T extends { seen: Sighting; timeMs: number }>(entry: T): T {
	const createdMs = timeOf(entry.seen.run.created_at);
	return { ...entry, timeMs: Number.isNaN(createdMs) ? 0 : createdMs };
}

/**
 * A stored memory; undefined when it is malformed or belongs to other filters or another
 * deployment.
 */
export function readMemory(stored: unknown, scope: string): TriggerMemory | undefined {
	const record = recordOf(stored);
	const ended = readSeenRuns(record?.ended);
	const untimed = readSeenRuns(record?.untimed);
	const others = readSeenRuns({ watermarkMs: ended?.watermarkMs, seen: record?.others })?.seen;
	const [markMs, markedAtMs] = [numberAt(record, 'markMs'), numberAt(record, 'markedAtMs')];
	const nextPage = numberAt(record, 'nextPage') ?? 0;
	if (
		record?.version !== 1 ||
		record.scope !== scope ||
		!ended ||
		!untimed ||
		markMs === undefined ||
		markedAtMs === undefined ||
		!Number.isInteger(nextPage) ||
		nextPage < 1
	)
		return undefined;
	const topMs = numberAt(record, 'topMs');
	const storedPass = recordOf(record.pass);
	const [passTopMs, passAtMs] = [numberAt(storedPass, 'topMs'), numberAt(storedPass, 'atMs')];
	return {
		version: 1,
		scope,
		ended,
		untimed,
		...(others === undefined ? {} : { others }),
		markMs,
		markedAtMs,
		nextPage,
		...(topMs === undefined ? {} : { topMs }),
		...(passTopMs === undefined || passAtMs === undefined
			? {}
			: { pass: { topMs: passTopMs, atMs: passAtMs } }),
	};
}

function numberAt(record: JsonRecord | undefined, key: string): number | undefined {
	const value = record?.[key];
	return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
