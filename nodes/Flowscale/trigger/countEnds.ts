import { ServiceError } from '../../core/errors';
import { type Run, timeOf } from '../../core/runs/run';
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
export const endOf = ({ run }: { run: Run }) =>
	run.finished ? timeOf(run.completed_at) : Number.NaN;

/** Whether these are all runs that the list showed after the watermark. */
export type AreAllEnds = (found: Iterable<SeenRun>) => boolean;

/**
 * Counts the runs that ended after the watermark with one request, as `ListCount` explains.
 * @param firstPage the list's first page, as it was read just now
 * @returns undefined without any request where nothing can be counted or gained: in a first poll and
 * in one that catches up, where pages have another size than was asked for, and where page 2 shows
 * the place as well
 * @throws ServiceError
 */
export async function countEnds(
	api: FlowscaleApi,
	groupId: string | undefined,
	memory: TriggerMemory | undefined,
	firstPage: PageRead,
	largest: number,
): Promise<AreAllEnds | undefined> {
	if (memory === undefined || memory.nextPage > 1 || memory.pass !== undefined) return undefined;
	if (firstPage.runs.length !== largest) return undefined;
	const entries = entriesOf(firstPage.added);
	const count = openCount(memory, entries);
	const around = pageAround(count.expected(entries), largest);
	if (around === undefined) return undefined;
	const page = await readPage(openPager(api, byEnd(groupId), around)).catch(refusedPage);
	// A page of another size begins at another place.
	if (page?.runs.length !== around.pageSize) return () => false;
	const above = entriesAbove(count.fromMs, page.runs.map(endOf), around.offset);
	return (found) => count.expected(entriesOf(found)) === above;
}

const entriesOf = (runs: Iterable<SeenRun>): ListEntry[] =>
	[...runs].map((seen) => ({ id: seen.id, endMs: endOf(seen) }));

/** A deployment may refuse this page size alone. Any other trouble meets the next request as well. */
function refusedPage(error: unknown): undefined {
	if (error instanceof ServiceError && error.facts.isRetryable !== true) return undefined;
	throw error;
}
