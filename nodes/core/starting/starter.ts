import type { Clock } from '../async/clock';
import { ExecutionCancelledError } from '../errors';
import { createGroupListings } from './existingRuns';
import { type Answer, isNetworkFailure } from '../http/http';
import { classifyStart } from './startOutcome';
import { createLimiter } from '../async/limiter';
import { isCreatedAfter, isSameRun } from '../runs/matchRun';
import type { NetworkFailure } from '../http/networkError';
import { pauseBeforeRetry, READ_TRIES, retryAfterMs } from '../http/retry';
import { type KnownRun, type Run, createRun, timeOf } from '../runs/run';
import type { StartMemory } from './startMemory';
import { isSameRequest } from './startService';
import type { StartRequest } from './startService';
import { mayHaveStarted } from './startOutcome';
import type { StartService } from './startService';

export interface Starter {
	/** @throws ServiceError | ExecutionCancelledError */
	start(order: StartRequest): Promise<KnownRun>;
	/** Whether this execution started the run, rather than finding it in the group. */
	hasStarted(runId: string): boolean;
	/** Resolves when no start is on its way any more. */
	settled(): Promise<void>;
}

/** Starts carry uploads: hundreds at once would only slow each other down. */
const STARTS_AT_A_TIME = 20;
/** Pauses before the looks for a run whose start got no clear answer: a gateway may give up before the service is done. */
const ADOPTION_PAUSES_MS = [0, 1_000, 2_500];
/** `Date` and many `created_at` are told in whole seconds. */
const CLOCK_TOLERANCE_MS = 2_000;

export function createStarter(
	service: StartService,
	memory: StartMemory,
	clock: Clock,
	stop?: AbortSignal,
): Starter {
	const limit = createLimiter(STARTS_AT_A_TIME);
	const taken = new Set(memory.runIds());
	const reused = new Set<string>();
	const underWay = new Map<Promise<unknown>, StartRequest>();
	const listFresh = createGroupListings(service.listGroup, clock);
	const classify = (result: Answer | NetworkFailure) =>
		!isNetworkFailure(result) && service.isRefusal?.(result) ? 'refused' : classifyStart(result);

	const take = (order: StartRequest, run: KnownRun, sentAtMs: number): KnownRun => {
		taken.add(run.run_id);
		memory.save(order.itemIndex, order, {
			sentAtMs,
			groupId: order.groupId,
			runId: run.run_id,
		});
		return run;
	};
	const fits = (
		runs: KnownRun[] | undefined,
		order: StartRequest,
		isFit: (run: KnownRun) => boolean,
	) => (runs ?? []).filter((run) => !taken.has(run.run_id) && isSameRun(run, order) && isFit(run));
	/** Starts of the same run that may have made what a listing shows; each of them takes its own run once it is answered. */
	const rivalsOf = (order: StartRequest) =>
		[...underWay].flatMap(([start, other]) => (isSameRequest(order, other) ? [start] : []));

	/** A run that an earlier, unanswered start of this item may have begun. */
	const adopt = async (order: StartRequest, sentAtMs: number): Promise<KnownRun | undefined> => {
		if (order.groupId === undefined) return undefined;
		for (const pauseMs of ADOPTION_PAUSES_MS) {
			await clock.pause(pauseMs);
			// A failed look is no answer: the trouble that lost the start may well last a moment longer.
			const runs = await service.listGroup(order.groupId).catch(() => []);
			if (runs === undefined) return undefined;
			// After the listing, not before: what it shows may belong to a start that is just being answered.
			await Promise.allSettled(rivalsOf(order));
			// The oldest, since another item like this one may have been sent later.
			const [run] = fits(runs, order, (candidate) =>
				isCreatedAfter(candidate, service.serviceTime(sentAtMs), CLOCK_TOLERANCE_MS),
			).sort((a, b) => timeOf(a.created_at) - timeOf(b.created_at));
			if (run) return take(order, run, sentAtMs);
		}
		return undefined;
	};

	const reuse = async (order: StartRequest): Promise<KnownRun | undefined> => {
		if (!order.isReused || order.groupId === undefined) return undefined;
		const runs = await listFresh(order.groupId);
		// As in adopting: what it shows may belong to a start that is just being answered.
		await Promise.allSettled(rivalsOf(order));
		const [run] = fits(runs, order, ({ state, finished }) => !finished || state === 'succeeded');
		if (run) reused.add(run.run_id);
		return run && take(order, run, clock.now());
	};

	const get = async (asked: StartRequest): Promise<KnownRun | undefined> => {
		const start = memory.get(asked.itemIndex, asked.isContinued ? undefined : asked);
		if (start === undefined) return undefined;
		const order = { ...asked, groupId: start.groupId };
		if (start.runId === undefined) {
			const run = await adopt(order, start.sentAtMs);
			// That the list does not show it proves nothing: a gateway may give up minutes before the service starts the run.
			if (run === undefined)
				throw mayHaveStarted(order, 'An earlier try of this item got no clear answer.');
			return run;
		}
		const named: KnownRun = {
			...createRun({ workflow_id: order.workflowId, group_id: order.groupId ?? null }),
			run_id: start.runId,
		};
		if (order.isContinued) return named;
		const run = await service.getRun(start.runId);
		// A run that failed is started anew: that is what the user asked for with the retry.
		if (run && run.finished && run.state !== 'succeeded') return undefined;
		return run ?? named;
	};

	/** Ends with the run taken, so that whoever waits for this start sees whose it is. */
	const sendOnce = async (order: StartRequest) =>
		await limit(async () => {
			if (stop?.aborted) throw new ExecutionCancelledError();
			const sentAtMs = clock.now();
			memory.save(order.itemIndex, order, { sentAtMs, groupId: order.groupId });
			const result = await order.send().catch((error: unknown) => {
				memory.forget(order.itemIndex);
				throw error;
			});
			const run =
				!isNetworkFailure(result) && classify(result) === 'answered'
					? startedRun(() => service.readStart(result, order))
					: undefined;
			return { result, sentAtMs, run: run && take(order, run, sentAtMs) };
		});

	const send = async (order: StartRequest): Promise<KnownRun> => {
		for (let tries = 1; ; tries++) {
			const sending = sendOnce(order);
			underWay.set(sending, order);
			const { result, sentAtMs, run } = await sending.finally(() => underWay.delete(sending));
			if (run) return run;
			const verdict = classify(result);
			if (verdict === 'notReached' || verdict === 'refused') {
				memory.forget(order.itemIndex);
				const failure = service.failureOf(result);
				if (verdict === 'refused' || tries >= READ_TRIES) throw failure;
				const askedMs = isNetworkFailure(result)
					? undefined
					: retryAfterMs(result.headers['retry-after'], clock.now());
				await clock.pause(pauseBeforeRetry(tries, askedMs, clock.random()), stop);
				continue;
			}
			const adopted = await adopt(order, sentAtMs);
			if (adopted) return adopted;
			const { message, facts } = service.failureOf(result);
			throw verdict === 'answered'
				? mayHaveStarted(order, `The service accepted the start but named no run. ${message}`)
				: mayHaveStarted(order, message, facts.status);
		}
	};

	return {
		start: async (order) => (await get(order)) ?? (await reuse(order)) ?? (await send(order)),
		hasStarted: (runId) => !reused.has(runId),
		settled: async () => void (await Promise.allSettled(underWay.keys())),
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
