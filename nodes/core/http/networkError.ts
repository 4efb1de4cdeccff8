import { type ByteStream, TOO_LONG } from './byteStream';

/** What went wrong on the way, when a request brought no answer. */
export interface NetworkFailure {
	/** Node's or OpenSSL's code, such as `ECONNRESET`; `UNKNOWN` if the error carries none. */
	code: string;
	/** `no`: the request certainly never reached the service. */
	reached: 'no' | 'perhaps';
	/** Whether trying again later makes sense. */
	isRetryable: boolean;
	text: string;
}

/**
 * Codes of an error by which a credential says that it could not get a token, for good or for now,
 * so that nothing was sent.
 */
export const NO_TOKEN = 'ERR_NO_TOKEN';
export const NO_TOKEN_YET = 'ERR_NO_TOKEN_YET';

export const noTokenError = (message: string, code: typeof NO_TOKEN | typeof NO_TOKEN_YET): Error =>
	Object.assign(new Error(message), { code });

/**
 * Node's words for a name that was not found, by the system's resolver (EAI_…) or by DNS itself.
 */
const NOT_RESOLVED = /^(ENOTFOUND|ENODATA|ESERVFAIL|EAI_[A-Z]+)$/;
/**
 * Codes that mean "not connected", unless the error came while reading from or writing to an open
 * connection.
 */
const NOT_CONNECTED = new Set([
	'ECONNREFUSED',
	'EHOSTUNREACH',
	'ENETUNREACH',
	'ENETDOWN',
	'EHOSTDOWN',
	'EADDRNOTAVAIL',
]);
const CERTIFICATE =
	/CERT|SELF_SIGNED|UNABLE_TO_|HOSTNAME_MISMATCH|CRL_|^(INVALID_(CA|PURPOSE)|PATH_LENGTH_EXCEEDED)$/;
/**
 * OpenSSL's reasons that belong to a handshake. The server had not accepted the connection, so it
 * cannot have read the request.
 */
const HANDSHAKE = new RegExp(
	[
		'WRONG_VERSION|WRONG_SSL_VERSION|UNSUPPORTED_PROTOCOL|UNKNOWN_PROTOCOL|PROTOCOL_VERSION|VERSION_TOO_LOW|NO_PROTOCOLS',
		'HANDSHAKE|NO_SHARED_CIPHER|NO_CIPHERS|INSUFFICIENT_SECURITY|INAPPROPRIATE_FALLBACK|LEGACY_RENEGOTIATION',
		'UNRECOGNIZED_NAME|NO_APPLICATION_PROTOCOL|HTTP_REQUEST|HTTPS_PROXY_REQUEST|PACKET_LENGTH_TOO_LONG',
		'CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED|KEY_TOO_SMALL|UNKNOWN_PSK|UNSUPPORTED_EXTENSION|MISSING_EXTENSION',
	].join('|'),
);
/** Node refused to write the request: a line break in the key, for example. */
const NOT_WRITTEN = new Set([
	'ERR_INVALID_CHAR',
	'ERR_HTTP_INVALID_HEADER_VALUE',
	'ERR_INVALID_HTTP_TOKEN',
	'ERR_UNESCAPED_CHARACTERS',
	'ERR_INVALID_URL',
	'ERR_INVALID_PROTOCOL',
]);

/**
 * Reads the error that n8n's HTTP helper threw: an AxiosError, or a NodeApiError with the
 * AxiosError as its cause.
 */
export function classifyNetworkError(error: unknown): NetworkFailure {
	const code = codeOf(error) ?? 'UNKNOWN';
	const words = deepestMessage(error);
	const notReached = (text: string, isRetryable: boolean): NetworkFailure => ({
		code,
		reached: 'no',
		isRetryable,
		text,
	});
	if (code === NO_TOKEN || code === NO_TOKEN_YET) return notReached(words, code === NO_TOKEN_YET);
	if (NOT_RESOLVED.test(code)) return notReached('Its name could not be resolved', true);
	if (isNotConnected(error, code, words))
		return notReached(
			code === 'ECONNREFUSED' ? 'The connection was refused' : `It cannot be reached (${code})`,
			true,
		);
	if (NOT_WRITTEN.has(code))
		return notReached(
			`The request could not be written (${code}): check the credential for line breaks and other special characters`,
			false,
		);
	if (isFailedHandshake(error, code, words))
		return notReached(`No secure connection could be made (${code})`, false);
	if (CERTIFICATE.test(code) && !code.startsWith('ERR_SSL_'))
		return notReached(`Its certificate was not accepted (${code})`, false);
	// The connection was lost during the handshake, before the request could be sent. A server that
	// is starting does that.
	if (/before secure TLS connection was established/i.test(words))
		return notReached(`No secure connection could be made (${code})`, true);
	if (code === 'ECONNABORTED' || code === 'ETIMEDOUT' || code === 'ERR_CANCELED')
		return { code, reached: 'perhaps', isRetryable: true, text: 'It did not answer in time' };
	// Another try would bring the same long answer.
	if (code === TOO_LONG)
		return { code, reached: 'perhaps', isRetryable: false, text: 'Its answer is too long' };
	if (isRefusedByHost(error)) return notReached(words, false);
	return { code, reached: 'perhaps', isRetryable: true, text: `The connection was lost (${code})` };
}

