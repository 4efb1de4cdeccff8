/** What one HTTP status means for a request that brought no result. */
interface StatusMeaning {
	/** Whether the same read may succeed a little later. */
	isRetryable: boolean;
	/**
	 * What became of a start: `notTaken` says that the service certainly began nothing and may be
	 * asked again, `uncertain` that a run may have begun, `refused` that none did and asking again
	 * changes nothing.
	 */
	start: 'notTaken' | 'uncertain' | 'refused';
}

const REFUSED: StatusMeaning = { isRetryable: false, start: 'refused' };

/**
 * The one table of statuses. Not listed: 2xx, which are answers, 3xx and all other 4xx, which are
 * refusals, and all other 5xx, the 520 to 530 of content delivery networks included, which come
 * from a gateway that does not know what the service did.
 *
 * 501 and 505 would be certain refusals by their meaning (RFC 9110, 15.6.2 and 15.6.6), but a start
 * with them counts as uncertain. No service documents them for a start (protocols 1.7, 1.14), so
 * where they come from is not known: a server gives 501 to a NotImplementedError of a workflow's
 * code, too, when the run has begun, and a gateway to what it cannot pass on. A wrong "refused"
 * pays for a second run; a wrong "uncertain" costs a search in the group, and an error that says
 * where to check.
 */
const MEANINGS = new Map<number, StatusMeaning>([
	[408, { isRetryable: true, start: 'uncertain' }],
	[425, { isRetryable: true, start: 'notTaken' }],
	[429, { isRetryable: true, start: 'notTaken' }],
	[501, { isRetryable: false, start: 'uncertain' }],
	[505, { isRetryable: false, start: 'uncertain' }],
]);

function meaningOf(status: number): StatusMeaning {
	const unlisted: StatusMeaning =
		status >= 500 ? { isRetryable: status <= 599, start: 'uncertain' } : REFUSED;
	return MEANINGS.get(status) ?? unlisted;
}

/**
 * Whether what answers does not have the call at all: 405 (the address takes other methods) and 501
 * (no address takes this method; RFC 9110, 15.5.6 and 15.6.2). The service's API has every call that
 * is sent, so another server is at the Base URL, or an older version.
 */
export const lacksCall = (status: number): boolean => status === 405 || status === 501;

/**
 * Whether the same read may succeed a little later: 408, 425, 429, and every 5xx but 501 and 505.
 */
export function isRetryableStatus(status: number): boolean {
	return meaningOf(status).isRetryable;
}

/**
 * What a status that is no success says about a start. A 503 that names a time to come back was
 * sent by something that took nothing.
 * @param hasRetryAfter whether the answer has a Retry-After header
 */
export function startAfterStatus(status: number, hasRetryAfter: boolean): StatusMeaning['start'] {
	return status === 503 && hasRetryAfter ? 'notTaken' : meaningOf(status).start;
}
