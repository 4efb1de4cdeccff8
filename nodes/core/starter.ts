import type { Clock } from './clock';
import { ServiceFailure, Stopped } from './errors';
import { type Answer, isLoss } from './http';
import { isCreatedAfter, isSameRun, type RunIdentity } from './matchRun';
import type { Loss } from './networkError';
import { pauseBeforeRetry, READ_TRIES, retryAfterMs } from './retry';
import type { KnownRun, Run } from './run';
import type { StartMemory } from './startMemory';

/** One run to be started, already checked. */
export interface StartOrder extends RunIdentity {
	itemIndex: number;
	/** undefined: no group */
	groupId: string | undefined;
	/** Take an unfinished or successful run of the group that is the same, rather than start one. */
	isReused: boolean;
	/** Sends the start once. Only a body that is not yet wholly sent may be given up on stop. */
	send(): Promise<Answer | Loss>;
}

/** What a service offers for starting. */
export interface StartService {
	readStart(answer: Answer, order: StartOrder): Run;
	getRun(runId: string): Promise<KnownRun | null>;
	/** All runs of a group, newest first; undefined where the list tells no run ids. */
	listGroup(groupId: string): Promise<KnownRun[] | undefined>;
	failureOf(result: Answer | Loss): ServiceFailure;
	/** The service's clock for a time of ours, epoch ms. */
	serviceTime(ms: number): number;
}

export interface Starter {
	/** @throws ServiceFailure | Stopped */
	start(order: StartOrder): Promise<KnownRun>;
	/** Resolves when no start is on its way any more. */
	settled(): Promise<void>;
}

type Verdict = 'answered' | 'notReached' | 'refused' | 'uncertain';

/** Whether a start may be repeated: only when it certainly never reached the service. */
export function judgeStart(result: Answer | Loss): Verdict {
	if (isLoss(result)) return result.reached === 'perhaps' ? 'uncertain' : result.isPassing ? 'notReached' : 'refused';
	const { status, headers } = result;
	if (status >= 200 && status < 300) return 'answered';
	if (status === 429 || (status === 503 && headers['retry-after'] !== undefined)) return 'notReached';
	return status === 408 || status >= 500 ? 'uncertain' : 'refused';
}

/** Pauses before the looks for a run whose start got no clear answer: a gateway may give up before the service is done. */
const ADOPTION_PAUSES_MS = [0, 1_000, 2_500];
/** How long an unanswered start waits for the other starts to be answered before it looks for its run. */
const LONGEST_COURTESY_MS = 5_000;
/** `Date` and many `created_at` are told in whole seconds. */
const CLOCK_TOLERANCE_MS = 2_000;

export function createStarter(service: StartService, memory: StartMemory, clock: Clock, stop?: AbortSignal): Starter {
	const taken = new Set(memory.runIds());
	const underWay = new Set<Promise<unknown>>();
	const groups = new Map<string, Promise<KnownRun[] | undefined>>();

	const take = (order: StartOrder, run: KnownRun, sentAtMs: number): KnownRun => {
		taken.add(run.run_id);
		memory.remember(order.itemIndex, order, order.groupId, { sentAtMs, runId: run.run_id });
		return run;
	};
	const pick = (runs: KnownRun[] | undefined, order: StartOrder, isFit: (run: KnownRun) => boolean) =>
		runs?.find((run) => !taken.has(run.run_id) && isSameRun(run, order) && isFit(run));

	/** A run that an earlier, unanswered start of this item may have begun. */
	const adopt = async (order: StartOrder, sentAtMs: number): Promise<KnownRun | 'none' | 'unknowable'> => {
		if (order.groupId === undefined) return 'unknowable';
		for (const pauseMs of ADOPTION_PAUSES_MS) {
			// Others that are just being answered will take their own run; without this we might take it from them.
			await Promise.race([Promise.allSettled(underWay), clock.pause(LONGEST_COURTESY_MS)]);
			await clock.pause(pauseMs);
			const runs = await service.listGroup(order.groupId).catch(() => undefined);
			if (runs === undefined) return 'unknowable';
			const run = pick(runs, order, (candidate) => isCreatedAfter(candidate, service.serviceTime(sentAtMs), CLOCK_TOLERANCE_MS));
			if (run) return take(order, run, sentAtMs);
		}
		return 'none';
	};

	const reuse = async (order: StartOrder): Promise<KnownRun | undefined> => {
		if (!order.isReused || order.groupId === undefined) return undefined;
		const listed = groups.get(order.groupId) ?? service.listGroup(order.groupId);
		groups.set(order.groupId, listed);
		const run = pick(await listed, order, ({ state, finished }) => !finished || state === 'succeeded');
		return run && take(order, run, clock.now());
	};

	const recall = async (order: StartOrder): Promise<KnownRun | undefined> => {
		const start = memory.recall(order.itemIndex, order, order.groupId);
		if (start === undefined) return undefined;
		if (start.runId === undefined) {
			const run = await adopt(order, start.sentAtMs);
			if (run === 'unknowable') throw mayHaveStarted(order, 'An earlier try of this item got no clear answer.');
			return run === 'none' ? undefined : run;
		}
		const run = await service.getRun(start.runId);
		// A run that failed is started anew: that is what the user asked for with the retry.
		if (run && run.finished && run.state !== 'succeeded') return undefined;
		return run ?? ({ ...service.readStart({ status: 200, headers: {}, text: '' }, order), run_id: start.runId } satisfies KnownRun);
	};

	const send = async (order: StartOrder): Promise<KnownRun> => {
		for (let tries = 1; ; tries++) {
			if (stop?.aborted) throw new Stopped();
			const sentAtMs = clock.now();
			memory.remember(order.itemIndex, order, order.groupId, { sentAtMs });
			const sending = order.send();
			underWay.add(sending);
			const result = await sending.finally(() => underWay.delete(sending));
			const verdict = judgeStart(result);
			const run = verdict === 'answered' && !isLoss(result) ? startedRun(() => service.readStart(result, order)) : undefined;
			if (run) return take(order, run, sentAtMs);
			if (verdict === 'notReached' || verdict === 'refused') {
				memory.forget(order.itemIndex);
				const failure = service.failureOf(result);
				if (verdict === 'refused' || tries >= READ_TRIES) throw failure;
				const askedMs = isLoss(result) ? undefined : retryAfterMs(result.headers['retry-after'], clock.now());
				await clock.pause(pauseBeforeRetry(tries, askedMs, clock.random()), stop);
				continue;
			}
			const adopted = await adopt(order, sentAtMs);
			if (typeof adopted !== 'string') return adopted;
			throw mayHaveStarted(order, verdict === 'answered' ? 'The service accepted the start but named no run.' : service.failureOf(result).message);
		}
	};

	return {
		start: async (order) => (await recall(order)) ?? (await reuse(order)) ?? (await send(order)),
		settled: async () => void (await Promise.allSettled(underWay)),
	};
}

function startedRun(read: () => Run): KnownRun | undefined {
	try {
		const run = read();
		return run.run_id === null ? undefined : { ...run, run_id: run.run_id };
	} catch {
		// Not JSON: the same as an answer without an id, the group will tell.
		return undefined;
	}
}

function mayHaveStarted({ groupId }: StartOrder, cause: string): ServiceFailure {
	return new ServiceFailure(`The run may have started, and was not started again. ${cause}`, {
		hint: groupId === undefined ? 'It was started without a group, so it cannot be looked up. Check the runs on the service before you execute this item again.' : `Look for it with "Get Many" runs, group "${groupId}", before you execute this item again; or switch on Reuse Run.`,
	});
}
