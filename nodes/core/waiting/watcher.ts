import type { Clock } from '../async/clock';
import { ofRun, ExecutionCancelledError } from '../errors';
import { createRunPoller } from './poller';
import { onAbort } from '../async/signals';
import { pauseByAge, pauseForGroup, pauseInPollWindow, pauseWithStream, withJitter } from './pace';
import type { KnownRun } from '../runs/run';
import { createEventFollower } from './eventFollower';
import {
	inTime,
	LAST_POLL_MS,
	limitOf,
	timeoutOf,
	type WatchedRun,
	watchedRun,
} from './watchedRun';
import type { WatchService, WatchSettings } from './watchService';

export interface Watcher {
	/**
	 * Resolves with the run as it ended.
	 * @param deadlineMs epoch ms; Infinity: none
	 * @param shift of a wait that may be suspended, which has time: since when it goes on, and when its outputs were last asked (epoch ms)
	 * @throws WaitTimeout | ServiceError | ExecutionCancelledError
	 */
	watch(
		run: KnownRun,
		deadlineMs: number,
		pollWindow?: { sinceMs: number; verifiedMs: number },
	): Promise<KnownRun>;
}

/** Runs that few wait for are followed by their event stream. */
const FEW_RUNS = 4;
/** Runs of one group come and end in swarms: one listing answers all that is told or asked within this time. */
const DEBOUNCE_MS = 10;

