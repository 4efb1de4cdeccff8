import type { Clock } from './clock';
import { ServiceFailure, Stopped } from './errors';
import { createLimiter } from './limiter';
import { pauseAfterFailures, pauseByAge, pauseForGroup, pauseWithStream, withJitter } from './pace';
import type { KnownRun } from './run';
import { createFollower } from './runEventFollower';
import type { WatchService, WatchSettings } from './watchService';

/** The wait was longer than allowed; the run goes on. */
export class WaitTimeout extends ServiceFailure {}

export interface Watcher {
	/**
	 * Resolves with the run as it ended.
	 * @param deadlineMs epoch ms; Infinity: none
	 * @throws WaitTimeout | ServiceFailure | Stopped
	 */
	watch(run: KnownRun, deadlineMs: number): Promise<KnownRun>;
}

interface Entry {
	run: KnownRun;
	since: number;
	deadlineMs: number;
	dueMs: number;
	isLooking: boolean;
	failures: number;
	firstFailureMs: number;
	lastFailure?: ServiceFailure;
	judgedMs: number;
	settle(result: KnownRun | Error): void;
}

/** Runs that few wait for are followed by their event stream. */
const FEW_RUNS = 4;
const LOOKS_AT_A_TIME = 10;
/** A start may be answered before the run can be read (404). */
const UNKNOWN_RUN_GRACE_MS = 15_000;
/** A run that claims to be running is asked for its outputs this seldom: their 408 may be the only sign of its timeout. */
const LEAST_DOUBT_MS = 60_000;
/** A service that is down for longer than this is not waited for; the runs stay adoptable. */
const LONGEST_OUTAGE_MS = 300_000;

