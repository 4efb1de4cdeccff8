import { type Clock, takeTurns, within } from '../async/clock';
import { createLimiter, type Limiter } from '../async/limiter';
import { ExecutionCancelledError, hasStatus, ServiceError } from '../errors';
import { type KnownRun, withKnown } from '../runs/run';
import { runNotFoundError } from '../runs/runNotFound';
import { pauseAfterFailures, withJitter } from './pace';
import { verificationOf } from './schedule';
import type { WatchedRun } from './watchedRun';
import type { WatchService } from './watchService';

const POLLS_AT_A_TIME = 10;
/**
 * A start may be answered before the run can be read (404), and a gateway in trouble may not find
 * it for a moment.
 */
const UNKNOWN_RUN_GRACE_MS = 15_000;
/**
 * A service that is down for longer than this is not waited for; its runs can still be collected
 * later.
 */
const LONGEST_OUTAGE_MS = 300_000;
/**
 * After this many failures in a row the list is not used any more, since polls of single runs may
 * still work.
 */
const MOST_FAILED_LISTS = 3;
/** While a list is not answered for this long, its runs are polled one by one. */
const LIST_PATIENCE_MS = 10_000;

/**
 * A single 401 or 403 may be a short fault of a gateway, so it counts only after a second poll
 * confirms it.
 */
const REFUSALS_THAT_COUNT = 2;

/** Where the poller reports what it saw. */
export interface PollResults {
	onSeen(watched: WatchedRun, run: KnownRun): void;
	onEnded(watched: WatchedRun, result: KnownRun | Error): void;
}

/**
 * One listing for a group of several runs, single polls otherwise. A poll that fails does not fail
 * its runs.
 */
export interface RunPoller {
	readonly service: WatchService;
	readonly results: PollResults;
	readonly intervalMs: number;
	readonly clock: Clock;
	readonly limit: Limiter;
	/** Whether groups can be listed; a deployment that cannot is noticed once. */
	canListGroups: boolean;
	/** Lists that failed in a row, and lists that were refused in a row with 401 or 403. */
	failedLists: number;
	refusedLists: number;
}

export function createRunPoller(
	service: WatchService,
	results: PollResults,
	intervalMs: number,
	clock: Clock,
): RunPoller {
	return {
		service,
		results,
		intervalMs,
		clock,
		limit: createLimiter(POLLS_AT_A_TIME),
		canListGroups: service.pollGroup !== undefined,
		failedLists: 0,
		refusedLists: 0,
	};
}

/** Polls runs of one group, or runs without one, and reports what it saw. Never rejects. */
export async function pollRuns(
	poller: RunPoller,
	watched: WatchedRun[],
	groupId: string | null,
): Promise<void> {
	const listed =
		groupId !== null && poller.canListGroups && watched.length > 1
			? await listGroup(poller, groupId, watched)
			: new Map<string, KnownRun>();
	if (listed === undefined) return;
	// Most of ten thousand listed runs are in progress: a chain of promises for each took its time.
	const rest: WatchedRun[] = [];
	const turns = takeTurns(poller.clock);
	for (const one of watched) {
		if (turns.isPauseDue()) await turns.pause();
		if (!noteListed(poller, one, listed.get(one.run.run_id))) rest.push(one);
	}
	await Promise.all(
		rest.map(async (one) => await pollOne(poller, one, listed.get(one.run.run_id))),
	);
}

/**
 * The runs of a group by id; those that are not listed are polled one by one. undefined: the failed
 * list was their poll.
 */
async function listGroup(
	poller: RunPoller,
	groupId: string,
	group: WatchedRun[],
): Promise<Map<string, KnownRun> | undefined> {
	try {
		const wanted = new Set(group.map(({ run }) => run.run_id));
		const listing = poller.service.pollGroup?.(groupId, wanted);
		const runs = await within(poller.clock, LIST_PATIENCE_MS, listing, () => 'stalled' as const);
		if (runs === 'stalled') {
			poller.canListGroups = ++poller.failedLists < MOST_FAILED_LISTS;
			return new Map();
		}
		poller.canListGroups = runs !== undefined;
		poller.failedLists = 0;
		poller.refusedLists = 0;
		return new Map(runs?.map((run) => [run.run_id, run]));
	} catch (error) {
		// A key that may read runs but not list them is no reason to give up the runs.
		poller.canListGroups = isListWorthAnotherTry(poller, error);
		if (!poller.canListGroups || isCredentialRefusal(error)) return new Map();
		for (const watched of group) noteFailure(poller, watched, error);
		return undefined;
	}
}

