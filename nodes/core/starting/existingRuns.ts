import type { Clock } from '../async/clock';
import type { StartService } from './startService';

/** Items begin in swarms, and each of them asks; a run that goes on may fail before the items that begin much later. */
const FRESH_MS = 10_000;

/** The runs of a group, listed anew when the last listing is no longer fresh. */
export function createGroupListings(
	listGroup: StartService['listGroup'],
	clock: Clock,
): StartService['listGroup'] {
	const listings = new Map<
		string,
		{ askedAtMs: number; listed: ReturnType<StartService['listGroup']> }
	>();
	return async (groupId) => {
		const known = listings.get(groupId);
		const listing =
			known && clock.now() - known.askedAtMs <= FRESH_MS
				? known
				: { askedAtMs: clock.now(), listed: listGroup(groupId) };
		listings.set(groupId, listing);
		return await listing.listed;
	};
}
