import type {
	ICredentialDataDecryptedObject,
	ICredentialTestFunction,
	IHttpRequestHelper,
	IHttpRequestOptions,
	IN8nHttpFullResponse,
} from 'n8n-workflow';
import { timeLimit, unlessAborted } from '../async/signals';
import { cleanText, ConfigurationError } from '../errors';
import { networkAdvice, type Unreached } from './networkAdvice';
import { redirectTarget } from './webAddress';
import { classifyNetworkError, NO_TOKEN, NO_TOKEN_YET, noTokenError } from './networkError';
import type { Secrets } from './redact';
import { createRedactor } from './redact';

/** Somebody sits in front of the test and waits. */
const LONGEST_ANSWER_MS = 15_000;

export interface CredentialCheck extends Unreached {
	/** Name of the service, as a sentence begins with it. */
	service: string;
	request: IHttpRequestOptions;
	secrets: Secrets;
	/** What to say of an answer that shows a fault; undefined: all is well. */
	faultOf(answer: IN8nHttpFullResponse): string | undefined;
}

/**
 * The test of a credential, for a node's `methods.credentialTest` and `testedBy`. A `test` request
 * in the credential would take precedence over it, and n8n has fixed texts for a few statuses there
 * and a bare code such as `ENOTFOUND` for the rest (n8n › credentials-tester, 1.123 and 2.41).
 * @param check throws an Error whose message says what is wrong and what to do
 */
export function credentialTest(
	check: (
		helper: IHttpRequestHelper,
		credentials: ICredentialDataDecryptedObject,
	) => Promise<unknown>,
): ICredentialTestFunction {
	return async function test({ data }) {
		const { request } = this.helpers;
		const fault = await check(httpRequestBy(request), data ?? {}).then(
			() => undefined,
			(error: unknown) => error as Error,
		);
		return fault === undefined
			? { status: 'OK', message: 'Connection successful!' }
			: { status: 'Error', message: fault.message };
	};
}

/**
 * n8n gives a credential's test its old request helper and no other. It takes no signal, so the wait
 * for its answer is ended here.
 */
function httpRequestBy(request: (options: object) => Promise<unknown>): IHttpRequestHelper {
	const httpRequest = async (options: IHttpRequestOptions) =>
		await untilAborted(
			request({
				method: options.method ?? 'GET',
				uri: options.url,
				headers: options.headers,
				qs: options.qs,
				body: options.body,
				json: true,
				simple: options.ignoreHttpStatusErrors !== true,
				resolveWithFullResponse: options.returnFullResponse,
				followRedirect: options.disableFollowRedirect !== true,
				timeout: options.timeout,
				// With the key alone, n8n replaces the fault of a certificate by an error without its code.
				...(options.skipSslCertificateValidation === true ? { rejectUnauthorized: false } : {}),
			}),
			options.abortSignal as AbortSignal | undefined,
		);
	return { helpers: { httpRequest } };
}

/** @throws Error with the code of a time limit when the signal is aborted first */
async function untilAborted(answer: Promise<unknown>, over?: AbortSignal): Promise<unknown> {
	const received = over === undefined ? await answer : await unlessAborted(answer, over);
	if (received === 'aborted')
		throw Object.assign(new Error('No answer in time'), { code: 'ETIMEDOUT' });
	return received;
}

/**
 * Judges a credential by one request.
 * @throws Error with what is wrong and what to do
 */
export async function checkCredential(
	helper: IHttpRequestHelper,
	check: CredentialCheck,
): Promise<void> {
	const safe = createRedactor(check.secrets);
	const answer = await exchange(helper, check.request);
	if (answer instanceof Error)
		throw credentialRefusal(safe(networkAdvice(check, classifyNetworkError(answer))));
	const fault = redirectOf(check, answer) ?? check.faultOf(answer);
	if (fault !== undefined) throw credentialRefusal(cleanText(safe(fault)));
}

async function exchange(
	{ helpers }: IHttpRequestHelper,
	request: IHttpRequestOptions,
): Promise<IN8nHttpFullResponse | Error> {
	return await helpers
		.httpRequest({
			...request,
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
			disableFollowRedirect: true,
			timeout: LONGEST_ANSWER_MS,
			// An answer that comes byte by byte is never silent, so `timeout` alone would never end it.
			abortSignal: timeLimit(LONGEST_ANSWER_MS),
		})
		.then((received: unknown) => received as IN8nHttpFullResponse)
		.catch((error: unknown) => error as Error);
}

function redirectOf(
	{ service }: CredentialCheck,
	{ statusCode, headers }: IN8nHttpFullResponse,
): string | undefined {
	if (statusCode < 300 || statusCode >= 400) return undefined;
	const target = redirectTarget(String(headers.location ?? ''));
	return `${service} redirects to ${target}, where the key is not sent. Enter the final address as Base URL.`;
}

/** Whether a page for people came where the API was expected. */
export function isWebPage({ headers, body }: IN8nHttpFullResponse): boolean {
	return (
		/text\/html/i.test(String(headers['content-type'] ?? '')) ||
		(typeof body === 'string' && /^\s*<(!doctype|html)\b/i.test(body))
	);
}

/**
 * An error whose text n8n's credential test shows.
 * @param isRetryable whether the same request may well succeed a little later
 */
export function credentialRefusal(message: string, isRetryable = false): Error {
	return noTokenError(message, isRetryable ? NO_TOKEN_YET : NO_TOKEN);
}

/** What was entered is checked first; n8n's test shows the message alone, so the advice joins it. */
export function credentialMistake(error: unknown): unknown {
	if (!(error instanceof ConfigurationError)) return error;
	return credentialRefusal([error.message, error.hint].filter(Boolean).join('. '));
}
