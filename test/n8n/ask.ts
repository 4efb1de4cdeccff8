/**
 * `fetch` on a connection of its own. n8n closes idle connections after five seconds, which on a busy machine is just
 * when the next request is sent on them.
 */
export const ask = async (url: string, init: RequestInit & { headers?: Record<string, string> } = {}): Promise<Response> =>
	await fetch(url, { ...init, headers: { ...init.headers, connection: 'close' } });
