import { ExecutionCancelledError } from '../../core/errors';
import { timeOf } from '../../core/runs/run';
import { byEnd } from './countEnds';
import type { Watch } from './endedRuns';
import { LIMITS, openPager, readNewest, readPage, type SeenRun } from '../api/runPages';

/** How many pages a test run searches for a run to show. */
const MOST_PAGES = 5;

/**
 * For a test run: the newest ended run that matches, and all runs that were read.
 * @throws ServiceError | ExecutionCancelledError
 */
export async function newestEnd(
	watch: Watch,
): Promise<{ match: SeenRun | undefined; runs: SeenRun[] }> {
	const { api, groupId, isWanted, limits = LIMITS } = watch;
	const found = new Map<string, SeenRun>();
	const matches = () => [...found.values()].filter(({ run }) => run.finished && isWanted(run));
	const pager = openPager(api, byEnd(groupId), limits);
	let isAll = false;
	for (let page = 1; page <= MOST_PAGES && !isAll && matches().length === 0; page++) {
		const answer = await readPage(pager);
		if (answer === undefined) throw new ExecutionCancelledError();
		for (const seen of answer.added) found.set(seen.id, seen);
		isAll = answer.isLast;
	}
	if (!isAll && matches().length === 0) {
		const newest = await readNewest(api, groupId, 1, limits);
		newest.found.forEach((seen, id) => found.set(id, seen));
	}
	const newestFirst = matches().sort((a, b) => endMs(b) - endMs(a));
	return { match: newestFirst[0], runs: [...found.values()] };
}

/** The run's end or, without one, its start, in epoch ms; 0 where the list has neither. */
function endMs({ run }: SeenRun): number {
	return timeOf(run.completed_at) || timeOf(run.created_at) || 0;
}
