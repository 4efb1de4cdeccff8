import type { Clock } from '../async/clock';
import { ServiceError, ExecutionCancelledError } from '../errors';
import { createLimiter } from '../async/limiter';
import { pauseAfterFailures, withJitter } from './pace';
import { type KnownRun, withKnown } from '../runs/run';
import { LAST_POLL_MS, type WatchedRun } from './watchedRun';
import { runNotFoundError } from '../runs/runNotFound';
import type { WatchService } from './watchService';

const POLLS_AT_A_TIME = 10;
/** A start may be answered before the run can be read (404), and a gateway in trouble may not find it for a moment. */
const UNKNOWN_RUN_GRACE_MS = 15_000;
/** A service that is down for longer than this is not waited for; the runs stay adoptable. */
const LONGEST_OUTAGE_MS = 300_000;
/** A list that fails this often in a row is given up: single looks may still work, and the runs are what matters. */
const MOST_FAILED_LISTS = 3;
/** A run that claims to be running is asked for its outputs this seldom: their 408 may be the only sign of its timeout. */
const SUSPICION_INTERVAL_MS = 60_000;

export interface RunPoller {
	/** Looks at runs of one group, or at runs without one, and passes on what it saw. Never rejects. */
	poll(watched: WatchedRun[], groupId: string | null): Promise<void>;
	/** Whether groups can be listed; a deployment that cannot is noticed once. */
	canList(): boolean;
}

export interface PollResults {
	onSeen(watched: WatchedRun, run: KnownRun): void;
	onEnded(watched: WatchedRun, result: KnownRun | Error): void;
}

/** One listing for a group of several runs, single looks otherwise. A look that fails does not fail the runs. */
export function createRunPoller(
	service: WatchService,
	{ onSeen, onEnded }: PollResults,
	intervalMs: number,
	clock: Clock,
): RunPoller {
	const limit = createLimiter(POLLS_AT_A_TIME);
	let canList = service.pollGroup !== undefined;
	let failedLists = 0;

	/** A status that does not say whether the run has ended is checked each time, any other one seldom and before its time is up. */
	const verified = async (
		watched: WatchedRun,
		run: KnownRun,
		isListed: boolean,
	): Promise<KnownRun> => {
		const now = clock.now();
		const isLast =
			!watched.hasPollWindow &&
			watched.deadlineMs - now <= LAST_POLL_MS &&
			watched.deadlineMs - watched.verifiedMs > LAST_POLL_MS;
		const isSuspicious =
			run.state === 'unknown' ||
			isLast ||
			now - watched.verifiedMs > Math.max(SUSPICION_INTERVAL_MS, (now - watched.since) / 5);
		if (run.finished || !isSuspicious || !service.verify) return run;
		watched.verifiedMs = now;
		// A second opinion that cannot be had says nothing: the look itself went well.
		return await verifyDeeply(run, isLast && isListed).catch((error: unknown) => {
			if (error instanceof ExecutionCancelledError) throw error;
			return run;
		});
	};
	/** @param reachedWatermark the run itself is asked, too: a list may have stayed behind */
	const verifyDeeply = async (run: KnownRun, reachedWatermark: boolean): Promise<KnownRun> => {
		const raw = reachedWatermark ? withKnown((await service.poll(run)) ?? run, run) : run;
		return raw.finished ? raw : ((await service.verify?.(raw)) ?? raw);
	};
	const seen = async (watched: WatchedRun, found: KnownRun, isListed = false) => {
		const run = await verified(watched, withKnown(found, watched.run), isListed);
		Object.assign(watched, { failures: 0, missingSince: Number.NaN });
		onSeen(watched, run);
		if (run.finished) onEnded(watched, run);
	};
	const missed = (watched: WatchedRun, error: unknown) => {
		if (!(error instanceof ServiceError) || !error.facts.isRetryable)
			return onEnded(watched, error as Error);
		const now = clock.now();
		if (watched.failures++ === 0) watched.failingSince = now;
		watched.lastFailure = error;
		if (now - watched.failingSince > LONGEST_OUTAGE_MS) return onEnded(watched, error);
		watched.dueMs =
			now +
			withJitter(
				pauseAfterFailures(watched.failures, intervalMs, error.facts.retryAfterMs),
				intervalMs,
				clock.random(),
			);
	};

	const attempt = async (watched: WatchedRun, task: () => Promise<void>) => {
		try {
			await task();
		} catch (error) {
			missed(watched, error);
		}
	};
	const pollOne = async (watched: WatchedRun) =>
		await attempt(watched, async () => {
			const run = await limit(async () => await service.poll(watched.run));
			if (run) return await seen(watched, run);
			const now = clock.now();
			if (Number.isNaN(watched.missingSince))
				Object.assign(watched, { failures: 0, missingSince: now });
			if (now - watched.missingSince > UNKNOWN_RUN_GRACE_MS)
				missed(watched, runNotFoundError(watched.run));
		});
	const list = async (groupId: string, group: WatchedRun[]) => {
		const runs = await service.pollGroup?.(groupId, new Set(group.map(({ run }) => run.run_id)));
		if (runs === undefined) canList = false;
		failedLists = 0;
		return new Map(runs?.map((run) => [run.run_id, run]));
	};
	const pollGroup = async (groupId: string, group: WatchedRun[]) => {
		const listed = await list(groupId, group).catch((error: unknown) => {
			// A key that may read runs but not list them is no reason to give up the runs.
			canList =
				!isRefusal(error) && (isAskingForPatience(error) || ++failedLists < MOST_FAILED_LISTS);
			for (const watched of group) if (canList) missed(watched, error);
			return canList ? undefined : new Map<string, KnownRun>();
		});
		if (listed === undefined) return;
		const lookAt = async (watched: WatchedRun) => {
			const run = listed.get(watched.run.run_id);
			await (run ? attempt(watched, async () => await seen(watched, run, true)) : pollOne(watched));
		};
		await Promise.all(group.map(lookAt));
	};

	return {
		canList: () => canList,
		poll: async (watched, groupId) => {
			if (groupId !== null && canList && watched.length > 1) await pollGroup(groupId, watched);
			else await Promise.all(watched.map(pollOne));
		},
	};
}

/** Single looks would be more requests, which is the opposite of what it asks for. */
function isAskingForPatience(error: unknown): boolean {
	return error instanceof ServiceError && error.facts.status === 429;
}

function isRefusal(error: unknown): boolean {
	return error instanceof ServiceError && !error.facts.isRetryable;
}
