import { appendTo } from '../appendTo';
import { hasUnknownEnd, type KnownRun } from '../runs/run';
import { pauseByAge, pauseForGroup, pauseInPollWindow, pauseWithStream } from './pace';
import type { WatchedRun } from './watchedRun';

/**
 * A run that ends in the last pause before its deadline is not lost: it is polled once more this
 * long before.
 */
export const LAST_POLL_MS = 2_000;
/**
 * A wait that comes back from a suspension has time for one poll only: its answer may come this
 * long after the deadline.
 */
const RESUMED_POLL_MS = 30_000;
/**
 * The same for a wait whose last answer was doubtful (the run is unknown, the key is refused),
 * which only further polls can settle.
 */
const RESUMED_DOUBT_MS = 30_000;
/** Pause before the further poll of a resumed wait whose last answer was doubtful. */
const DOUBT_PAUSE_MS = 5_000;
/**
 * Runs of one group start and end together: one listing answers all reports and questions within
 * this time.
 */
export const DEBOUNCE_MS = 10;
/**
 * Up to this many unfinished items, each run is polled by itself and followed by its event stream.
 * More open streams would cost the service more than listings do.
 */
export const FEW_RUNS = 4;
/**
 * How often the outputs of a run in progress are read, since their 408 may be the only sign of the
 * run's timeout.
 */
const VERIFY_INTERVAL_MS = 60_000;

/** What a decision needs to know beside the run it is about. */
export interface WatchFacts {
	nowMs: number;
	intervalMs: number;
	/** Whether the deployment lists the runs of a group. */
	canListGroups: boolean;
	/**
	 * Items of the node whose run has not ended, runs that are watched, and runs that ended while they
	 * were watched.
	 */
	outstanding: number;
	watched: number;
	ended: number;
	/** Since when the first run of all is waited for, epoch ms. */
	firstSinceMs: number;
}

/** When a group is polled next, epoch ms; Infinity where no time is set. */
export function groupPollMs(all: Iterable<WatchedRun>, groupId: string | null): number {
	let earliestMs = Number.POSITIVE_INFINITY;
	for (const { run, isPolling, dueMs } of all)
		if (run.group_id === groupId && !isPolling) earliestMs = Math.min(earliestMs, dueMs);
	return earliestMs;
}

/**
 * When a run is polled first, epoch ms. One that joins a group is seen by the group's next listing,
 * unless that is later than usual.
 * @param groupDueMs as `groupPollMs` gives it
 */
export function firstPollMs(
	run: KnownRun,
	sinceMs: number,
	hasPollWindow: boolean,
	groupDueMs: () => number,
	{ nowMs, intervalMs, canListGroups, outstanding }: WatchFacts,
): number {
	const isListed = run.group_id !== null && canListGroups;
	// A run that was just started cannot have ended, but one of which only the id is known may have.
	// Waits that come back from a suspension do so together: they share one listing.
	if (run.state === 'unknown') return isListed && outstanding > 1 ? nowMs + DEBOUNCE_MS : nowMs;
	const ageMs = nowMs - sinceMs;
	const aloneMs =
		nowMs + (hasPollWindow ? pauseInPollWindow(ageMs, intervalMs) : pauseByAge(ageMs, intervalMs));
	if (!isListed || outstanding <= FEW_RUNS) return aloneMs;
	const dueMs = groupDueMs();
	const listingMs =
		dueMs === Number.POSITIVE_INFINITY
			? nowMs + intervalMs / 4
			: Math.min(nowMs + intervalMs, dueMs);
	return Math.max(aloneMs, listingMs);
}

/**
 * Pause before the next listing of runs that were polled together, ms; undefined where each of them
 * is polled by itself.
 */
export function pauseBeforeListing(
	group: readonly WatchedRun[],
	facts: WatchFacts,
): number | undefined {
	return group.length < 2 || !facts.canListGroups
		? undefined
		: pauseForGroup(groupProgress(group, facts), facts.intervalMs);
}

/**
 * Pause before a run is polled again, without jitter.
 * @param listingMs of the runs that were polled together with it, as `pauseBeforeListing` gives it
 */
export function pauseBeforePoll(
	{ sinceMs, hasPollWindow }: WatchedRun,
	listingMs: number | undefined,
	isStreamTrusted: boolean,
	{ nowMs, intervalMs }: WatchFacts,
): number {
	const usualMs = isStreamTrusted
		? pauseWithStream(intervalMs)
		: (listingMs ?? pauseByAge(nowMs - sinceMs, intervalMs));
	return hasPollWindow
		? Math.max(usualMs, pauseInPollWindow(nowMs - sinceMs, intervalMs))
		: usualMs;
}