/** Many runs, one watcher: one listing per group and tick, single looks otherwise, event streams where few are left. */
export function createWatcher(service: WatchService, settings: WatchSettings, clock: Clock, stop?: AbortSignal): Watcher {
	const entries = new Set<Entry>();
	const limit = createLimiter(LOOKS_AT_A_TIME);
	let canList = service.lookAtGroup !== undefined;
	let wake = new AbortController();
	let isRunning = false;
	let firstSince = Number.POSITIVE_INFINITY;
	let ended = 0;

	const rouse = () => wake.abort();
	const entriesOf = (runId: string) => [...entries].filter(({ run }) => run.run_id === runId);
	const follower = createFollower(
		service,
		{
			onHint: (runId) => {
				for (const entry of entriesOf(runId)) entry.dueMs = clock.now();
				rouse();
			},
			onLive: (runId) => {
				for (const entry of entriesOf(runId)) entry.dueMs = clock.now() + pauseWithStream(settings.intervalMs);
			},
		},
		clock,
		stop,
	);

	const settle = (entry: Entry, result: KnownRun | Error) => {
		entries.delete(entry);
		if (entriesOf(entry.run.run_id).length === 0) follower.release(entry.run.run_id);
		if (!(result instanceof Error)) ended++;
		entry.settle(result);
	};
	const isFew = () => settings.outstanding() <= FEW_RUNS;
	const pauseOf = (entry: Entry, group: Entry[]) => {
		if (follower.isTrusted(entry.run.run_id)) return pauseWithStream(settings.intervalMs);
		const now = clock.now();
		if (group.length < 2) return pauseByAge(now - entry.since, settings.intervalMs);
		const ageMs = now - Math.min(...group.map(({ since }) => since));
		const isStarved = settings.outstanding() > entries.size;
		return pauseForGroup({ pending: entries.size, ended, elapsedMs: now - firstSince, ageMs, isStarved }, settings.intervalMs);
	};

	/** A status that does not say whether the run has ended is checked each time, any other one seldom. */
	const judged = async (entry: Entry, run: KnownRun): Promise<KnownRun> => {
		const now = clock.now();
		const isDoubtful = run.state === 'unknown' || now - entry.judgedMs > Math.max(LEAST_DOUBT_MS, (now - entry.since) / 5);
		if (run.finished || !isDoubtful || !service.judge) return run;
		entry.judgedMs = now;
		return await service.judge(run);
	};
	const seen = async (entry: Entry, found: KnownRun) => {
		const run = await judged(entry, found);
		if (run.state !== entry.run.state) settings.onChange?.(run);
		entry.run = run;
		entry.failures = 0;
		if (run.finished) settle(entry, run);
	};
	const missed = (entry: Entry, error: unknown) => {
		const now = clock.now();
		if (!(error instanceof ServiceFailure) || !error.facts.isPassing) return settle(entry, error as Error);
		if (entry.failures++ === 0) entry.firstFailureMs = now;
		entry.lastFailure = error;
		if (now - entry.firstFailureMs > LONGEST_OUTAGE_MS) settle(entry, error);
		else entry.dueMs = now + withJitter(pauseAfterFailures(entry.failures, settings.intervalMs, error.facts.retryAfterMs), clock.random());
	};

	const lookAtOne = async (entry: Entry) => {
		try {
			const run = await limit(async () => await service.look(entry.run));
			if (run) await seen(entry, run);
			else if (clock.now() - entry.since > UNKNOWN_RUN_GRACE_MS) missed(entry, unknownRun(entry.run));
		} catch (error) {
			missed(entry, error);
		}
	};
	const lookAtGroup = async (groupId: string, group: Entry[]) => {
		try {
			const runs = await service.lookAtGroup?.(groupId, new Set(group.map(({ run }) => run.run_id)));
			if (runs === undefined) canList = false;
			const listed = new Map(runs?.map((run) => [run.run_id, run]));
			await Promise.all(
				group.map(async (entry) => {
					const run = listed.get(entry.run.run_id);
					await (run ? seen(entry, run) : lookAtOne(entry));
				}),
			);
		} catch (error) {
			for (const entry of group) missed(entry, error);
		}
	};
	const look = async (group: Entry[], groupId: string | null) => {
		for (const entry of group) {
			entry.isLooking = true;
			entry.dueMs = Number.POSITIVE_INFINITY;
		}
		if (groupId !== null && canList && group.length > 1) await lookAtGroup(groupId, group);
		else await Promise.all(group.map(lookAtOne));
		for (const entry of group) {
			entry.isLooking = false;
			const isHinted = Number.isFinite(entry.dueMs);
			if (!isHinted) entry.dueMs = clock.now() + withJitter(pauseOf(entry, group.filter((other) => entries.has(other))), clock.random());
		}
		rouse();
	};

	/** Due entries by group; a group that can be listed is looked at as a whole once one of it is due. */
	const launchLooks = () => {
		const idle = [...entries].filter(({ isLooking }) => !isLooking);
		const groups = new Map<string | null, Entry[]>();
		for (const entry of idle) {
			const groupId = canList ? entry.run.group_id : null;
			groups.set(groupId, [...(groups.get(groupId) ?? []), entry]);
		}
		for (const [groupId, group] of groups) {
			const due = group.filter(({ dueMs }) => dueMs <= clock.now());
			if (due.length > 0) void look(groupId === null ? due : group, groupId);
		}
	};

	const loop = async () => {
		while (entries.size > 0) {
			if (stop?.aborted) for (const entry of [...entries]) settle(entry, new Stopped());
			for (const entry of [...entries]) if (entry.deadlineMs <= clock.now()) settle(entry, timeoutOf(entry, clock.now()));
			if (settings.hasLiveEvents && isFew()) for (const { run } of entries) follower.follow(run);
			launchLooks();
			if (entries.size === 0) break;
			const next = Math.min(...[...entries].map(({ dueMs, deadlineMs }) => Math.min(dueMs, deadlineMs)));
			wake = new AbortController();
			const unlink = () => rouse();
			stop?.addEventListener('abort', unlink);
			if (!stop?.aborted) await clock.pause(next - clock.now(), wake.signal);
			stop?.removeEventListener('abort', unlink);
		}
		follower.releaseAll();
	};

	return {
		watch: async (run, deadlineMs) =>
			await new Promise<KnownRun>((resolve, reject) => {
				const since = clock.now();
				firstSince = Math.min(firstSince, since);
				if (run.finished) return resolve(run);
				// A run that was just started cannot have ended; one that only its id is known of may have.
				const dueMs = run.state === 'unknown' ? since : since + pauseByAge(0, settings.intervalMs);
				entries.add({
					run, since, deadlineMs, dueMs, isLooking: false, failures: 0, firstFailureMs: since, judgedMs: since,
					settle: (result) => (result instanceof Error ? reject(result) : resolve(result)),
				});
				rouse();
				if (isRunning) return;
				isRunning = true;
				void loop().finally(() => (isRunning = false));
			}),
	};
}

function unknownRun(run: KnownRun): ServiceFailure {
	return new ServiceFailure(`The service does not know run ${run.run_id}`, { status: 404, runId: run.run_id, hint: 'Check the run ID, and that the credential belongs to the deployment that started it.' });
}

function timeoutOf({ run, since, lastFailure, failures }: Entry, now: number): WaitTimeout {
	const cause = failures > 0 && lastFailure ? ` The last look failed: ${lastFailure.message}.` : '';
	return new WaitTimeout(`Run ${run.run_id} did not end within ${Math.round((now - since) / 100) / 10} s (state ${run.state}).${cause}`, {
		runId: run.run_id,
		state: run.state,
		hint: 'It goes on at the service. Collect it later with Run > Wait and this run ID, or raise Timeout.',
	});
}
