import { ServiceError, ExecutionCancelledError } from '../../core/errors';
import type { Sighting } from '../../core/trigger/newlyEnded';
import { timeOf } from '../../core/runs/run';
import type { FlowscaleApi, ListQuery, RunPage } from './api';

/** A run in a list, with the service's own object. */
export interface SeenRun extends Sighting {
	raw: RunPage['runs'][number]['raw'];
}

export interface PollLimits {
	/** Runs per page; the service gives 100 at most. */
	pageSize: number;
	/** Pages of one look; what lies deeper is read by the next ones. */
	mostPages: number;
	/** Time for one look. */
	budgetMs: number;
}

/** 12,000 runs: far more than a busy deployment makes in an hour, and 10 to 20 MB of memory. */
export const LIMITS: PollLimits = { pageSize: 100, mostPages: 120, budgetMs: 25_000 };

/** One page of the list; undefined when the time was over before it came. @throws ServiceError */
export async function readPage(api: FlowscaleApi, query: ListQuery): Promise<RunPage | undefined> {
	const page = await api.runs(query).catch((error: unknown) => {
		if (error instanceof ExecutionCancelledError) return undefined;
		throw error;
	});
	// Taken as "no runs yet", the next look would report the whole history.
	if (page?.isList === false)
		throw new ServiceError('Flowscale answered without a list of runs', { isRetryable: true });
	return page;
}

/**
 * Adds what is new and gives it. Where a list tells no run ids, a run is recognised by workflow, output names and times, and
 * equal ones by their number.
 */
export function addRuns(found: Map<string, SeenRun>, entries: RunPage['runs']): SeenRun[] {
	const twins = new Map<string, number>();
	return entries.flatMap(({ run, raw }) => {
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
		const id = number === 0 ? name : `${name}#${number}`;
		if (found.has(id)) return [];
		const seen = { id, run, raw };
		found.set(id, seen);
		return [seen];
	});
}

/** What a deployment may give that does not honour the page size; 10 is the documented default. */
const USUAL_PAGES = new Set([10, 20, 25, 30, 50]);

/** Deployments without paging give all at once; one that ignores the page number gives nothing new. */
export function isLastPage({ runs, pages }: RunPage, page: number, pageSize: number): boolean {
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
	limits: PollLimits,
) {
	const found = new Map<string, SeenRun>();
	let sinceMs = Number.POSITIVE_INFINITY;
	let pages = 0;
	while (pages < mostPages) {
		const answer = await readPage(api, {
			groupId,
			sortBy: 'created_at',
			sortOrder: 'desc',
			page: pages + 1,
			pageSize: limits.pageSize,
		});
		if (answer === undefined) return { found, pages, sinceMs, isStopped: true };
		pages++;
		const added = addRuns(found, answer.runs);
		if (isLastPage(answer, pages, limits.pageSize) || added.length === 0)
			return { found, pages, sinceMs: -1, isStopped: false };
		sinceMs = answer.runs.reduce(
			(oldest, { run }) => Math.min(oldest, timeOf(run.created_at) || oldest),
			sinceMs,
		);
	}
	// Without creation times nothing older can be told from what is newer.
	return { found, pages, sinceMs: Number.isFinite(sinceMs) ? sinceMs : 0, isStopped: false };
}
