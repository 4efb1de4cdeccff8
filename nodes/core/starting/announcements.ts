import { appendTo } from '../appendTo';
import { requestKey } from '../runs/matchRun';
import type { StartRequest } from './startService';

/** Requests that a run of the node may start. */
export interface Announcements {
	add(request: StartRequest): void;
	/** Those with the same texts, the request itself among them. */
	like(request: StartRequest): readonly StartRequest[];
}

/**
 * Requests are sorted by their texts when they are first searched, since only Reuse Run searches
 * them, and ten thousand keys at each resume of a suspended wait took their time.
 */
export function createAnnouncements(): Announcements {
	const unsorted: StartRequest[] = [];
	const byKey = new Map<string, StartRequest[]>();
	const keyOf = (request: StartRequest) => requestKey(request) ?? '';
	const sort = () => {
		for (const request of unsorted.splice(0)) appendTo(byKey, keyOf(request), request);
	};
	return {
		add: (request) => void unsorted.push(request),
		like: (request) => {
			sort();
			return byKey.get(keyOf(request)) ?? [];
		},
	};
}
