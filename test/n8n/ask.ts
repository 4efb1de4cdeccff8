import { sleep } from './platform';

const patienceMs = 60_000;

/**
 * How n8n turns every request away while its database is late, which on a busy machine it is for a
 * moment.
 */
const isTurnedAway = async (answer: Response): Promise<boolean> =>
	answer.status === 503 && (await answer.clone().text()).includes('Database is not ready');

/**
 * `fetch` on a connection of its own. n8n closes idle connections after five seconds, which on a
 * busy machine is just when the next request is sent on them.
 */
export const ask = async (
	url: string,
	init: RequestInit & { headers?: Record<string, string> } = {},
): Promise<Response> => {
	const deadline = Date.now() + patienceMs;
	for (;;) {
		const answer = await fetch(url, { ...init, headers: { ...init.headers, connection: 'close' } });
		if (Date.now() > deadline || !(await isTurnedAway(answer))) return answer;
		await sleep(500);
	}
};
