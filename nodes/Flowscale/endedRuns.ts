import type { Clock } from '../core/clock';
import { Stopped, UserMistake } from '../core/errors';
import { LATENESS_MS, type Look, type Sighting, type TriggerMemory } from '../core/runEvents';
import { timeOf } from '../core/run';
import type { FlowscaleApi, RunPage } from './api';
import { identityOf } from './runList';

export interface SeenRun extends Sighting {
	own: RunPage['runs'][number]['own'];
}

export interface LookLimits {
	/** Runs per page; the service gives 100 at most. */
	pageSize: number;
	/** Pages of one look; what lies deeper is read by the next ones. */
	mostPages: number;
	/** Time for one look. */
	budgetMs: number;
}

/** 12,000 runs: ten times what a busy deployment makes in an hour, in 10 to 20 MB of memory. */
export const LIMITS: LookLimits = { pageSize: 100, mostPages: 120, budgetMs: 25_000 };
/** Newest created runs that are searched for ends without a time, once one was seen; until then one page. */
const MOST_CREATED_PAGES = 10;

interface Reading {
	found: Map<string, SeenRun>;
	/** Pages answered. */
	pages: number;
	/** Page to go on with. */
	page: number;
	end: 'list' | 'floor' | 'limit';
	/** Whether end times never rise from run to run, as was asked for. */
	isSorted: boolean;
	hasTimes: boolean;
}

/**
 * Runs that ended since the memory's floor, from the list sorted by end, newest first: pages can then only shift away from us,
 * so that reading on meets runs twice but misses none. Deployments that ignore sorting are read to the end, those that ignore
 * paging give all at once.
 * @throws ServiceFailure | Stopped | UserMistake
 */
export async function lookForEnds(api: FlowscaleApi, groupId: string | undefined, memory: TriggerMemory | undefined, clock: Clock, limits = LIMITS): Promise<Look<SeenRun> & { pages: number }> {
	const startedAtMs = clock.now();
	const first = memory?.nextPage ?? 1;
	const byEnd = await readByEnd(api, groupId, memory, first, limits);
	const isWhole = byEnd.end !== 'limit';
	if (!isWhole && (!byEnd.isSorted || !byEnd.hasTimes)) throw unsortable(limits);
	const read = { pages: byEnd.pages, isWhole, isFromTop: first === 1, runs: [...byEnd.found.values()], createdSinceMs: -1 };
	if (!isWhole) return { ...read, nextPage: byEnd.page };
	if (first > 1) return { ...read, nextPage: Math.max(1, first - affordable(byEnd.pages, clock.now() - startedAtMs, limits)) };
	if (byEnd.end === 'list' || byEnd.pages > MOST_CREATED_PAGES) return { ...read, nextPage: 1 };

	const byCreation = await readByCreation(api, groupId, memory, limits);
	return { ...read, pages: read.pages + byCreation.pages, runs: [...new Map([...byCreation.found, ...byEnd.found]).values()], createdSinceMs: byCreation.sinceMs, nextPage: 1 };
}

async function readByEnd(api: FlowscaleApi, groupId: string | undefined, memory: TriggerMemory | undefined, first: number, limits: LookLimits): Promise<Reading> {
	const reading: Reading = { found: new Map(), pages: 0, page: first, end: 'limit', isSorted: true, hasTimes: false };
	let [newestMs, lastMs] = [-1, Number.POSITIVE_INFINITY];
	for (; reading.pages < limits.mostPages; reading.page++) {
		const answer = await orStopped(api.runs({ groupId, sortBy: 'completed_at', sortOrder: 'desc', page: reading.page, pageSize: limits.pageSize }));
		if (answer === undefined && reading.pages > 0) return reading;
		if (answer === undefined) throw new Stopped();
		reading.pages++;
		const added = addRuns(reading.found, answer.runs);
		for (const { run } of answer.runs.filter((entry) => entry.run.finished && entry.run.completed_at !== null)) {
			const endMs = timeOf(run.completed_at);
			if (endMs > lastMs) reading.isSorted = false;
			reading.hasTimes = true;
			newestMs = Math.max(newestMs, endMs);
			lastMs = endMs;
		}
		if (isLastPage(answer, reading.page, limits) || added === 0) return { ...reading, end: 'list' };
		const floorMs = memory?.ended.doneUntilMs ?? newestMs - LATENESS_MS;
		if (reading.isSorted && lastMs <= floorMs) return { ...reading, end: 'floor' };
	}
	return reading;
}

/** The newest created runs. @returns with the creation time down to which they were read; -1: to the end */
async function readByCreation(api: FlowscaleApi, groupId: string | undefined, memory: TriggerMemory | undefined, limits: LookLimits) {
	const found = new Map<string, SeenRun>();
	const mostPages = Object.keys(memory?.untimed.seen ?? {}).length > 0 ? MOST_CREATED_PAGES : 1;
	let sinceMs = Number.POSITIVE_INFINITY;
	for (let page = 1; page <= mostPages; page++) {
		const answer = await orStopped(api.runs({ groupId, sortBy: 'created_at', sortOrder: 'desc', page, pageSize: limits.pageSize }));
		if (answer === undefined) break;
		const added = addRuns(found, answer.runs);
		if (isLastPage(answer, page, limits) || added === 0) return { found, pages: page, sinceMs: -1 };
		sinceMs = answer.runs.reduce((oldest, { run }) => Math.min(oldest, timeOf(run.created_at) || oldest), sinceMs);
	}
	return { found, pages: mostPages, sinceMs };
}

function isLastPage({ runs, pages }: RunPage, page: number, { pageSize }: LookLimits): boolean {
	return pages === undefined ? runs.length !== pageSize : page >= pages;
}

/** Adds what is new; a list without run ids tells equal runs apart by their times and, at last, by their number. */
function addRuns(found: Map<string, SeenRun>, entries: RunPage['runs']): number {
	const sizeBefore = found.size;
	const twins = new Map<string, number>();
	for (const { run, own } of entries) {
		const name = run.run_id ?? JSON.stringify([identityOf(run), run.started_at, run.completed_at]);
		const number = run.run_id === null ? (twins.get(name) ?? 0) : 0;
		twins.set(name, number + 1);
		const id = number === 0 ? name : `${name}#${number}`;
		if (!found.has(id)) found.set(id, { id, run, own });
	}
	return found.size - sizeBefore;
}

/** Pages that the next look can read in its time, with some to spare, judged by this one. */
function affordable(pages: number, tookMs: number, { budgetMs, mostPages }: LookLimits): number {
	const pagesInTime = Math.floor((pages * budgetMs * 0.8) / Math.max(1, tookMs));
	return Math.max(1, Math.min(pagesInTime, mostPages) - 2);
}

/** undefined when the time is over: what was read so far counts. */
async function orStopped(answer: Promise<RunPage>): Promise<RunPage | undefined> {
	return await answer.catch((error: unknown) => {
		if (error instanceof Stopped) return undefined;
		throw error;
	});
}

function unsortable({ pageSize, mostPages }: LookLimits): UserMistake {
	return new UserMistake(`This deployment lists more than ${pageSize * mostPages} runs and does not sort them by their end. Enter a Group ID under Filters, so that fewer runs are listed`);
}
