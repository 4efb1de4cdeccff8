import type { ByteStream } from './byteStream';

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

/** Codes of an error by which a credential says that it could not get a token, for good or for now, so that nothing was sent. */
export const NO_TOKEN = 'ERR_NO_TOKEN';
export const NO_TOKEN_YET = 'ERR_NO_TOKEN_YET';

const NOT_RESOLVED = new Set(['ENOTFOUND', 'EAI_AGAIN', 'EAI_NONAME', 'ENODATA']);
const NOT_CONNECTED = new Set([
	'ECONNREFUSED',
	'EHOSTUNREACH',
	'ENETUNREACH',
	'ENETDOWN',
	'EADDRNOTAVAIL',
]);
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER|^ERR_TLS/;
/** Alerts of a handshake; other TLS trouble may come in the middle of an answer. */
const HANDSHAKE =
	/^ERR_SSL_.*(WRONG_VERSION|UNSUPPORTED_PROTOCOL|HANDSHAKE|NO_SHARED_CIPHER|UNRECOGNIZED_NAME|VERSION_TOO_LOW|NO_PROTOCOLS)/;
/** Node refused to write the request: a line break in the key, for example. */
const NOT_WRITTEN = new Set([
	'ERR_INVALID_CHAR',
	'ERR_HTTP_INVALID_HEADER_VALUE',
	'ERR_INVALID_HTTP_TOKEN',
	'ERR_UNESCAPED_CHARACTERS',
	'ERR_INVALID_URL',
	'ERR_INVALID_PROTOCOL',
]);

/** Reads the error that n8n's HTTP helper threw: an AxiosError, or a NodeApiError with the AxiosError as its cause. */
export function classifyNetworkError(error: unknown): NetworkFailure {
	const code = codeOf(error) ?? 'UNKNOWN';
	if (code === NO_TOKEN || code === NO_TOKEN_YET)
		return { code, reached: 'no', isRetryable: code === NO_TOKEN_YET, text: deepestMessage(error) };
	if (NOT_RESOLVED.has(code))
		return { code, reached: 'no', isRetryable: true, text: 'Its name could not be resolved' };
	if (code === 'ECONNREFUSED')
		return { code, reached: 'no', isRetryable: true, text: 'The connection was refused' };
	if (NOT_CONNECTED.has(code))
		return { code, reached: 'no', isRetryable: true, text: `It cannot be reached (${code})` };
	if (NOT_WRITTEN.has(code))
		return {
			code,
			reached: 'no',
			isRetryable: false,
			text: `The request could not be written (${code}): check the credential for line breaks and other special characters`,
		};
	if (HANDSHAKE.test(code))
		return {
			code,
			reached: 'no',
			isRetryable: false,
			text: `No secure connection could be made (${code})`,
		};
	if (CERTIFICATE.test(code))
		return {
			code,
			reached: 'no',
			isRetryable: false,
			text: `Its certificate was not accepted (${code})`,
		};
	if (code === 'ECONNABORTED' || code === 'ETIMEDOUT' || code === 'ERR_CANCELED')
		return { code, reached: 'perhaps', isRetryable: true, text: 'It did not answer in time' };
	if (isRefusedByHost(error))
		return { code, reached: 'no', isRetryable: false, text: deepestMessage(error) };
	return { code, reached: 'perhaps', isRetryable: true, text: `The connection was lost (${code})` };
}

/** n8n's SSRF guard and its credential domain list refuse before anything is sent; their reason is worth reading. */
function isRefusedByHost(error: unknown): boolean {
	return /blocked|not allowed|ssrf|invalid url/i.test(`${nameOf(error)} ${deepestMessage(error)}`);
}

type Headers = Record<string, string | undefined>;
interface ThrownAnswer {
	response?: { status?: unknown; headers?: Headers; data?: ByteStream };
	httpCode?: string | null;
	context?: { data?: ByteStream & { headers?: Headers } };
}

/** The answer inside of an error that n8n's helper threw for its status; its stream is unread. */
export function answerIn(
	error: unknown,
): { status: number; headers: Headers; stream: ByteStream } | undefined {
	const all = [...causes(error)] as ThrownAnswer[];
	const { httpCode, context } = all[0] ?? {};
	// n8n 1.x hands on no cause, but the body, which is Node's own message with its headers.
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
	// n8n 1.x hands on no cause, only the code that it found there, as the "HTTP code".
	const codes = [...causes(error)]
		.map(({ code, httpCode }) => code ?? httpCode)
		.filter((code) => typeof code === 'string' && /^[A-Z]/.test(code));
	return codes.at(-1) as string | undefined;
}

function nameOf(error: unknown): string {
	return [...causes(error)].map(({ name }) => (typeof name === 'string' ? name : '')).join(' ');
}

function deepestMessage(error: unknown): string {
	// Of n8n's own errors the first of `messages` is what was thrown, and `message` may be a stock phrase.
	const messages = [...causes(error)]
		.map(({ message, messages: all }) =>
			Array.isArray(all) && typeof all[0] === 'string' ? all[0] : message,
		)
		.filter((message) => typeof message === 'string');
	return (
		(messages.at(-1) as string | undefined) ?? (typeof error === 'string' ? error : 'Unknown error')
	);
}
