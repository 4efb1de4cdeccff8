import { Stopped } from '../core/errors';
import { type Run, timeOf } from '../core/run';
import type { FlowscaleApi, ListQuery, RunPage } from './api';

const LARGEST_PAGE = 100;

/**
 * Runs that pass a filter, up to a limit that counts after filtering, page by page. A deployment that does not page gives all
 * of its runs at once, unsorted; they are sorted here.
 * @throws ServiceFailure | Stopped
 */
export async function collectRuns(api: FlowscaleApi, query: ListQuery, isWanted: (run: Run) => boolean, limit: number, stop: AbortSignal): Promise<RunPage['runs']> {
	const found = new Map<string, RunPage['runs'][number]>();
	const pageSize = LARGEST_PAGE;
	for (let page = 1; ; page++) {
		if (stop.aborted) throw new Stopped();
		const answer = await api.runs({ ...query, page, pageSize });
		const seenBefore = found.size;
		for (const entry of answer.runs) found.set(identityOf(entry.run), entry);
		const wanted = [...found.values()].filter(({ run }) => isWanted(run));
		const isPaged = answer.pages !== undefined || answer.runs.length === pageSize;
		// The page number is ignored by some deployments: the same runs come again.
		const isOver = !isPaged || answer.runs.length === 0 || found.size === seenBefore || (answer.pages !== undefined && page >= answer.pages);
		if (isOver || wanted.length >= limit) return sorted(wanted, query).slice(0, limit);
	}
}

/** Where a list tells no run ids, a run is recognised by workflow, creation time and output names. */
export function identityOf({ run_id, workflow_id, created_at, output_names }: Run): string {
	return run_id ?? JSON.stringify([workflow_id, created_at, output_names]);
}

/** Runs without the time that is sorted by stay last, in their order. */
function sorted(entries: RunPage['runs'], { sortBy = 'created_at', sortOrder = 'desc' }: ListQuery): RunPage['runs'] {
	const sign = sortOrder === 'asc' ? 1 : -1;
	const timeAt = ({ run }: RunPage['runs'][number]) => timeOf(run[sortBy]);
	return [...entries].sort((a, b) => {
		const [first, second] = [timeAt(a), timeAt(b)];
		if (Number.isNaN(first) || Number.isNaN(second)) return Number(Number.isNaN(first)) - Number(Number.isNaN(second));
		return sign * (first - second);
	});
}