/** Counts the failure. */
function isListWorthAnotherTry(poller: RunPoller, error: unknown): boolean {
	if (isCredentialRefusal(error)) return ++poller.refusedLists < REFUSALS_THAT_COUNT;
	if (isRefusal(error)) return false;
	return isBusy(error) || ++poller.failedLists < MOST_FAILED_LISTS;
}

/**
 * Reports a run as its group's list shows it.
 * @returns false: it was not reported, since it is not listed or has to be verified
 */
function noteListed(poller: RunPoller, watched: WatchedRun, listed: KnownRun | undefined): boolean {
	if (listed === undefined) return false;
	const run = withKnown(listed, watched.run);
	if (verificationOf(watched, run, true, poller.clock.now()) !== 'none') return false;
	try {
		noteSeen(poller, watched, run);
	} catch (error) {
		noteFailure(poller, watched, error);
	}
	return true;
}

/** @param listed the run as its group's list shows it; without it the run itself is polled */
async function pollOne(
	poller: RunPoller,
	watched: WatchedRun,
	listed: KnownRun | undefined,
): Promise<void> {
	try {
		const { limit, service, clock } = poller;
		const found = listed ?? (await limit(async () => await service.poll(watched.run)));
		if (found === null) return noteMissing(poller, watched);
		const run = withKnown(found, watched.run);
		noteSeen(
			poller,
			watched,
			await verify(service, watched, run, listed !== undefined, clock.now()),
		);
	} catch (error) {
		noteFailure(poller, watched, error);
	}
}

function noteSeen({ results }: RunPoller, watched: WatchedRun, run: KnownRun): void {
	watched.failures = 0;
	watched.refusals = 0;
	watched.missingSinceMs = Number.NaN;
	results.onSeen(watched, run);
	if (run.finished) results.onEnded(watched, run);
}

/**
 * The run as it is, where its status may be wrong. A verification that fails changes nothing: the
 * poll itself went well.
 */
async function verify(
	service: WatchService,
	watched: WatchedRun,
	run: KnownRun,
	isListed: boolean,
	nowMs: number,
): Promise<KnownRun> {
	const how = verificationOf(watched, run, isListed, nowMs);
	if (how === 'none' || !service.verify) return run;
	watched.verifiedMs = nowMs;
	return await verifyNow(service, run, how).catch((error: unknown) => {
		if (error instanceof ExecutionCancelledError) throw error;
		return run;
	});
}

async function verifyNow(
	service: WatchService,
	run: KnownRun,
	how: ReturnType<typeof verificationOf>,
): Promise<KnownRun> {
	const fresh = how === 'runAndOutputs' ? withKnown((await service.poll(run)) ?? run, run) : run;
	return fresh.finished && fresh !== run ? fresh : ((await service.verify?.(fresh)) ?? fresh);
}

/** The service does not know the run. For a moment that is normal. */
function noteMissing(poller: RunPoller, watched: WatchedRun): void {
	const { serviceName } = poller.service;
	const nowMs = poller.clock.now();
	if (Number.isNaN(watched.missingSinceMs)) {
		watched.failures = 0;
		watched.missingSinceMs = nowMs;
	}
	if (nowMs - watched.missingSinceMs > UNKNOWN_RUN_GRACE_MS)
		noteFailure(poller, watched, runNotFoundError(watched.run, serviceName));
}

/**
 * A failure that may pass makes the next poll wait; any other, or one that lasts too long, ends the
 * item's wait.
 */
function noteFailure(
	{ results, intervalMs, clock }: RunPoller,
	watched: WatchedRun,
	error: unknown,
): void {
	if (!(error instanceof ServiceError)) return results.onEnded(watched, error as Error);
	const isDoubtful = isCredentialRefusal(error) && ++watched.refusals < REFUSALS_THAT_COUNT;
	if (!error.facts.isRetryable && !isDoubtful) return results.onEnded(watched, error);
	const nowMs = clock.now();
	if (watched.failures++ === 0) watched.failingSinceMs = nowMs;
	watched.lastFailure = error;
	if (nowMs - watched.failingSinceMs > LONGEST_OUTAGE_MS) return results.onEnded(watched, error);
	const pauseMs = pauseAfterFailures(watched.failures, intervalMs, error.facts.retryAfterMs);
	watched.dueMs = nowMs + withJitter(pauseMs, intervalMs, clock.random());
}

/** Single polls would send more requests although the service asked for fewer. */
const isBusy = (error: unknown): boolean => hasStatus(error, 429);

const isCredentialRefusal = (error: unknown): boolean => hasStatus(error, 401, 403);

function isRefusal(error: unknown): boolean {
	return error instanceof ServiceError && !error.facts.isRetryable;
}
