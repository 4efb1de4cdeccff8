import { hasStatus, ServiceError } from '../../core/errors';
import type { ApiRequest } from '../../core/http/transport';
import { type KnownRun, timeOf } from '../../core/runs/run';
import type { GroupScope } from '../../core/starting/startService';
import { type FlowscaleApi, newestFirst, type RunPage } from '../api/api';
import { openPager, orNoList } from '../api/runPages';

const PAGE_SIZE = 100;
/** `Date` and many `created_at` are written in whole seconds. */
const CLOCK_TOLERANCE_MS = 5_000;
/**
 * Runs that are read one by one where the list shows little more than their IDs; more of them would
 * cost more than they save.
 */
const MOST_SINGLE_READS = 1_000;
/**
 * A start without clear answer is looked for among this many of the newest runs where the list
 * shows no times.
 */
const NEWEST_WITHOUT_TIMES = 100;

type Entry = RunPage['runs'][number] & { run: KnownRun };

/**
 * The runs of a group, newest first, with all that a run is recognised by: as many requests as
 * pages. Entries of id, status and outputs alone (JS SDK's readme) are read one by one.
 * @returns undefined where the list shows no run IDs (the vendor's OpenAPI), or the deployment
 *   refuses to list
 * @throws ServiceError, also where too many runs would have to be read one by one
 */
export async function listGroupRuns(
	api: FlowscaleApi,
	groupId: string,
	{ sinceMs, known, isDetached, signal }: GroupScope,
): Promise<KnownRun[] | undefined> {
	// The listing continues after Stop: a run whose start was being sent then must still be found and
	// cancelled.
	const extra = isDetached ? { isDetached: true, tries: 2, signal } : {};
	const found = new Map<string, Entry | KnownRun>();
	const pager = openPager(
		api,
		newestFirst(groupId),
		{ pageSize: PAGE_SIZE, isComplete: sinceMs === undefined },
		extra,
	);
	for (;;) {
		const answer = await pager.next().catch(sinceMs === undefined ? orNoList : orNoListFound);
		const entries = answer?.runs.filter(hasId) ?? [];
		if (answer === undefined || (answer.runs.length > 0 && entries.length === 0)) return undefined;
		let reachesKnown = false;
		for (const entry of entries) {
			const isKnown = known?.has(entry.run.run_id) === true;
			reachesKnown ||= isKnown;
			found.set(entry.run.run_id, entry);
		}
		const isOld =
			sinceMs !== undefined &&
			(isOlderThan(entries, sinceMs - CLOCK_TOLERANCE_MS) ||
				(found.size >= NEWEST_WITHOUT_TIMES &&
					entries.every(({ run }) => run.created_at === null)));
		if (answer.isLast || isOld || (reachesKnown && answer.pages !== undefined)) break;
	}
	for (const [id, run] of known ?? []) if (!found.has(id)) found.set(id, run);
	return await completed(api, [...found.values()], { sinceMs, known }, extra);
}

/**
 * As `orNoList`, for the search after a start without clear answer: a 404 may be a gateway's that
 * has just lost the service, as the start did, so the list is asked for again later.
 */
function orNoListFound(error: unknown): undefined {
	if (hasStatus(error, 404)) throw error;
	return orNoList(error);
}

const hasId = (entry: RunPage['runs'][number]): entry is Entry => entry.run.run_id !== null;

/** Pages are sorted newest first. A page without times allows no conclusion. */
function isOlderThan(entries: Entry[], limitMs: number): boolean {
	const times = entries.map(({ run }) => timeOf(run.created_at));
	return times.length > 0 && times.every((time) => time < limitMs);
}

/**
 * Entries with all that a run is recognised by. The newest are read where the list does not show
 * it.
 */
async function completed(
	api: FlowscaleApi,
	entries: Array<Entry | KnownRun>,
	{ sinceMs, known }: Pick<GroupScope, 'sinceMs' | 'known'>,
	extra: Partial<ApiRequest>,
): Promise<KnownRun[]> {
	const isSparse = (entry: Entry | KnownRun): entry is Entry =>
		'raw' in entry &&
		(entry.run.workflow_id === null ||
			!('inputs' in entry.raw) ||
			(sinceMs !== undefined && entry.run.created_at === null));
	const sparse = entries.filter(isSparse).filter(({ run }) => !known?.has(run.run_id));
	if (sinceMs === undefined && sparse.length > MOST_SINGLE_READS)
		throw new ServiceError(
			`Reuse Run would have to read ${sparse.length} runs one by one: the list of this deployment shows neither their workflow nor their inputs`,
			{
				hint: 'No run was started. Use a Group ID for fewer runs, for example one per row, or set Reuse Run to "Never".',
			},
		);
	const most = sinceMs === undefined ? MOST_SINGLE_READS : NEWEST_WITHOUT_TIMES;
	const wanted = new Set<Entry | KnownRun>(sparse.slice(0, most));
	const reads = entries.map(async (entry) => {
		if (!('raw' in entry)) return entry;
		const { run } = entry;
		// An entry without inputs says less than what was read of it before.
		const earlier = isSparse(entry) ? known?.get(run.run_id) : undefined;
		if (earlier)
			return { ...earlier, status: run.status, state: run.state, finished: run.finished };
		return wanted.has(entry) ? ((await api.run(run.run_id, run, extra))?.run ?? run) : run;
	});
	// Nothing ends the other reads of a search when one of them fails, and a try of theirs that
	// comes late would leave after the node's end.
	if (extra.isDetached) await Promise.allSettled(reads);
	return await Promise.all(reads);
}
