import { ExecutionCancelledError, hasStatus, ServiceError } from '../../core/errors';
import { TOO_LONG } from '../../core/http/byteStream';
import type { ApiRequest } from '../../core/http/transport';
import type { Sighting } from '../../core/trigger/newlyEnded';
import { timeOf } from '../../core/runs/run';
import { type FlowscaleApi, type ListQuery, newestFirst, type RunPage } from './api';

/** A run in a list, with the service's own object. */
export interface SeenRun extends Sighting {
	raw: RunPage['runs'][number]['raw'];
}

export interface PollLimits {
	/** Runs per page; the service gives 100 at most. */
	pageSize: number;
	/** Pages that one poll reads; deeper pages are left to the next polls. */
	mostPages: number;
	/** Time for one poll. */
	budgetMs: number;
}

/** 12,000 runs: far more than a busy deployment makes in an hour, and 10 to 20 MB of memory. */
export const LIMITS: PollLimits = { pageSize: 100, mostPages: 120, budgetMs: 25_000 };

/** A page of a list that is read from the top. */
export interface PageRead extends RunPage {
	/** Its runs that no page before it showed. */
	added: SeenRun[];
	/** No page comes after it, or those that do are repetitions. */
	isLast: boolean;
}

/** Reads a list page by page. */
export interface RunPager {
	/** The next page. @throws ServiceError | ExecutionCancelledError */
	next(): Promise<PageRead>;
	/** Number of runs before the next page, where the deployment honours the page size. */
	offset(): number;
}

/**
 * Each divides the one before it, so that a smaller page begins where the larger one would have.
 */
const PAGE_SIZES = [100, 20, 5, 1];
/**
 * A larger page size is tried again once such a page would be about this long. An answer may have
 * four times as many bytes.
 */
const COMFORTABLE_CHARS = 8 * 1024 * 1024;

/**
 * A deployment that ignores the page number returns the same page again and again. Runs that begin
 * while a list is read push others to later pages, though, so a single page, above all a small one,
 * may hold nothing new. A list counts as ended after this many of them in a row.
 */
const MOST_REPEATS = { ofKnownNumber: 10, ofUnknownNumber: 2 };

/** How often a whole list is read again whose pages missed some of its runs. */
const MOST_REREADS = 2;

export interface PagerOptions {
	pageSize: number;
	/** Number of runs to leave out, a multiple of `pageSize`. */
	offset?: number;
	/**
	 * Whether every run is wanted. A list whose pages held fewer runs than it counts is then read
	 * again: runs that were created in the same moment may come in another order with each request,
	 * so that one of them is on two pages and another on none.
	 */
	isComplete?: boolean;
}

/**
 * Pages of a list, each as large as its answer may be: inputs of runs may hold files as texts (data
 * URIs), and a hundred of those are more than fits into memory. An answer that is too long is asked
 * for again in smaller pages.
 */
export function openPager(
	api: FlowscaleApi,
	query: ListQuery,
	{ pageSize, offset: first = 0, isComplete = false }: PagerOptions,
	extra: Partial<ApiRequest> = {},
): RunPager {
	let size = pageSize;
	let offset = first;
	let isHonoured: boolean | undefined;
	const known = new Set<string>();
	let repeats = 0;
	let rereads = 0;
	let knownBefore = 0;
	const gaps = createGapCheck();
	/** Begins again where runs are missing and the last pass found some. */
	const isReadAgain = (answer: RunPage, page: number) => {
		const isFruitful = rereads === 0 || known.size > knownBefore;
		if (!isComplete || page === 1 || rereads >= MOST_REREADS || !isFruitful) return false;
		if (!hasMissing(answer, page, size, known.size)) return false;
		rereads++;
		knownBefore = known.size;
		return true;
	};
	const readPage = async (): Promise<PageRead> => {
		const page = offset / size + 1;
		const answer = await api.runs({ ...query, page, pageSize: size }, extra).catch((error) => {
			const smaller = PAGE_SIZES.find((other) => other < size && offset % other === 0);
			if (!isTooLong(error)) throw error;
			if (smaller === undefined || isHonoured === false) throw tooLong(query.groupId, size);
			size = smaller;
			return undefined;
		});
		if (answer === undefined) return await readPage();
		if (gaps.isFirst(answer, page, size)) {
			rereads++;
			offset = first;
			return await readPage();
		}
		const added = identified(answer.runs).filter(({ id }) => !known.has(id));
		for (const { id } of added) known.add(id);
		repeats = added.length === 0 ? repeats + 1 : 0;
		// A second reading finds what the first missed, and little else.
		const isRepeated = rereads === 0 && repeats >= mostRepeats(answer);
		const isLast = isLastPage(answer, page, size) || isRepeated;
		if (isLast && isReadAgain(answer, page)) {
			offset = 0;
			return { ...answer, added, isLast: false };
		}
		if (!isLast) isHonoured = answer.runs.length === size;
		offset += size;
		const larger = PAGE_SIZES.findLast((other) => other > size && other <= pageSize) ?? size;
		const expectedChars = ((answer.chars ?? 0) / size) * larger;
		if (isHonoured && offset % larger === 0 && expectedChars < COMFORTABLE_CHARS) size = larger;
		return { ...answer, added, isLast };
	};
	return { next: readPage, offset: () => offset };
}