/**
 * Whether there was no connection. Node names the step that failed: `connect ETIMEDOUT
 * 10.0.0.1:443` certainly reached no server, whereas `read EHOSTUNREACH` comes when the network
 * fails under a request that was sent.
 */
function isNotConnected(error: unknown, code: string, words: string): boolean {
	const steps = [...causes(error)].map(({ syscall }) => syscall);
	const hasStep = (...names: string[]) =>
		steps.some((step) => names.includes(String(step))) ||
		names.some((name) => words.startsWith(`${name} E`));
	if (hasStep('connect', 'getaddrinfo')) return true;
	return NOT_CONNECTED.has(code) && !hasStep('read', 'write');
}

/**
 * Whether the TLS handshake failed. OpenSSL's reason stands in the code
 * (`ERR_SSL_WRONG_VERSION_NUMBER`), or, when the request was queued behind the handshake, in the
 * message of an `EPROTO`: `write EPROTO …:SSL routines:ssl3_get_record:wrong version number:…`
 * (https:// on a port that speaks HTTP). Where an EPROTO came without its message, it was one of
 * these in every case that was tried. Other TLS faults, such as a bad record, may occur in the
 * middle of an answer.
 */
function isFailedHandshake(error: unknown, code: string, words: string): boolean {
	if (/^ERR_SSL_/.test(code)) return HANDSHAKE.test(code);
	if (/^ERR_TLS_/.test(code)) return !CERTIFICATE.test(code);
	if (code === 'EPROTO') {
		const [, reason] = /SSL routines:[^:]*:([^:]+)/.exec(words) ?? [];
		return reason === undefined || HANDSHAKE.test(reason.toUpperCase().replaceAll(' ', '_'));
	}
	return /^HPE_/.test(code) && isTlsAlert(error);
}

/**
 * http:// on a port that speaks TLS: the bytes that are not HTTP are an alert (type 21, version 3),
 * and nothing was taken.
 */
function isTlsAlert(error: unknown): boolean {
	return [...causes(error)].some(
		({ rawPacket }) => rawPacket instanceof Uint8Array && rawPacket[0] === 21 && rawPacket[1] === 3,
	);
}

/**
 * n8n's SSRF guard and its credential domain list refuse before anything is sent; their reason is
 * worth reading.
 */
function isRefusedByHost(error: unknown): boolean {
	return /blocked|not allowed|ssrf|invalid url/i.test(`${nameOf(error)} ${deepestMessage(error)}`);
}

type Headers = Record<string, string | undefined>;
interface ThrownAnswer {
	response?: { status?: unknown; headers?: Headers; data?: ByteStream };
	httpCode?: string | null;
	context?: { data?: ByteStream & { headers?: Headers } };
}

/**
 * The answer inside an error that n8n's helper threw because of its status; its stream is unread.
 */
export function answerIn(
	error: unknown,
): { status: number; headers: Headers; stream: ByteStream } | undefined {
	const all = [...causes(error)] as ThrownAnswer[];
	const { httpCode, context } = all[0] ?? {};
	// n8n 1.x passes no cause, but the body, which is Node's own message with its headers.
	const { status, headers, data } = all.find(({ response }) => response)?.response ?? {
		status: Number(httpCode ?? Number.NaN),
		headers: context?.data?.headers,
		data: context?.data,
	};
	return typeof status === 'number' && status >= 100 && typeof data?.pipe === 'function'
		? { status, headers: { ...headers }, stream: data }
		: undefined;
}

function* causes(error: unknown): Generator<Record<string, unknown>> {
	let current = error;
	for (let depth = 0; depth < 6 && typeof current === 'object' && current !== null; depth++) {
		yield current as Record<string, unknown>;
		const aggregated = (current as { errors?: unknown }).errors;
		current =
			(current as { cause?: unknown }).cause ??
			(Array.isArray(aggregated) ? aggregated[0] : undefined);
	}
}

function codeOf(error: unknown): string | undefined {
	// n8n 1.x passes no cause, only the code that it found there, as the "HTTP code".
	const codes = [...causes(error)]
		.map(({ code, httpCode }) => code ?? httpCode)
		.filter((code) => typeof code === 'string' && /^[A-Z]/.test(code));
	return codes.at(-1) as string | undefined;
}

function nameOf(error: unknown): string {
	return [...causes(error)].map(({ name }) => (typeof name === 'string' ? name : '')).join(' ');
}

function deepestMessage(error: unknown): string {
	// In n8n's errors, the first of `messages` is what was thrown, while `message` may be a stock
	// phrase.
	const messages = [...causes(error)]
		.map(({ message, messages: all }) =>
			Array.isArray(all) && typeof all[0] === 'string' ? all[0] : message,
		)
		.filter((message) => typeof message === 'string');
	return (
		(messages.at(-1) as string | undefined) ?? (typeof error === 'string' ? error : 'Unknown error')
	);
}
