import { ExecutionCancelledError, hasStatus, ServiceError } from '../../core/errors';
import type { JsonRecord } from '../../core/json';
import { type Run, timeOf } from '../../core/runs/run';
import type { FlowscaleApi, ListQuery } from './api';
import {
	identified,
	noList,
	openPager,
	type PageRead,
	type RunPager,
	type SeenRun,
} from './runPages';

const LARGEST_PAGE = 100;
/**
 * A filter that hardly any run passes would otherwise read years of history. These pages hold
 * 20,000 runs, or 2,000 at ten a page.
 */
const MOST_PAGES = 200;

export const NEEDS_GROUP =
	'This deployment lists the runs of one group only. Enter a Group ID under Filters';

/**
 * Whether a list was refused because it had no group. Deployments that follow the vendor's OpenAPI
 * file list the runs of one group only.
 */
export function isGroupMissing(error: unknown, groupId: string | undefined): error is ServiceError {
	if (groupId !== undefined) return false;
	return hasStatus(error, 422) || (hasStatus(error, 400) && /group/i.test(error.message));
}

/** Adds to the error of a list that requires a group what the user can do. */
function namingGroup({ groupId }: ListQuery) {
	return (error: unknown): never => {
		throw isGroupMissing(error, groupId)
			? new ServiceError(error.message, { ...error.facts, hint: NEEDS_GROUP })
			: error;
	};
}

export interface RunCollection {
	runs: SeenRun[];
	/**
	 * Set when the list continues after what was read: how many runs were read and, where the
	 * deployment reports it, how many there are.
	 */
	cutAfter?: { read: number; total: number | undefined };
}

/**
 * Runs that pass a filter, up to a limit that counts after filtering, page by page. A deployment
 * that does not page gives all of its runs at once, unsorted; they are sorted here. Where a
 * deployment pages without sorting, all pages are read, since its first pages may hold any runs.
 * Memory holds the runs that passed the filter, and only the IDs of the others.
 * @param limit Infinity: all, however many pages that takes
 * @throws ServiceError | ExecutionCancelledError
 */
export async function collectRuns(
	api: FlowscaleApi,
	query: ListQuery,
	isWanted: (run: Run) => boolean,
	limit: number,
	stop: AbortSignal,
): Promise<RunCollection> {
	const pager = openPager(api, query, { pageSize: LARGEST_PAGE, isComplete: true });
	const order = createOrderCheck(query);
	let read = 0;
	let wanted: SeenRun[] = [];
	for (let pages = 1; ; pages++) {
		if (stop.aborted) throw new ExecutionCancelledError();
		const page = await nextPage(pager, query);
		read += page.added.length;
		page.added.forEach(order.see);
		wanted.push(...page.added.filter(({ run }) => isWanted(run)));
		// More than these can never be asked for.
		if (wanted.length > limit) wanted = sorted(wanted, query).slice(0, limit);
		if (page.isLast || (wanted.length >= limit && order.isKept()))
			return { runs: sorted(wanted, query).slice(0, limit) };
		if (pages >= MOST_PAGES && limit !== Number.POSITIVE_INFINITY)
			return {
				runs: sorted(wanted, query).slice(0, limit),
				cutAfter: { read, total: page.total },
			};
	}
}

/**
 * One page of the list, for users who page themselves, with what the deployment reports about the
 * whole list (`meta`).
 */
export async function readRunPage(
	api: FlowscaleApi,
	query: ListQuery & { page: number; pageSize: number },
	isWanted: (run: Run) => boolean,
): Promise<{ runs: SeenRun[]; meta: JsonRecord | undefined }> {
	const page = await api.runs(query).catch(namingGroup(query));
	if (!page.isList) throw noList();
	return { runs: identified(page.runs).filter(({ run }) => isWanted(run)), meta: page.meta };
}

async function nextPage(pager: RunPager, query: ListQuery): Promise<PageRead> {
	const page = await pager.next().catch(namingGroup(query));
	if (!page.isList) throw noList();
	return page;
}

function placesOf({ sortBy = 'created_at', sortOrder = 'desc' }: ListQuery) {
	return { sign: sortOrder === 'asc' ? 1 : -1, timeAt: ({ run }: SeenRun) => timeOf(run[sortBy]) };
}

/** Whether the runs seen so far came in the order that was asked for. */
function createOrderCheck(query: ListQuery) {
	const { sign, timeAt } = placesOf(query);
	let last = Number.NaN;
	let isKept = true;
	return {
		see: (seen: SeenRun) => {
			const time = timeAt(seen);
			if (Number.isNaN(time)) return;
			if (sign * (time - last) < 0) isKept = false;
			last = time;
		},
		isKept: () => isKept,
	};
}

/** Runs without the time that is sorted by stay last, in their order. */
function sorted(entries: SeenRun[], query: ListQuery): SeenRun[] {
	const { sign, timeAt } = placesOf(query);
	return [...entries].sort((a, b) => {
		const [first, second] = [timeAt(a), timeAt(b)];
		if (Number.isNaN(first) || Number.isNaN(second))
			return Number(Number.isNaN(first)) - Number(Number.isNaN(second));
		return sign * (first - second);
	});
}