/**
 * Recognises a page that was reported and is not found: the list has become shorter, or a gateway
 * does not reach the service at this moment. Reading the list once more from its beginning shows
 * which.
 */
function createGapCheck() {
	/** The fewest pages that an answer reported, by page size. */
	const reported = new Map<number, number>();
	let isFound = false;
	return {
		/** Whether this answer is the first such page. */
		isFirst: ({ isPageUnknown = false, pages }: RunPage, page: number, size: number) => {
			const known = reported.get(size) ?? 0;
			if (pages !== undefined) reported.set(size, known > 0 ? Math.min(known, pages) : pages);
			const isGap = isPageUnknown && page <= known && !isFound;
			isFound ||= isGap;
			return isGap;
		},
	};
}

const mostRepeats = ({ pages }: RunPage) =>
	pages === undefined ? MOST_REPEATS.ofUnknownNumber : MOST_REPEATS.ofKnownNumber;

/** Whether a list, at its last page, counts more runs than its pages held. */
function hasMissing({ pages, total }: RunPage, page: number, size: number, known: number): boolean {
	// A count that does not fit the pages is of something else.
	return total !== undefined && page === pages && total > known && total <= page * size;
}

/**
 * Whether an answer was longer than is read. A 413 comes from a gateway that limits the length of
 * what it passes on.
 */
export function isTooLong(error: unknown): boolean {
	return (
		error instanceof ServiceError && (error.facts.code === TOO_LONG || error.facts.status === 413)
	);
}

function tooLong(groupId: string | undefined, size: number): ServiceError {
	const isSingle = size === 1 && groupId !== undefined;
	return new ServiceError('Flowscale’s list of runs is too long to be read, even in small pages', {
		code: TOO_LONG,
		hint: isSingle
			? 'A run of this group holds very large inputs. Upload files instead of sending them as text (data URI).'
			: 'Enter a Group ID under Filters, so that fewer runs are listed. Upload files instead of sending them as text (data URI).',
	});
}

/**
 * The next page of an answer that must be a list; undefined when time ran out before it came.
 * @throws ServiceError
 */
export async function readPage(pager: RunPager): Promise<PageRead | undefined> {
	const page = await pager.next().catch((error: unknown) => {
		if (error instanceof ExecutionCancelledError) return undefined;
		throw error;
	});
	// If this counted as "no runs yet", the next poll would report the whole history.
	if (page?.isList === false) throw noList();
	return page;
}

/**
 * undefined for deployments that do not list runs, or refuse this list. A page after the first that
 * was not found once may still come.
 * @throws the error itself otherwise
 */
export function orNoList(error: unknown): undefined {
	const isNoList = hasStatus(error, 400, 404, 405, 422, 501) && error.facts.isRetryable !== true;
	if (isNoList) return undefined;
	throw error;
}

export function noList(): ServiceError {
	return new ServiceError('Flowscale answered without a list of runs', { isRetryable: true });
}

/**
 * Each run of a page with what recognises it, once: a list that changes while it is read may show a
 * run twice on one page. Where a list reports no run ids, a run is recognised by workflow, output
 * names and times, and equal ones by their number.
 */
export function identified(entries: RunPage['runs']): SeenRun[] {
	const twins = new Map<string, number>();
	const ids = new Set<string>();
	return entries.flatMap(({ run, raw }) => {
		if (run.run_id !== null && ids.has(run.run_id)) return [];
		if (run.run_id !== null) ids.add(run.run_id);
		const name =
			run.run_id ??
			JSON.stringify([
				run.workflow_id,
				run.created_at,
				run.output_names,
				run.started_at,
				run.completed_at,
			]);
		const number = run.run_id === null ? (twins.get(name) ?? 0) : 0;
		twins.set(name, number + 1);
		return [{ id: number === 0 ? name : `${name}#${number}`, run, raw }];
	});
}

/**
 * Page sizes that a deployment may use when it ignores the requested one; 10 is the documented
 * default.
 */
const USUAL_PAGES = new Set([10, 20, 25, 30, 50]);

/** Deployments without paging return everything at once. */
function isLastPage({ runs, pages }: RunPage, page: number, pageSize: number): boolean {
	return (
		runs.length === 0 ||
		(pages === undefined
			? runs.length !== pageSize && !USUAL_PAGES.has(runs.length)
			: page >= pages)
	);
}

/** The runs created last, down to `sinceMs` (epoch ms; -1: all), and how many requests it took. */
export async function readNewest(
	api: FlowscaleApi,
	groupId: string | undefined,
	mostPages: number,
	{ pageSize }: PollLimits,
) {
	const found = new Map<string, SeenRun>();
	const pager = openPager(api, newestFirst(groupId), { pageSize });
	let sinceMs = Number.POSITIVE_INFINITY;
	let pages = 0;
	while (pages < mostPages) {
		const answer = await readPage(pager);
		if (answer === undefined) return { found, pages, sinceMs, isStopped: true };
		pages++;
		for (const seen of answer.added) found.set(seen.id, seen);
		if (answer.isLast) return { found, pages, sinceMs: -1, isStopped: false };
		sinceMs = answer.runs.reduce(
			(oldest, { run }) => Math.min(oldest, timeOf(run.created_at) || oldest),
			sinceMs,
		);
	}
	// Without creation times, older runs cannot be distinguished from newer ones.
	return { found, pages, sinceMs: Number.isFinite(sinceMs) ? sinceMs : 0, isStopped: false };
}
