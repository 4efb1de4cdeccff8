import { timeOf } from '../../core/runs/run';
import { entriesAbove, type ListEntry, openCount, pageAround } from '../../core/trigger/listCount';
import type { TriggerMemory } from '../../core/trigger/newlyEnded';
import type { FlowscaleApi, ListQuery } from '../api/api';
import { openPager, type PageRead, readPage, type SeenRun } from '../api/runPages';

/** The list as the trigger reads it. */
export const byEnd = (groupId: string | undefined): ListQuery => ({
	groupId,
	sortBy: 'completed_at',
	sortOrder: 'desc',
});

/** The end of a run that has ended (epoch ms); NaN without one. */
export const endOf = ({ run }: SeenRun) => (run.finished ? timeOf(run.completed_at) : Number.NaN);

export interface CountedEnds {
	/** The runs of the page that was counted on. */
	added: SeenRun[];
	/** Whether these are all runs that the list showed after the watermark. */
	areAll(found: Iterable<SeenRun>): boolean;
}

/**
 * Counts the runs that ended after the watermark with one request, as `ListCount` explains.
 * @param firstPage the list's first page, as it was read just now
 * @returns undefined without any request in a poll that catches up, where page 2 shows the place as
 * well, and where a list cannot be counted (not sorted, pages of other sizes, runs twice or without
 * ids); and where time ran out
 * @throws ServiceError
 */
export async function countEnds(
	api: FlowscaleApi,
	groupId: string | undefined,
	memory: TriggerMemory | undefined,
	firstPage: PageRead,
	largest: number,
): Promise<CountedEnds | undefined> {
	if (memory === undefined || memory.nextPage > 1 || memory.pass !== undefined) return undefined;
	if (firstPage.runs.length !== largest || !isCountable(firstPage)) return undefined;
	const entries = entriesOf(firstPage.added);
	const count = openCount(memory, entries);
	const around = pageAround(count.expected(entries), largest);
	if (around === undefined) return undefined;
	const page = await readPage(openPager(api, byEnd(groupId), around));
	if (page === undefined) return undefined;
	const isWhole = page.runs.length === around.pageSize || page.isLast;
	const above =
		isWhole && isCountable(page)
			? entriesAbove(count.fromMs, entriesOf(page.added), around.offset)
			: undefined;
	return {
		added: page.added,
		areAll: (found) => above !== undefined && count.expected(entriesOf(found)) === above,
	};
}

const entriesOf = (runs: Iterable<SeenRun>): ListEntry[] =>
	[...runs].map((seen) => ({ id: seen.id, endMs: endOf(seen) }));

/** Whether each entry of the page is a run of its own, sorted as was asked for. */
function isCountable({ runs, added, sortedBy }: PageRead): boolean {
	const isByEnd = sortedBy === undefined || sortedBy === 'completed_at';
	return isByEnd && added.length === runs.length && runs.every(({ run }) => run.run_id !== null);
}