/** Many runs, one watcher: one listing per group and tick, single looks otherwise, event streams where few are left. */
export function createWatcher(
	service: WatchService,
	settings: WatchSettings,
	clock: Clock,
	stop?: AbortSignal,
): Watcher {
	const { intervalMs, hasLiveEvents, outstanding, onChange } = settings;
	const all = new Set<WatchedRun>();
	let wake = new AbortController();
	let isRunning = false;
	let firstSince = Number.POSITIVE_INFINITY;
	let ended = 0;

	const wakeUp = () => wake.abort();
	const refresh = (runId: string, inMs: number) => {
		const now = clock.now();
		for (const watched of all)
			if (watched.run.run_id === runId) watched.dueMs = inTime(watched, now + inMs, now);
		wakeUp();
	};
	const streams = {
		onHint: (runId: string) => refresh(runId, all.size > 1 ? DEBOUNCE_MS : 0),
		onLive: (runId: string) => refresh(runId, pauseWithStream(intervalMs)),
	};
	const follower = createEventFollower(service, streams, clock, stop);
	const settle = (watched: WatchedRun, result: KnownRun | Error) => {
		if (!all.delete(watched)) return;
		if (![...all].some(({ run }) => run.run_id === watched.run.run_id))
			follower.release(watched.run.run_id);
		if (!(result instanceof Error)) ended++;
		watched.settle(result instanceof Error ? ofRun(result, watched.run) : result);
	};
	const onSeen = (watched: WatchedRun, run: KnownRun) => {
		if (run.state !== watched.run.state) onChange?.(run);
		watched.run = run;
	};
	const poller = createRunPoller(service, { onSeen, onEnded: settle }, intervalMs, clock);

	const usualPauseOf = (watched: WatchedRun, group: WatchedRun[]) => {
		if (follower.isTrusted(watched.run.run_id)) return pauseWithStream(intervalMs);
		const now = clock.now();
		if (group.length < 2 || !poller.canList()) return pauseByAge(now - watched.since, intervalMs);
		const ageMs = now - Math.min(...group.map(({ since }) => since));
		return pauseForGroup(
			{
				pending: all.size,
				ended,
				elapsedMs: now - firstSince,
				ageMs,
				isStarved: outstanding() > all.size,
			},
			intervalMs,
		);
	};
	const pauseOf = (watched: WatchedRun, group: WatchedRun[]) =>
		Math.max(
			usualPauseOf(watched, group),
			watched.hasPollWindow ? pauseInPollWindow(clock.now() - watched.since, intervalMs) : 0,
		);
	const poll = async (group: WatchedRun[], groupId: string | null) => {
		for (const watched of group)
			Object.assign(watched, { isPolling: true, dueMs: Number.POSITIVE_INFINITY });
		await poller.poll(group, groupId);
		const left = group.filter((watched) => all.has(watched));
		for (const watched of left) {
			watched.isPolling = false;
			watched.isNew = false;
			// A failed look or an event that came meanwhile has said already when to look next.
			const now = clock.now();
			if (watched.dueMs === Number.POSITIVE_INFINITY)
				watched.dueMs = now + withJitter(pauseOf(watched, left), intervalMs, clock.random());
			watched.dueMs = inTime(watched, watched.dueMs, now);
		}
		wakeUp();
	};

	/** A run that joins a group is seen by the group's next listing, unless that is later than the usual pause. */
	const firstPollAt = (run: KnownRun, since: number, hasPollWindow: boolean) => {
		const now = clock.now();
		// A run that was just started cannot have ended; one of which only the id is known may have.
		// Those that come back from a suspension come together.
		if (run.state === 'unknown')
			return run.group_id !== null && poller.canList() && outstanding() > 1
				? now + DEBOUNCE_MS
				: now;
		const ownMs =
			now +
			(hasPollWindow
				? pauseInPollWindow(now - since, intervalMs)
				: pauseByAge(now - since, intervalMs));
		if (run.group_id === null || !poller.canList() || outstanding() <= FEW_RUNS) return ownMs;
		const mates = [...all].filter(
			({ run: mate, isPolling }) => mate.group_id === run.group_id && !isPolling,
		);
		const nextMs = Math.min(now + intervalMs, ...mates.map(({ dueMs }) => dueMs));
		return Math.max(ownMs, mates.length > 0 ? nextMs : now + intervalMs / 4);
	};

	/** Once one run of a group is due, the whole group is looked at, since that costs the same. */
	const launchPolls = () => {
		const groups = new Map<string | null, WatchedRun[]>();
		for (const watched of all) {
			const groupId = poller.canList() ? watched.run.group_id : null;
			if (watched.isPolling) continue;
			const group = groups.get(groupId);
			if (group) group.push(watched);
			else groups.set(groupId, [watched]);
		}
		for (const [groupId, group] of groups) {
			const due = group.filter(({ dueMs }) => dueMs <= clock.now());
			if (due.length > 0) void poll(groupId === null ? due : group, groupId);
		}
	};
	const loop = async () => {
		while (all.size > 0) {
			for (const watched of [...all]) {
				if (stop?.aborted) settle(watched, new ExecutionCancelledError());
				else if (limitOf(watched) <= clock.now()) settle(watched, timeoutOf(watched, clock.now()));
				else if (hasLiveEvents && !watched.isReturning && outstanding() <= FEW_RUNS)
					follower.follow(watched.run);
			}
			wake = new AbortController();
			launchPolls();
			// A run that is being looked at rouses the loop itself; its due time would only make it spin.
			const next = Math.min(
				...[...all].map((watched) =>
					watched.isPolling ? limitOf(watched) : Math.min(watched.dueMs, watched.deadlineMs),
				),
			);
			const unlink = stop && onAbort(stop, wakeUp);
			if (all.size > 0 && !stop?.aborted) await clock.pause(next - clock.now(), wake.signal);
			unlink?.();
		}
		// Together with the last check: a run that comes right after it finds the loop ended and starts it anew.
		isRunning = false;
		follower.releaseAll();
	};

	return {
		watch: async (run, deadlineMs, pollWindow) => {
			if (run.finished) return run;
			return await new Promise<KnownRun>((resolve, reject) => {
				const now = clock.now();
				const since = pollWindow?.sinceMs ?? now;
				firstSince = Math.min(firstSince, since);
				// Whoever comes late, after a suspension, still gets one look: the run may have ended in time.
				const isLate = deadlineMs <= now;
				const watched = watchedRun(
					run,
					since,
					isLate ? now + LAST_POLL_MS : deadlineMs,
					firstPollAt(run, since, pollWindow !== undefined),
					(result) => (result instanceof Error ? reject(result) : resolve(result)),
				);
				if (pollWindow)
					Object.assign(watched, {
						hasPollWindow: true,
						isReturning: since < now,
						verifiedMs: pollWindow.verifiedMs,
					});
				all.add(watched);
				wakeUp();
				if (isRunning) return;
				isRunning = true;
				void loop();
			});
		},
	};
}
