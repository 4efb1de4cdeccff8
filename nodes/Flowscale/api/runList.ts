import { ServiceError, ExecutionCancelledError } from '../../core/errors';
import { type Run, timeOf } from '../../core/runs/run';
import type { FlowscaleApi, ListQuery } from './api';
import { addRuns, isLastPage, type SeenRun } from './runPages';

const LARGEST_PAGE = 100;

export const NEEDS_GROUP =
	'This deployment lists the runs of one group only. Enter a Group ID under Filters';

/** Deployments after the vendor's OpenAPI list the runs of one group only. */
export function isForWantOfGroup(
	error: unknown,
	groupId: string | undefined,
): error is ServiceError {
	if (groupId !== undefined || !(error instanceof ServiceError)) return false;
	return error.facts.status === 422 || (error.facts.status === 400 && /group/i.test(error.message));
}

/**
 * Runs that pass a filter, up to a limit that counts after filtering, page by page. A deployment that does not page gives all
 * of its runs at once, unsorted; they are sorted here. Of one that pages without sorting all pages are read: the first of them
 * hold any runs, not those that come first.
 * @throws ServiceError | ExecutionCancelledError
 */
export async function collectRuns(
	api: FlowscaleApi,
	query: ListQuery,
	isWanted: (run: Run) => boolean,
	limit: number,
	stop: AbortSignal,
): Promise<SeenRun[]> {
	const found = new Map<string, SeenRun>();
	const wanted: SeenRun[] = [];
	for (let page = 1; ; page++) {
		if (stop.aborted) throw new ExecutionCancelledError();
		const answer = await api
			.runs({ ...query, page, pageSize: LARGEST_PAGE })
			.catch((error: unknown) => {
				throw isForWantOfGroup(error, query.groupId)
					? new ServiceError(error.message, { ...error.facts, hint: NEEDS_GROUP })
					: error;
			});
		const added = addRuns(found, answer.runs);
		wanted.push(...added.filter(({ run }) => isWanted(run)));
		// The page number is ignored by some deployments: the same runs come again.
		const isOver = added.length === 0 || isLastPage(answer, page, LARGEST_PAGE);
		if (isOver || (wanted.length >= limit && isInOrder([...found.values()], query)))
			return sorted(wanted, query).slice(0, limit);
	}
}

function placesOf({ sortBy = 'created_at', sortOrder = 'desc' }: ListQuery) {
	return { sign: sortOrder === 'asc' ? 1 : -1, timeAt: ({ run }: SeenRun) => timeOf(run[sortBy]) };
}

function isInOrder(entries: SeenRun[], query: ListQuery): boolean {
	const { sign, timeAt } = placesOf(query);
	const times = entries.map(timeAt).filter((time) => !Number.isNaN(time));
	return times.every((time, place) => place === 0 || sign * (time - times[place - 1]) >= 0);
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
