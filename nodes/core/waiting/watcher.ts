import { type Clock, takeTurns } from '../async/clock';
import { onAbort, PAUSE_OVER } from '../async/signals';
import { ExecutionCancelledError, ofRun } from '../errors';
import type { KnownRun } from '../runs/run';
import {
	createEventFollower,
	type EventFollower,
	followRun,
	isStreamTrusted,
	unfollowAll,
	unfollowRun,
} from './eventFollower';
import { beginningOf, startTimeout } from './beginning';
import { pauseWithStream, withJitter } from './pace';
import { createRunPoller, pollRuns, type RunPoller } from './poller';
import {
	beforeDeadline,
	DEBOUNCE_MS,
	type DuePoll,
	duePolls,
	endOfWaitMs,
	FEW_RUNS,
	firstPollMs,
	groupPollMs,
	LAST_POLL_MS,
	nextWakeMs,
	pauseBeforeListing,
	pauseBeforePoll,
	type WatchFacts,
} from './schedule';
import { endOfWait, type WatchedRun, watchedRun } from './watchedRun';
import type { WatchService, WatchSettings } from './watchService';

/** Waits for the ends of many runs at once. */
export interface Watcher {
	/**
	 * Resolves with the run as it ended.
	 * @param deadlineMs epoch ms; Infinity: none
	 * @param pollWindow of a wait that may be suspended: since when the run is waited for, when its
	 * outputs were last read although it seemed to be in progress (epoch ms), and whether the wait is
	 * suspended at its deadline, rather than over
	 * @param startTimeoutMs how long the run may wait for its begin; 0: no limit
	 * @throws WaitTimeout | StillRunning | StartTimeout | ServiceError | ExecutionCancelledError
	 */
	watch(
		run: KnownRun,
		deadlineMs: number,
		pollWindow?: Window,
		startTimeoutMs?: number,
	): Promise<KnownRun>;
	/**
	 * Polls nothing until the function that it returns is called: thousands of waits that come back
	 * from a suspension join over many turns of the event loop, and share one listing. Called before
	 * the first run is watched.
	 */
	holdPolls(): () => void;
}

interface Window {
	sinceMs: number;
	verifiedMs: number;
	isFirst?: boolean;
}

/**
 * What the functions of this file share. One loop serves all runs: it polls what is due and sleeps
 * until the next one is.
 */
interface WatcherState {
	readonly settings: WatchSettings;
	readonly clock: Clock;
	readonly stop?: AbortSignal;
	readonly poller: RunPoller;
	readonly follower: EventFollower;
	readonly all: Set<WatchedRun>;
	/** Ends the loop's present sleep. */
	sleep: AbortController;
	/** When that sleep ends by itself, epoch ms; `AWAKE` while the loop does not sleep. */
	wakesMs: number;
	isLooping: boolean;
	isHeld: boolean;
	/**
	 * When each group is polled next, epoch ms, while the loop sleeps: ten thousand runs that join one
	 * after another must not each go through all before them.
	 */
	readonly groupDueMs: Map<string | null, number>;
	firstSinceMs: number;
	ended: number;
}

const AWAKE = Number.NEGATIVE_INFINITY;

/**
 * One listing per group and tick, single polls otherwise, event streams where few runs are left.
 */
export function createWatcher(
	service: WatchService,
	settings: WatchSettings,
	clock: Clock,
	stop?: AbortSignal,
): Watcher {
	const results = {
		onSeen: (watched: WatchedRun, run: KnownRun) => noteSeen(state, watched, run),
		onEnded: (watched: WatchedRun, result: KnownRun | Error) => settle(state, watched, result),
	};
	const hints = {
		onHint: (runId: string) => pollIn(state, runId, state.all.size > 1 ? DEBOUNCE_MS : 0),
		onLive: (runId: string) => pollIn(state, runId, pauseWithStream(settings.intervalMs)),
	};
	const state: WatcherState = {
		settings,
		clock,
		stop,
		poller: createRunPoller(service, results, settings.intervalMs, clock),
		follower: createEventFollower(service, hints, clock, stop),
		all: new Set(),
		sleep: new AbortController(),
		wakesMs: AWAKE,
		isLooping: false,
		isHeld: false,
		groupDueMs: new Map(),
		firstSinceMs: Number.POSITIVE_INFINITY,
		ended: 0,
	};
	return {
		watch: (run, deadlineMs, pollWindow, startTimeoutMs = 0) =>
			run.finished
				? Promise.resolve(run)
				: new Promise((resolve, reject) => {
						const settle = (result: KnownRun | Error) =>
							result instanceof Error ? reject(result) : resolve(result);
						addRun(state, { run, deadlineMs, pollWindow, startTimeoutMs, settle });
					}),
		holdPolls: () => {
			state.isHeld = true;
			return () => {
				state.isHeld = false;
				beginLoop(state);
			};
		},
	};
}

