import type { IHttpRequestOptions } from 'n8n-workflow';
import { createHttp, type NodeContext } from '../../../nodes/core/http/http';
import { parsedUserJson } from '../../../nodes/core/json';
import { Readable } from '../../../simulator/platform';

const SEED = '18446744073709551615';

/** An `Http` whose requests are kept, and answered by `answer`. */
function open(answer: () => Promise<unknown>) {
	const sent: IHttpRequestOptions[] = [];
	const request = async (options: IHttpRequestOptions) => {
		sent.push(options);
		return await answer();
	};
	const context = {
		helpers: {
			httpRequest: request,
			httpRequestWithAuthentication: async (_: string, options: IHttpRequestOptions) =>
				await request(options),
		},
	} as unknown as NodeContext;
	return { http: createHttp(context, 'flowscaleApi'), sent };
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
