import { othersOf, type TriggerMemory } from './newlyEnded';
import { digestOf, seenRunsOf } from './seenRuns';

/**
 * A list that is sorted by end, newest first, need not be read down to the watermark to know that
 * no run was listed late: counting is enough. The memory knows every run that was read and ended
 * after the watermark, whatever its event and workflow. With the new runs of the first page, this
 * gives the number of entries that must stand above the first run that ended earlier. One request
 * for the page around that place shows how many do.
 *
 * If the numbers are equal, nothing was missed: the entries that were counted stood there when the
 * first page was read, and the page is read later, so any other entry would have moved that place
 * down. A difference is a late run, or one that ended between the two requests: reading continues
 * until it is explained, at the latest at the watermark. Anything unclear is read as well.
 *
 * This holds as long as no run leaves its place above the watermark. The service documents neither
 * that runs are deleted nor that an end time changes. If one does, the place moves up, and the list
 * is read to the watermark; only a late run in the same four minutes would make up for it and be
 * missed.
 */
export interface ListCount {
	/** Runs that ended at this time (epoch ms, a whole second) or later are counted. */
	fromMs: number;
	/**
	 * Entries that must stand above the first run that ended before `fromMs`, given those that this
	 * poll has read.
	 */
	expected(found: Iterable<ListEntry>): number;
}

/** An entry of the list: its run, and the end of the run (epoch ms; NaN without one). */
export interface ListEntry {
	id: string;
	endMs: number;
}

/**
 * @param firstPage all entries of the list's first page. Some databases sort unfinished runs to the
 * top, so those count as well.
 */
export function openCount(
	memory: Pick<TriggerMemory, 'ended' | 'others'>,
	firstPage: ListEntry[],
): ListCount {
	const { fromMs, digests } = seenRunsOf(memory.ended);
	const known = new Set([...digests, ...othersOf(memory).digests]);
	const unfinished = firstPage.filter(({ endMs }) => Number.isNaN(endMs)).length;
	const isNew = ({ id, endMs }: ListEntry) => endMs >= fromMs && !known.has(digestOf(id));
	return {
		fromMs,
		expected: (found) => unfinished + known.size + [...found].filter(isNew).length,
	};
}

/**
 * The page to count on, a little smaller than the largest one where necessary: the place lies in
 * its third quarter, and so is still on the page after other entries have moved it.
 * @param position number of entries before the place
 * @returns undefined where the first two pages show the place, or no page fits
 */
export function pageAround(
	position: number,
	largest: number,
): { pageSize: number; offset: number } | undefined {
	if (position < 2 * largest) return undefined;
	for (let pageSize = largest; pageSize * 2 >= largest; pageSize--) {
		const index = position % pageSize;
		if (index * 2 >= pageSize && index * 4 <= pageSize * 3)
			return { pageSize, offset: position - index };
	}
	return undefined;
}

/**
 * Number of entries above the first run that ended before `fromMs`; undefined where the page does
 * not show it clearly.
 * @param endsMs the ends of all entries of the page (epoch ms; NaN without one)
 * @param offset number of entries before the page
 */
export function entriesAbove(fromMs: number, endsMs: number[], offset: number): number | undefined {
	const index = endsMs.findIndex((endMs) => endMs < fromMs);
	const isClear =
		index > 0 && endsMs.every((endMs, at) => (at < index ? endMs >= fromMs : !(endMs >= fromMs)));
	return isClear ? offset + index : undefined;
}
