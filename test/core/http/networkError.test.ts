import { classifyNetworkError } from '../../../nodes/core/http/networkError';
import { createServer, once, request } from '../../../simulator/platform';

/** As axios and then n8n wrap an error of Node's. */
const wrapped = (cause: unknown) =>
	Object.assign(new Error('Request failed'), {
		name: 'NodeApiError',
		cause: Object.assign(new Error('axios'), { name: 'AxiosError', cause }),
	});
const coded = (code: string, message = 'x') => Object.assign(new Error(message), { code });

async function errorOf(url: string): Promise<unknown> {
	const call = request(url);
	call.end();
	const [error] = (await once(call, 'error')) as unknown[];
	return error;
}

describe('what was lost on the way', () => {
	it('a refused connection never reached the service', async () => {
		const server = createServer();
		server.listen(0, '127.0.0.1');
		await once(server, 'listening');
		const address = server.address();
		const port = typeof address === 'object' && address ? address.port : 0;
		await new Promise((resolve) => server.close(resolve));
		const error = await errorOf(`http://127.0.0.1:${port}/`);
		const refused = {
			code: 'ECONNREFUSED',
			reached: 'no',
			isRetryable: true,
			text: 'The connection was refused',
		};
		expect([classifyNetworkError(error), classifyNetworkError(wrapped(error))]).toEqual([
			refused,
			refused,
		]);
	});

	it('a connection that is cut after the request may have reached it', async () => {
		const server = createServer((incoming) => incoming.socket.destroy());
		server.listen(0, '127.0.0.1');
		await once(server, 'listening');
		const address = server.address();
		const error = await errorOf(
			`http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/`,
		);
		server.close();
		expect(classifyNetworkError(wrapped(error))).toEqual({
			code: 'ECONNRESET',
			reached: 'perhaps',
			isRetryable: true,
			text: 'The connection was lost (ECONNRESET)',
		});
	});

	it('a name that does not exist never reached it', async () => {
		expect(classifyNetworkError(await errorOf('http://nothing.invalid/'))).toMatchObject({
			reached: 'no',
			isRetryable: true,
		});
	});

	it.each([
		[
			'connection refused on both address families',
			Object.assign(new Error(''), { errors: [coded('ECONNREFUSED'), coded('ECONNREFUSED')] }),
			'no',
			true,
		],
		['name server out of order', coded('EAI_AGAIN'), 'no', true],
		['no route', coded('EHOSTUNREACH'), 'no', true],
		['expired certificate', coded('CERT_HAS_EXPIRED'), 'no', false],
		['self-signed certificate', coded('DEPTH_ZERO_SELF_SIGNED_CERT'), 'no', false],
		['certificate of another host', coded('ERR_TLS_CERT_ALTNAME_INVALID'), 'no', false],
		['plain HTTP at the other end', coded('ERR_SSL_WRONG_VERSION_NUMBER'), 'no', false],
		[
			'TLS broken in the middle',
			coded('ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC'),
			'perhaps',
			true,
		],
		['a line break in the key', coded('ERR_INVALID_CHAR'), 'no', false],
		[
			'blocked by the SSRF guard',
			Object.assign(new Error('The IP address is blocked'), { name: 'SsrfBlockedIpError' }),
			'no',
			false,
		],
		[
			'outside of the credential’s domains',
			new Error('Domain not allowed: This credential is restricted'),
			'no',
			false,
		],
		['timed out', coded('ECONNABORTED'), 'perhaps', true],
		['stopped', coded('ERR_CANCELED'), 'perhaps', true],
		['broken pipe', coded('EPIPE'), 'perhaps', true],
		['no code at all', new Error('socket hang up'), 'perhaps', true],
		['not an error', 'nonsense', 'perhaps', true],
		['nothing', undefined, 'perhaps', true],
	])('%s', (_, error, reached, isRetryable) => {
		expect(classifyNetworkError(wrapped(error))).toMatchObject({ reached, isRetryable });
	});

	it('ends with errors that are their own cause', () => {
		const error: Error & { cause?: unknown } = new Error('loop');
		error.cause = error;
		expect(classifyNetworkError(error)).toEqual({
			code: 'UNKNOWN',
			reached: 'perhaps',
			isRetryable: true,
			text: 'The connection was lost (UNKNOWN)',
		});
	});
});
