import type { ExecutionResult, Happened } from '../happened';
import type { JournalEntry } from '../network';
import type { Fate, RequestKind } from '../world';

/** What a single request may suffer without any item failing for it. */
const MILD: Partial<Record<RequestKind, readonly Fate[]>> = {
	start: ['refused', '425', '429', '429Later', '503Later'],
	read: [
		...(['refused', 'lostBefore', 'lostDone', '502', '502Done', '503', '503Later'] as const),
		...(['504Done', '520', '520Done', '425', '429', '429Later', 'page', 'pageDone'] as const),
		...(['empty', 'cut', 'cutQuietly', 'cutBefore'] as const),
	],
	events: [
		...(['refused', 'lostBefore', 'lostDone', '502', '503', '520', '429', '401', '404'] as const),
		...(['page', 'empty', 'cut', 'cutQuietly', 'cutBefore', 'mute', 'late'] as const),
	],
	file: [
		...(['refused', 'lostBefore', 'lostDone', '502', '503', '520', '429', 'cut'] as const),
		...(['cutQuietly', 'cutBefore', '404', 'page', 'empty', '425', '504Done'] as const),
	],
	cancel: [],
};

/**
 * Starts with these fates were taken, and their runs are found in the group. A service with a limit
 * of runs may have refused them behind the gateway's answer.
 */
const TAKEN: readonly Fate[] = ['lostDone', '502Done', '504Done', '520Done', '408Done', 'pageDone'];
/** Runs are looked for in a group for this long at least. */
const SEARCHED_MS = 1_000;

function isMild(
	{ world: { service } }: Happened,
	{ plan, items }: ExecutionResult,
	{ kind, fate, isUpload }: JournalEntry,
): boolean {
	if (MILD[kind]?.includes(fate)) return true;
	if (kind !== 'start') return false;
	// A form whose file was not read to its end never ended.
	if (fate === 'cutBefore') return isUpload;
	const isFound =
		plan.group === 'execution' &&
		service.mostUnfinished === 0 &&
		service.listLagMs <= SEARCHED_MS &&
		items.every(({ file }) => file === null);
	return isFound && TAKEN.includes(fate);
}

/** Whether this execution met next to nothing: two requests at most, and each may be repeated. */
export function metOnlyMildFaults(happened: Happened, result: ExecutionResult): boolean {
	const { journal, world } = happened;
	const hit = journal.entries.filter(({ by, fate }) => by === result.id && fate !== 'fine');
	return (
		world.outages.length === 0 &&
		hit.length <= 2 &&
		hit.every((entry) => isMild(happened, result, entry))
	);
}
