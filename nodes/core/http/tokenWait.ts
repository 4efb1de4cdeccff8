/** Requests for which a token is being fetched, by the helpers that n8n hands on to the credential. */
const waiting = new WeakSet<object>();

/** Fetches a token for a request. @param helpers of the request, which is not sent meanwhile */
export async function whileTokenAwaited<T>(helpers: object, fetch: () => Promise<T>): Promise<T> {
	waiting.add(helpers);
	return await fetch().finally(() => waiting.delete(helpers));
}

export const isTokenAwaited = (helpers: object): boolean => waiting.has(helpers);