function groupProgress(group: readonly WatchedRun[], facts: WatchFacts) {
	return {
		pending: facts.watched,
		ended: facts.ended,
		elapsedMs: facts.nowMs - facts.firstSinceMs,
		ageMs:
			facts.nowMs - group.reduce((least, { sinceMs }) => Math.min(least, sinceMs), facts.nowMs),
		isStarved: facts.outstanding > facts.watched,
	};
}

/**
 * The next poll, moved before the deadline's last chance while there is time for that, and to the
 * moment at which the run must have begun. Epoch ms.
 */
export function beforeDeadline(watched: WatchedRun, dueMs: number, nowMs: number): number {
	const { deadlineMs, startDeadlineMs, isReturning } = watched;
	const lastPollMs = deadlineMs - LAST_POLL_MS;
	return Math.min(
		isReturning && isDoubtful(watched) ? nowMs + DOUBT_PAUSE_MS : dueMs,
		dueMs,
		lastPollMs > nowMs + LAST_POLL_MS ? lastPollMs : dueMs,
		startDeadlineMs > nowMs ? startDeadlineMs : dueMs,
	);
}

/** When the wait is over, epoch ms. */
export function endOfWaitMs(watched: WatchedRun): number {
	const { deadlineMs, isPolling, isNew, isReturning } = watched;
	if (!isReturning) return deadlineMs;
	// On a busy server its time may be over before its one poll is made; each resume might then end
	// without one.
	if (isNew && !isPolling) return Number.POSITIVE_INFINITY;
	// Without this limit each resume would begin with the same doubtful answer, and the wait would
	// never end.
	if (isDoubtful(watched)) return deadlineMs + RESUMED_DOUBT_MS;
	return isPolling && isNew ? deadlineMs + RESUMED_POLL_MS : deadlineMs;
}

/**
 * The service does not know the run, or refused the key: both may pass in a moment, or be the end
 * of the wait.
 */
function isDoubtful({ missingSinceMs, refusals }: WatchedRun): boolean {
	return !Number.isNaN(missingSinceMs) || refusals > 0;
}

/** A poll that is to be made now: of a whole group, or of runs without one. */
export interface DuePoll {
	groupId: string | null;
	watched: WatchedRun[];
}

/**
 * The polls that are due. Once one run of a group is due, the whole group is polled, since that
 * costs the same.
 */
export function duePolls(
	all: Iterable<WatchedRun>,
	{ nowMs, canListGroups }: Pick<WatchFacts, 'nowMs' | 'canListGroups'>,
): DuePoll[] {
	const groups = new Map<string | null, WatchedRun[]>();
	for (const watched of all) {
		if (!watched.isPolling) appendTo(groups, canListGroups ? watched.run.group_id : null, watched);
	}
	return [...groups].flatMap(([groupId, group]) => {
		const due = group.filter(({ dueMs }) => dueMs <= nowMs);
		if (due.length === 0) return [];
		return [{ groupId, watched: groupId === null ? due : group }];
	});
}

/**
 * When the watcher has something to do again, epoch ms. A poll in progress wakes it by itself when
 * it is answered.
 */
export function nextWakeMs(all: Iterable<WatchedRun>): number {
	let wakeMs = Number.POSITIVE_INFINITY;
	for (const watched of all) {
		wakeMs = Math.min(wakeMs, endOfWaitMs(watched));
		if (!watched.isPolling) wakeMs = Math.min(wakeMs, watched.dueMs);
	}
	return wakeMs;
}

/**
 * How a run is to be verified by its outputs: not at all, by them alone, or after one more poll of
 * the run itself.
 */
export type Verification = 'none' | 'outputs' | 'runAndOutputs';

/**
 * Whether a run's status is suspicious: one that does not say whether the run has ended is verified
 * each time, any other one seldom, and once shortly before the deadline. A run that ended with an
 * unknown word may have outputs that it only names.
 * @param isListed the status comes from a group's list, which may lag behind the run itself
 */
export function verificationOf(
	{ deadlineMs, verifiedMs, sinceMs, hasPollWindow }: WatchedRun,
	run: KnownRun,
	isListed: boolean,
	nowMs: number,
): Verification {
	if (run.finished) return hasUnknownEnd(run) && run.outputs.length === 0 ? 'outputs' : 'none';
	const isLast =
		!hasPollWindow && deadlineMs - nowMs <= LAST_POLL_MS && deadlineMs - verifiedMs > LAST_POLL_MS;
	if (isLast) return isListed ? 'runAndOutputs' : 'outputs';
	const isOverdue = nowMs - verifiedMs > Math.max(VERIFY_INTERVAL_MS, (nowMs - sinceMs) / 5);
	return run.state === 'unknown' || isOverdue ? 'outputs' : 'none';
}
