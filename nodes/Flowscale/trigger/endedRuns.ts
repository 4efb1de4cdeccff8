import type { Clock } from '../../core/async/clock';
import { ExecutionCancelledError, ConfigurationError } from '../../core/errors';
import {
	knownTo,
	LATENESS_MS,
	type Observation,
	type TriggerMemory,
} from '../../core/trigger/newlyEnded';
import type { Run } from '../../core/runs/run';
import type { FlowscaleApi } from '../api/api';
import { type AreAllEnds, byEnd, countEnds, endOf } from './countEnds';
import {
	LIMITS,
	openPager,
	type PollLimits,
	readNewest,
	readPage,
	type SeenRun,
} from '../api/runPages';

export interface Watch {
	api: FlowscaleApi;
	groupId: string | undefined;
	isWanted(run: Run): boolean;
	clock: Clock;
	/** The latest end that can be true (epoch ms, by the service's clock as it is known by now). */
	latestEndMs(): number;
	limits?: PollLimits;
}

/**
 * Pages of newly created runs that are searched for runs without an end time, once such a run was
 * seen. Until then a single page is searched.
 */
const MOST_NEWEST_PAGES = 10;

interface Reading {
	found: Map<string, SeenRun>;
	/** Pages answered. */
	pages: number;
	/** The page that the next poll continues with. */
	page: number;
	/**
	 * Why reading stopped: the list ended, the watermark was reached, too many pages were read, or
	 * time ran out. `known`: one of the last two, among runs that were handled already.
	 */
	end: 'list' | 'watermark' | 'pages' | 'time' | 'known';
	/** Whether end times never rise from run to run, as was asked for. */
	isSorted: boolean;
	hasTimes: boolean;
}

/**
 * Runs that ended after the memory's watermark, from the list sorted by end, newest first. Runs
 * that end while it is read can only move others to later pages, so reading meets some runs twice
 * and misses none. Where the runs after the watermark fill several pages, they are counted rather than
 * read (`ListCount`). The lists of deployments that ignore sorting are read to their end; deployments
 * that ignore paging return everything at once. Ended runs without an end time are searched for
 * among the runs created last.
 * @returns with the number of requests in `pages`
 * @throws ServiceError | ExecutionCancelledError | ConfigurationError
 */
export async function findEndedRuns(
	watch: Watch,
	memory: TriggerMemory | undefined,
): Promise<Observation<SeenRun> & { pages: number }> {
	const { api, groupId, clock, limits = LIMITS } = watch;
	const startedAtMs = clock.now();
	const first = memory?.nextPage ?? 1;
	const { found, pages, page, end, ...received } = await readByEnd(watch, memory, limits);
	const isUsable = received.isSorted && received.hasTimes;
	if (end === 'pages' && !isUsable) throw unsortable(limits);
	if (end === 'time' && (pages === 0 || !isUsable)) throw new ExecutionCancelledError();

	const isComplete = end !== 'pages' && end !== 'time' && (first === 1 || received.isSorted);
	const observation = {
		runs: [...found.values()],
		isComplete,
		reachedWatermark: end !== 'known',
		isFromTop: first === 1,
		latestEndMs: watch.latestEndMs(),
		createdSinceMs: -1,
		pages,
	};
	if (!isComplete && memory !== undefined)
		return { ...observation, nextPage: received.isSorted ? page : 1 };
	// A pass over more pages than one poll may read continues in the next poll. The watermark can
	// rise only when the pass has reached it.
	const isPass = first === 1 || memory?.pass !== undefined;
	if (isPass && end === 'known') return { ...observation, nextPage: page };
	if (first > 1 && isPass) return { ...observation, nextPage: 1 };
	if (first > 1)
		return {
			...observation,
			nextPage: Math.max(1, first - affordable(pages, clock.now() - startedAtMs, limits)),
		};
	// Catching up has taken many requests already, so this search is left to the next poll.
	if (end === 'list' || end === 'known' || (memory !== undefined && pages > MOST_NEWEST_PAGES))
		return { ...observation, nextPage: 1 };

	const isWarned = Object.keys(memory?.untimed.seen ?? {}).length > 0;
	const newest = await readNewest(api, groupId, isWarned ? MOST_NEWEST_PAGES : 1, limits);
	if (newest.isStopped && memory === undefined) throw new ExecutionCancelledError();
	const runs = [...new Map([...newest.found, ...found]).values()];
	return {
		...observation,
		runs,
		createdSinceMs: newest.sinceMs,
		pages: pages + newest.pages,
		nextPage: 1,
	};
}

async function readByEnd(
	{ api, groupId, isWanted, latestEndMs }: Watch,
	memory: TriggerMemory | undefined,
	limits: PollLimits,
): Promise<Reading> {
	const first = memory?.nextPage ?? 1;
	const isKnown = memory === undefined ? () => false : knownTo(memory);
	const reading: Reading = {
		found: new Map(),
		pages: 0,
		page: first,
		end: 'pages',
		isSorted: true,
		hasTimes: false,
	};
	let [newestMs, lastMs] = [-1, Number.POSITIVE_INFINITY];
	let isAmongKnown = false;
	let areAll: AreAllEnds | undefined;
	const cut = (end: 'pages' | 'time'): Reading => ({
		...reading,
		end: isAmongKnown && reading.isSorted ? 'known' : end,
	});
	const { pageSize } = limits;
	const pager = openPager(api, byEnd(groupId), { pageSize, offset: (first - 1) * pageSize });
	while (reading.pages < limits.mostPages) {
		const answer = await readPage(pager);
		if (answer === undefined) return cut('time');
		reading.pages++;
		reading.page = Math.floor(pager.offset() / pageSize) + 1;
		const { added } = answer;
		for (const seen of added) reading.found.set(seen.id, seen);
		if (answer.sortedBy !== undefined && answer.sortedBy !== 'completed_at')
			reading.isSorted = false;
		// Only new runs count: runs that end meanwhile push others to the next page, where they appear
		// again.
		for (const endMs of added.map(endOf)) {
			if (Number.isNaN(endMs)) continue;
			if (endMs > lastMs) reading.isSorted = false;
			reading.hasTimes = true;
			if (endMs <= latestEndMs()) newestMs = Math.max(newestMs, endMs);
			lastMs = endMs;
		}
		if (answer.isLast) return { ...reading, end: 'list' };
		if (reading.isSorted && lastMs <= (memory?.ended.watermarkMs ?? newestMs - LATENESS_MS))
			return { ...reading, end: 'watermark' };
		if (reading.pages === 1 && reading.isSorted) {
			areAll = await countEnds(api, groupId, memory, answer, pageSize);
			if (areAll !== undefined) reading.pages++;
		}
		if (areAll?.(reading.found.values())) return { ...reading, end: 'watermark' };
		const wanted = added.filter(({ run }) => run.finished && isWanted(run));
		isAmongKnown = wanted.length > 0 && wanted.every(({ id }) => isKnown(id));
	}
	return cut('pages');
}

/** Pages that the next poll can read within its time, with a margin, estimated from this poll. */
function affordable(pages: number, tookMs: number, { budgetMs, mostPages }: PollLimits): number {
	const pagesInTime = Math.floor((pages * budgetMs * 0.8) / Math.max(1, tookMs));
	return Math.max(1, Math.min(pagesInTime, mostPages) - 2);
}

function unsortable({ pageSize, mostPages }: PollLimits): ConfigurationError {
	return new ConfigurationError(
		`This deployment lists more than ${pageSize * mostPages} runs and does not sort them by their end. Enter a Group ID under Filters, so that fewer runs are listed`,
	);
}
