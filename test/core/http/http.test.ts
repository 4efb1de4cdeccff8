import type { IHttpRequestOptions } from 'n8n-workflow';
import { createHttp, type HttpCall, type NodeContext } from '../../../nodes/core/http/http';
import { timeLimit } from '../../../nodes/core/async/signals';
import { parsedUserJson } from '../../../nodes/core/json';
import { Readable } from '../../../simulator/platform';

const SEED = '18446744073709551615';

/** An `Http` whose requests are kept, and answered by `answer`. */
function open(answer: (options: IHttpRequestOptions) => Promise<unknown>, stop?: AbortSignal) {
	const sent: IHttpRequestOptions[] = [];
	const request = async (options: IHttpRequestOptions) => {
		sent.push(options);
		return await answer(options);
	};
	const context = {
		helpers: {
			httpRequest: request,
			httpRequestWithAuthentication: async (_: string, options: IHttpRequestOptions) =>
				await request(options),
		},
	} as unknown as NodeContext;
	return { http: createHttp(context, 'flowscaleApi', stop), sent };
}
const answered = (body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>) => ({
	statusCode: 200,
	headers: {},
	body: Readable.from(body),
});

describe('a request body', () => {
	const send = async (body: unknown, headers?: Record<string, string>) => {
		const { http, sent } = open(async () => answered([Buffer.from('ok')]));
		await http.exchange({ method: 'POST', url: 'http://x.test/', body, headers });
		return sent.map((options) => [options.headers, options.body]);
	};
	it('that is an object is written as JSON, with the digits that were entered', async () => {
		expect(await send(parsedUserJson(`{"seed": ${SEED}}`))).toEqual([
			[{ 'Content-Type': 'application/json' }, `{"seed":${SEED}}`],
		]);
		expect(await send({ a: 1 }, { 'Content-Type': 'application/json', Accept: 'x' })).toEqual([
			[{ 'Content-Type': 'application/json', Accept: 'x' }, '{"a":1}'],
		]);
	});
	it('that is a form or nothing is left alone', async () => {
		const form = new FormData();
		expect(await send(form)).toEqual([[undefined, form]]);
		expect(await send(undefined, { Accept: 'x' })).toEqual([[{ Accept: 'x' }, undefined]]);
	});
});

it.each([
	['are given up where they are not sent yet', true, 3],
	['are sent all the same otherwise', false, 50],
])(
	'detached requests that wait for their turn when Stop comes %s',
	async (_, isGivenUpUnsent, most) => {
		const stop = new AbortController();
		const { http, sent } = open(async ({ abortSignal }) => {
			if (abortSignal?.aborted) throw new Error('canceled');
			return answered([Buffer.from('ok')]);
		}, stop.signal);
		const call = { url: 'http://x.test/', isDetached: true, isGivenUpUnsent };
		const answers = Array.from({ length: 50 }, async () => await http.exchange(call));
		while (sent.length === 0) await Promise.resolve();
		stop.abort();
		const results = await Promise.all(answers);
		const isSent = (result: object) => !('reached' in result && result.reached === 'no');
		expect(results.filter(isSent).length).toBe(sent.filter((o) => !o.abortSignal?.aborted).length);
		expect(results.filter(isSent).length).toBeGreaterThan(0);
		expect(results.filter(isSent).length).toBeLessThanOrEqual(most);
	},
);

it('requests that begin together are built over several turns, so that other work is not blocked', async () => {
	const { http, sent } = open(async () => answered([Buffer.from('ok')]));
	const answers = Promise.all(
		Array.from({ length: 50 }, async (_, n) => await http.exchange({ url: `http://x.test/${n}` })),
	);
	for (let microtask = 0; microtask < 1_000; microtask++) await Promise.resolve();
	expect(sent.length).toBeGreaterThan(0);
	expect(sent.length).toBeLessThan(10);
	expect(await answers).toHaveLength(50);
	expect(sent.map(({ url }) => url)).toEqual(sent.map((_, n) => `http://x.test/${n}`));
});

describe('every request has an end', () => {
	const url = 'http://x.test/';
	/** A head that comes byte by byte: only the signal ends it. */
	const never = async ({ abortSignal }: IHttpRequestOptions) =>
		await new Promise((_, reject) => {
			(abortSignal as AbortSignal).addEventListener('abort', () =>
				reject(Object.assign(new Error('canceled'), { code: 'ERR_CANCELED' })),
			);
		});
	const late = { code: 'ERR_CANCELED', reached: 'perhaps', text: 'It did not answer in time' };

	it.each<[string, Partial<HttpCall>]>([
		['a read', { totalMs: 5 }],
		['a start without files', { totalMs: 0, idleMs: 5, body: new FormData() }],
		['a start whose files were sent', { totalMs: 5, idleMs: 1e9, whenSent: Promise.resolve() }],
	])('%s whose head drips', async (_, call) => {
		expect(await open(never).http.exchange({ url, ...call })).toMatchObject(late);
	});

	it.each<[string, Partial<HttpCall>]>([
		['by its silence', { idleMs: 5 }],
		['by a limit of its own', { idleMs: 0, headMs: 5 }],
	])('a stream whose head drips: %s', async (_, call) => {
		expect(await open(never).http.open({ url, ...call })).toMatchObject(late);
		expect(await open(never).http.openPublic({ url, ...call })).toMatchObject(late);
	});

	it('a read whose body drips', async () => {
		const dripping = async ({ abortSignal }: IHttpRequestOptions) => {
			const body = new Readable({ read: () => undefined });
			(abortSignal as AbortSignal).addEventListener('abort', () =>
				body.destroy(Object.assign(new Error('canceled'), { code: 'ERR_CANCELED' })),
			);
			body.push('{');
			return { statusCode: 200, headers: {}, body };
		};
		expect(await open(dripping).http.exchange({ url, totalMs: 5 })).toMatchObject(late);
	});

	it('whose files are still read is not ended by the time that its answer may take', async () => {
		const answer = async () => {
			await new Promise((resolve) => timeLimit(40).addEventListener('abort', resolve));
			return answered([Buffer.from('ok')]);
		};
		const call = { url, totalMs: 1, idleMs: 10_000, whenSent: new Promise(() => undefined) };
		expect(await open(answer).http.exchange(call)).toMatchObject({ text: 'ok' });
	});
});
