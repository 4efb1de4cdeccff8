import type { IHttpRequestHelper, IHttpRequestOptions } from 'n8n-workflow';
import { fetchAccessToken } from '../../packages/n8n-nodes-comflowy/nodes/Comflowy/api/accessToken';

const credentials = { baseUrl: 'https://comflowy.test', apiKey: 'a-key-of-comflowy' };

/** The exchange of a key whose answer has this body. */
async function exchange(body: unknown, statusCode = 200, headers = {}) {
	const sent: IHttpRequestOptions[] = [];
	const httpRequest = async (options: IHttpRequestOptions) => {
		sent.push(options);
		return { statusCode, headers, body };
	};
	const given = await fetchAccessToken(
		{ helpers: { httpRequest } } as unknown as IHttpRequestHelper,
		credentials,
	).catch(({ message }: Error) => message);
	return { given, sent };
}

it.each([
	['an object', { access_token: 't1' }],
	['a text behind a byte order mark', '\ufeff{"access_token":"t1"}'],
	['Python’s JSON', '{"access_token":"t1","score":NaN}'],
	['an envelope', { success: true, data: { access_token: 't1' } }],
])('a token in %s is read', async (_, body) =>
	expect((await exchange(body)).given).toEqual({ accessToken: 't1' }),
);

it('an exchange has an end, also where the answer comes byte by byte', async () => {
	const { sent } = await exchange({ access_token: 't1' });
	expect(sent.map(({ abortSignal }) => abortSignal instanceof AbortSignal)).toEqual([true]);
});

it('a redirect is named without the password in it, and without the key', async () => {
	const location = 'https://me:secret@other.test/token?ppt=a-key-of-comflowy';
	expect((await exchange('', 302, { location })).given).toContain(
		'Comflowy redirects to https://other.test/token?ppt=***, where the key is not sent',
	);
});
