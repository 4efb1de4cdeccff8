import type { ExecutionResult, Happened } from '../happened';
import type { JournalEntry } from '../network';
import type { Fate, RequestKind } from '../world';

/** What a single request may suffer without any item failing for it. */
const MILD: Partial<Record<RequestKind, readonly Fate[]>> = {
	start: ['refused', '425', '429', '429Later', '503Later'],
	read: [
		...(['refused', 'lostBefore', 'lostDone', '502', '502Done', '503', '503Later'] as const),
		...(['504Done', '520', '520Done', '425', '429', '429Later', 'page', 'pageDone'] as const),
		...(['empty', 'cut', 'cutBefore'] as const),
	],
	events: [
		...(['refused', 'lostBefore', 'lostDone', '502', '503', '520', '429', '401', '404'] as const),
		...(['page', 'empty', 'cut', 'cutBefore', 'mute', 'late'] as const),
	],
	file: [
		...(['refused', 'lostBefore', 'lostDone', '502', '503', '520', '429', 'cut'] as const),
		...(['cutBefore', '404', 'page', 'empty', '425', '504Done'] as const),
	],
	cancel: [],
};

const isMild = ({ kind, fate }: JournalEntry) => MILD[kind]?.includes(fate) ?? false;

/** Whether this execution met next to nothing: two requests at most, and each may be repeated. */
export function metOnlyMildFaults({ journal, world }: Happened, { id }: ExecutionResult): boolean {
	const hit = journal.entries.filter(({ by, fate }) => by === id && fate !== 'fine');
	return world.outages.length === 0 && hit.length <= 2 && hit.every(isMild);
}
