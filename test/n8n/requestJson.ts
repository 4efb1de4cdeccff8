import { ask } from './ask';
/** An answer of n8n that is not a success, with what it said. */
export class RestError extends Error {
	constructor(
		readonly status: number,
		message: string,
	) {
		super(message);
	}
}

export type RequestJson = <Answer>(
	method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
	path: string,
	body?: unknown,
) => Promise<Answer>;

/**
 * Requests with the cookie of whoever signed in last; n8n wraps every answer of its own in `data`.
 */
export const createRequester = (baseUrl: string): { request: RequestJson; cookie(): string } => {
	let cookie = '';
	const request = async <Answer>(method: string, path: string, body?: unknown): Promise<Answer> => {
		const answer = await ask(`${baseUrl}${path}`, {
			method,
			headers: { cookie, 'content-type': 'application/json' },
			body: body === undefined ? undefined : JSON.stringify(body),
		});
		const text = await answer.text();
		if (!answer.ok)
			throw new RestError(
				answer.status,
				`${method} ${path}: ${answer.status} ${text.slice(0, 500)}`,
			);
		const session = answer.headers.getSetCookie().find((line) => line.startsWith('n8n-auth='));
		if (session) cookie = session.split(';')[0];
		const value = JSON.parse(text || '{}') as Answer | { data: Answer };
		return typeof value === 'object' && value !== null && 'data' in value
			? value.data
			: (value as Answer);
	};
	return { request, cookie: () => cookie };
};
