import type { Clock } from './clock';
import { ServiceFailure, Stopped } from './errors';
import { createLimiter } from './limiter';
import { pauseAfterFailures, withJitter } from './pace';
import { type KnownRun, withKnown } from './run';
import { LAST_LOOK_MS, unknownRun, type WatchedRun } from './watchedRun';
import type { WatchService } from './watchService';

const LOOKS_AT_A_TIME = 10;
/** A start may be answered before the run can be read (404), and a gateway in trouble may not find it for a moment. */
const UNKNOWN_RUN_GRACE_MS = 15_000;
/** A service that is down for longer than this is not waited for; the runs stay adoptable. */
const LONGEST_OUTAGE_MS = 300_000;
/** A list that fails this often in a row is given up: single looks may still work, and the runs are what matters. */
const MOST_FAILED_LISTS = 3;
/** A run that claims to be running is asked for its outputs this seldom: their 408 may be the only sign of its timeout. */
const LEAST_DOUBT_MS = 60_000;

export interface Looker {
	/** Looks at runs of one group, or at runs without one, and passes on what it saw. Never rejects. */
	look(watched: WatchedRun[], groupId: string | null): Promise<void>;
	/** Whether groups can be listed; a deployment that cannot is noticed once. */
	canList(): boolean;
}

export interface LookResults {
	onSeen(watched: WatchedRun, run: KnownRun): void;
	onEnded(watched: WatchedRun, result: KnownRun | Error): void;
}

/** One listing for a group of several runs, single looks otherwise. A look that fails does not fail the runs. */
export function createLooker(
	service: WatchService,
	{ onSeen, onEnded }: LookResults,
	intervalMs: number,
	clock: Clock,
): Looker {
	const limit = createLimiter(LOOKS_AT_A_TIME);
	let canList = service.lookAtGroup !== undefined;
	let failedLists = 0;

	/** A status that does not say whether the run has ended is checked each time, any other one seldom and before its time is up. */
	const judged = async (
		watched: WatchedRun,
		run: KnownRun,
		isListed: boolean,
	): Promise<KnownRun> => {
		const now = clock.now();
		const isLast =
			!watched.isInShift &&
			watched.deadlineMs - now <= LAST_LOOK_MS &&
			watched.deadlineMs - watched.judgedMs > LAST_LOOK_MS;
		const isDoubtful =
			run.state === 'unknown' ||
			isLast ||
			now - watched.judgedMs > Math.max(LEAST_DOUBT_MS, (now - watched.since) / 5);
		if (run.finished || !isDoubtful || !service.judge) return run;
		watched.judgedMs = now;
		// A second opinion that cannot be had says nothing: the look itself went well.
		return await secondOpinion(run, isLast && isListed).catch((error: unknown) => {
			if (error instanceof Stopped) throw error;
			return run;
		});
	};
	/** @param isDeep the run itself is asked, too: a list may have stayed behind */
	const secondOpinion = async (run: KnownRun, isDeep: boolean): Promise<KnownRun> => {
		const own = isDeep ? withKnown((await service.look(run)) ?? run, run) : run;
		return own.finished ? own : ((await service.judge?.(own)) ?? own);
	};
	const seen = async (watched: WatchedRun, found: KnownRun, isListed = false) => {
		const run = await judged(watched, withKnown(found, watched.run), isListed);
		Object.assign(watched, { failures: 0, missingSince: Number.NaN });
		onSeen(watched, run);
		if (run.finished) onEnded(watched, run);
	};
	const missed = (watched: WatchedRun, error: unknown) => {
		if (!(error instanceof ServiceFailure) || !error.facts.isPassing)
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
	const lookAtOne = async (watched: WatchedRun) =>
		await attempt(watched, async () => {
			const run = await limit(async () => await service.look(watched.run));
			if (run) return await seen(watched, run);
			const now = clock.now();
			if (Number.isNaN(watched.missingSince))
				Object.assign(watched, { failures: 0, missingSince: now });
			if (now - watched.missingSince > UNKNOWN_RUN_GRACE_MS)
				missed(watched, unknownRun(watched.run));
		});
	const list = async (groupId: string, group: WatchedRun[]) => {
		const runs = await service.lookAtGroup?.(groupId, new Set(group.map(({ run }) => run.run_id)));
		if (runs === undefined) canList = false;
		failedLists = 0;
		return new Map(runs?.map((run) => [run.run_id, run]));
	};
	const lookAtGroup = async (groupId: string, group: WatchedRun[]) => {
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
			await (run
				? attempt(watched, async () => await seen(watched, run, true))
				: lookAtOne(watched));
		};
		await Promise.all(group.map(lookAt));
	};

	return {
		canList: () => canList,
		look: async (watched, groupId) => {
			if (groupId !== null && canList && watched.length > 1) await lookAtGroup(groupId, watched);
			else await Promise.all(watched.map(lookAtOne));
		},
	};
}

/** Single looks would be more requests, which is the opposite of what it asks for. */
function isAskingForPatience(error: unknown): boolean {
	return error instanceof ServiceFailure && error.facts.status === 429;
}

function isRefusal(error: unknown): boolean {
	return error instanceof ServiceFailure && !error.facts.isPassing;
}