interface Order extends Pick<WatchedRun, 'run' | 'deadlineMs' | 'settle'> {
	pollWindow: Window | undefined;
	startTimeoutMs: number;
}

/** Ten thousand waits of a suspension are added at each resume, so there is one object for each. */
function addRun(
	state: WatcherState,
	{ run, deadlineMs, pollWindow, startTimeoutMs, settle }: Order,
): void {
	const nowMs = state.clock.now();
	const sinceMs = pollWindow?.sinceMs ?? nowMs;
	state.firstSinceMs = Math.min(state.firstSinceMs, sinceMs);
	const hasPollWindow = pollWindow !== undefined;
	const facts = { ...factsOf(state), outstanding: outstanding(state) + 1 };
	const watched = watchedRun(
		{
			run,
			sinceMs,
			// A wait that resumes past its deadline still polls once: the run may have ended in time.
			deadlineMs: deadlineMs <= nowMs ? nowMs + LAST_POLL_MS : deadlineMs,
			startDeadlineMs: startTimeoutMs > 0 ? sinceMs + startTimeoutMs : Number.POSITIVE_INFINITY,
			dueMs: firstPollMs(run, sinceMs, hasPollWindow, () => groupDueMs(state, run), facts),
			settle,
			hasPollWindow,
			isWindowFirst: pollWindow?.isFirst ?? false,
			isReturning: hasPollWindow && sinceMs < nowMs,
			verifiedMs: pollWindow?.verifiedMs ?? nowMs,
		},
		nowMs,
	);
	state.all.add(watched);
	const knownMs = state.groupDueMs.get(run.group_id);
	if (knownMs !== undefined) state.groupDueMs.set(run.group_id, Math.min(knownMs, watched.dueMs));
	if (isSooner(state, watched) || mayFollow(state, watched)) wake(state);
	beginLoop(state);
}

function groupDueMs({ groupDueMs: known, all }: WatcherState, { group_id }: KnownRun): number {
	const dueMs = known.get(group_id) ?? groupPollMs(all, group_id);
	known.set(group_id, dueMs);
	return dueMs;
}

function beginLoop(state: WatcherState): void {
	if (state.isLooping || state.isHeld) return;
	state.isLooping = true;
	void loop(state);
}

/** Thousands of runs that join at once wake the loop once. */
function wake(state: WatcherState): void {
	if (state.wakesMs !== AWAKE) state.sleep.abort(PAUSE_OVER);
	state.wakesMs = AWAKE;
	state.groupDueMs.clear();
}

/** Whether a run needs the loop before it wakes by itself. */
const isSooner = ({ wakesMs }: WatcherState, watched: WatchedRun): boolean =>
	Math.min(watched.dueMs, endOfWaitMs(watched)) < wakesMs;

/** Whether the run's events are followed: few runs are left. */
const mayFollow = (state: WatcherState, { isReturning }: WatchedRun): boolean =>
	state.settings.hasLiveEvents && !isReturning && outstanding(state) <= FEW_RUNS;

/** Items whose run has not ended. */
const outstanding = ({ settings, all }: WatcherState): number => settings.unbegun() + all.size;

async function loop(state: WatcherState): Promise<void> {
	const { all, clock, stop } = state;
	while (all.size > 0) {
		await checkWaits(state);
		state.groupDueMs.clear();
		for (const due of duePolls(all, factsOf(state))) void poll(state, due);
		if (all.size === 0 || stop?.aborted) continue;
		state.sleep = new AbortController();
		const unlink = stop && onAbort(stop, () => wake(state));
		state.wakesMs = nextWakeMs(all);
		await clock.pause(state.wakesMs - clock.now(), state.sleep.signal);
		state.wakesMs = AWAKE;
		unlink?.();
	}
	// In the same turn as the loop's last check: a run that is added right after it finds the loop
	// ended and starts a new one.
	state.isLooping = false;
	unfollowAll(state.follower);
}

