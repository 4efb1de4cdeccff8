import { classifyNetworkError } from '../../../nodes/core/http/networkError';
import { createServer, once, request } from '../../../simulator/platform';

/** As axios and then n8n wrap an error of Node's. */
const wrapped = (cause: unknown) =>
	Object.assign(new Error('Request failed'), {
		name: 'NodeApiError',
		cause: Object.assign(new Error('axios'), { name: 'AxiosError', cause }),
	});
const coded = (code: string, message = 'x', more: object = {}) =>
	Object.assign(new Error(message), { code, ...more });
const eproto = (reason: string) =>
	coded(
		'EPROTO',
		`write EPROTO 00A0:error:0A00010B:SSL routines:ssl3_get_record:${reason}:../x.c:1:`,
	);

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
			'plain HTTP at the other end, by OpenSSL’s message',
			eproto('wrong version number'),
			'no',
			false,
		],
		[
			'plain HTTP at the other end, read as a long record',
			eproto('packet length too long'),
			'no',
			false,
		],
		[
			'a handshake that failed, by OpenSSL’s message',
			eproto('sslv3 alert handshake failure'),
			'no',
			false,
		],
		['EPROTO without a message', coded('EPROTO'), 'no', false],
		['EPROTO in the middle', eproto('decryption failed or bad record mac'), 'perhaps', true],
		['old renegotiation', coded('ERR_SSL_UNSAFE_LEGACY_RENEGOTIATION_DISABLED'), 'no', false],
		['our certificate is wanted', coded('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'), 'no', false],
		['end without a word', coded('ERR_SSL_UNEXPECTED_EOF_WHILE_READING'), 'perhaps', true],
		[
			'lost during the handshake',
			coded(
				'ECONNRESET',
				'Client network socket disconnected before secure TLS connection was established',
			),
			'no',
			true,
		],
		[
			'TLS where plain HTTP is spoken',
			coded('HPE_INVALID_CONSTANT', 'Parse Error', { rawPacket: Buffer.from([21, 3, 1]) }),
			'no',
			false,
		],
		[
			'no HTTP',
			coded('HPE_INVALID_CONSTANT', 'Parse Error', { rawPacket: Buffer.from('SSH') }),
			'perhaps',
			true,
		],
		['connecting takes too long', coded('ETIMEDOUT', 'connect ETIMEDOUT 10.0.0.1:443'), 'no', true],
		[
			'connecting takes too long, by its step',
			coded('ETIMEDOUT', 'x', { syscall: 'connect' }),
			'no',
			true,
		],
		['a firewall', coded('EACCES', 'x', { syscall: 'connect' }), 'no', true],
		['a route lost under the request', coded('EHOSTUNREACH', 'read EHOSTUNREACH'), 'perhaps', true],
		[
			'a route lost while writing',
			coded('ENETUNREACH', 'x', { syscall: 'write' }),
			'perhaps',
			true,
		],
		['a name server that fails', coded('EAI_FAIL'), 'no', true],
		['a certificate of another name', coded('HOSTNAME_MISMATCH'), 'no', false],
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
