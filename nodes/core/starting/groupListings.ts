import { appendTo } from '../appendTo';
import type { Clock } from '../async/clock';
import { requestKey, type RunIdentity, runKey, runsWithFiles } from '../runs/matchRun';
import type { KnownRun } from '../runs/run';
import type { GroupTurn } from './groupTurns';
import type { StartService } from './startService';

/**
 * Items begin by the dozen and share one listing. It must not be older than this, since a run may
 * fail before later items begin.
 */
export const FRESH_MS = 10_000;

/**
 * The runs of one group as they were last listed, ordered so that thousands of items find theirs.
 */
export interface GroupListing {
	/** Newest first. */
	runs: KnownRun[];
	/** Runs that may be of this request, newest first. */
	runsLike(request: RunIdentity): KnownRun[];
	/** When the service last showed this run, epoch ms. */
	seenAtMs(run: KnownRun): number;
}

/**
 * Lists a group at most every ten seconds, and again when another execution may have changed it
 * since. undefined: the list shows no run IDs.
 * @throws ServiceError
 */
export type ListGroup = (groupId: string, turn?: GroupTurn) => Promise<GroupListing | undefined>;

/**
 * All runs of a group are read once; after that only the pages that show runs which were not there
 * before.
 */
export function createGroupListings(service: StartService, clock: Clock): ListGroup {
	const listings = new Map<string, { askedAtMs: number; listing: ReturnType<ListGroup> }>();
	const list = async (
		groupId: string,
		earlier: ReturnType<ListGroup> | undefined,
		startedByOthers: readonly KnownRun[],
	) => {
		const before = await earlier?.catch(() => undefined);
		const known = before && new Map(before.runs.map((run) => [run.run_id, run]));
		const nowMs = clock.now();
		const runs = await service.listGroup(groupId, { known });
		// The group was empty at first, so the runs that its list shows now without IDs were started
		// here.
		if (runs === undefined) return before;
		const ids = new Set(runs.map((run) => run.run_id));
		const unlisted = startedByOthers.filter((run) => !ids.has(run.run_id));
		return openListing([...unlisted, ...runs], nowMs, new Set(unlisted), before);
	};
	return async (groupId, turn) => {
		const last = listings.get(groupId);
		const changedAtMs = turn?.changedAtMs ?? Number.NEGATIVE_INFINITY;
		const isFresh =
			last && clock.now() - last.askedAtMs <= FRESH_MS && last.askedAtMs > changedAtMs;
		if (isFresh) return await last.listing;
		const listing = list(groupId, last?.listing, turn?.startedByOthers ?? []);
		const next = { askedAtMs: clock.now(), listing };
		listings.set(groupId, next);
		return await next.listing;
	};
}

/** @param unlisted runs that were started here, and not listed by the service yet */
function openListing(
	runs: KnownRun[],
	nowMs: number,
	unlisted: ReadonlySet<KnownRun>,
	before?: GroupListing,
): GroupListing {
	const earlierRuns = new Set(before?.runs);
	/** Runs by their key, for each combination of file parameters that requests have. */
	const indexes = new Map<string, Map<string, KnownRun[]>>();
	const indexFor = (fileNames: readonly string[]) => {
		const name = JSON.stringify(fileNames);
		const index =
			indexes.get(name) ?? byKey(runsWithFiles(runs, fileNames), (run) => runKey(run, fileNames));
		indexes.set(name, index);
		return index;
	};
	return {
		runs,
		runsLike: (request) => {
			const key = requestKey(request);
			return key === undefined ? runs : (indexFor(request.fileNames).get(key) ?? []);
		},
		seenAtMs: (run) =>
			unlisted.has(run)
				? Number.NEGATIVE_INFINITY
				: before && earlierRuns.has(run)
					? before.seenAtMs(run)
					: nowMs,
	};
}

function byKey(
	runs: readonly KnownRun[],
	keyOf: (run: KnownRun) => string,
): Map<string, KnownRun[]> {
	const index = new Map<string, KnownRun[]>();
	for (const run of runs) appendTo(index, keyOf(run), run);
	return index;
}