/** Ten thousand waits that end together, with a poll window, would block the event loop for long. */
async function checkWaits(state: WatcherState): Promise<void> {
	const turns = takeTurns(state.clock);
	for (const watched of [...state.all]) {
		if (turns.isPauseDue()) await turns.pause();
		if (state.all.has(watched)) checkWait(state, watched);
	}
}

/** Ends a wait that is over, and follows the run's events where few runs are left. */
function checkWait(state: WatcherState, watched: WatchedRun): void {
	const { clock, stop, follower, poller } = state;
	const nowMs = clock.now();
	if (stop?.aborted) settle(state, watched, new ExecutionCancelledError());
	else if (endOfWaitMs(watched) <= nowMs)
		settle(state, watched, endOfWait(watched, nowMs, poller.service.serviceName));
	else if (mayFollow(state, watched)) followRun(follower, watched.run);
}

async function poll(state: WatcherState, { groupId, watched: group }: DuePoll): Promise<void> {
	for (const watched of group) {
		watched.isPolling = true;
		watched.dueMs = Number.POSITIVE_INFINITY;
	}
	await pollRuns(state.poller, group, groupId);
	const left = group.filter((watched) => state.all.has(watched));
	const facts = factsOf(state);
	const listingMs = pauseBeforeListing(left, facts);
	for (const watched of left) {
		watched.isPolling = false;
		watched.isNew = false;
		scheduleNext(state, watched, listingMs, facts);
	}
	wake(state);
}

function scheduleNext(
	{ settings, clock, follower }: WatcherState,
	watched: WatchedRun,
	listingMs: number | undefined,
	facts: WatchFacts,
): void {
	// A poll that failed, or an event that arrived meanwhile, has set the time of the next poll
	// already.
	if (watched.dueMs === Number.POSITIVE_INFINITY) {
		const isTrusted = isStreamTrusted(follower, watched.run.run_id);
		const pauseMs = pauseBeforePoll(watched, listingMs, isTrusted, facts);
		watched.dueMs = facts.nowMs + withJitter(pauseMs, settings.intervalMs, clock.random());
	}
	watched.dueMs = beforeDeadline(watched, watched.dueMs, facts.nowMs);
}

/** Sets the next poll of a run, for every item that waits for it. */
function pollIn(state: WatcherState, runId: string, pauseMs: number): void {
	const nowMs = state.clock.now();
	for (const watched of state.all)
		if (watched.run.run_id === runId)
			watched.dueMs = beforeDeadline(watched, nowMs + pauseMs, nowMs);
	wake(state);
}

function noteSeen(state: WatcherState, watched: WatchedRun, run: KnownRun): void {
	// Of a run that comes back from a suspension only the ID is known: in progress is no news.
	const isNews = run.finished || !(watched.isNew && watched.isReturning);
	if (isNews && run.state !== watched.run.state) state.settings.onChange?.(run);
	watched.run = run;
	checkBeginning(state, watched);
}

/** Ends the wait for a run that has not begun in time. */
function checkBeginning(state: WatcherState, watched: WatchedRun): void {
	const { settings, clock, poller } = state;
	const { run, startDeadlineMs, sinceMs } = watched;
	if (startDeadlineMs === Number.POSITIVE_INFINITY) return;
	const beginning = beginningOf(run, poller.service.reportsStart?.() ?? false);
	if (beginning !== 'begun' && clock.now() < startDeadlineMs) return;
	watched.startDeadlineMs = Number.POSITIVE_INFINITY;
	if (beginning === 'unclear') settings.onUnclearStart?.(run);
	if (beginning === 'waiting')
		settle(state, watched, startTimeout(run.run_id, startDeadlineMs - sinceMs));
}

/**
 * Gives an item its result. Another item may still wait for the same run, and need its event
 * stream.
 */
function settle(state: WatcherState, watched: WatchedRun, result: KnownRun | Error): void {
	const { all, follower } = state;
	if (!all.delete(watched)) return;
	const { run_id: runId } = watched.run;
	if (follower.followed.has(runId) && ![...all].some(({ run }) => run.run_id === runId))
		unfollowRun(follower, runId);
	if (!(result instanceof Error)) state.ended++;
	watched.settle(result instanceof Error ? ofRun(result, watched.run) : result);
}

function factsOf(state: WatcherState): WatchFacts {
	const { settings, clock, poller, all, ended, firstSinceMs } = state;
	return {
		nowMs: clock.now(),
		intervalMs: settings.intervalMs,
		canListGroups: poller.canListGroups,
		outstanding: outstanding(state),
		watched: all.size,
		ended,
		firstSinceMs,
	};
}
