import type { IHttpRequestHelper, IHttpRequestOptions, IN8nHttpFullResponse } from 'n8n-workflow';
import { cleanText, ConfigurationError } from '../errors';
import { networkAdvice, type Unreached } from './networkAdvice';
import { classifyNetworkError, NO_TOKEN, NO_TOKEN_YET, noTokenError } from './networkError';
import type { Secrets } from './redact';
import { createRedactor } from './redact';

/** Somebody sits in front of the test and waits. */
const LONGEST_ANSWER_MS = 15_000;

/**
 * A hidden field without which n8n calls no `preAuthentication`. While it is empty n8n does so before
 * each request of a node; since it is not, n8n does so in a test alone.
 */
export const TESTED_FIELD = {
	type: 'hidden',
	typeOptions: { expirable: true },
	default: 'whenTested',
} as const;

export interface CredentialCheck extends Unreached {
	/** Name of the service, as a sentence begins with it. */
	service: string;
	request: IHttpRequestOptions;
	secrets: Secrets;
	/** What to say of an answer that shows a fault; undefined: all is well. */
	faultOf(answer: IN8nHttpFullResponse): string | undefined;
}

/**
 * Judges a credential by one request. n8n's own test knows fixed texts for a few statuses, shows a
 * bare code such as `ENOTFOUND` for the rest, and on n8n 1.x other words for each.
 * @throws Error whose message n8n shows, on every version
 */
export async function checkCredential(
	helper: IHttpRequestHelper,
	check: CredentialCheck,
): Promise<void> {
	const safe = createRedactor(check.secrets);
	const answer = await exchange(helper, check.request);
	if (answer instanceof Error)
		throw credentialRefusal(safe(networkAdvice(check, classifyNetworkError(answer))), true);
	const fault = redirectOf(check, answer) ?? check.faultOf(answer);
	const isTrouble = answer.statusCode === 429 || answer.statusCode >= 500;
	if (fault !== undefined) throw credentialRefusal(cleanText(safe(fault)), isTrouble);
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
		})
		.then((answer: unknown) => answer as IN8nHttpFullResponse)
		.catch((error: unknown) => error as Error);
}

function redirectOf(
	{ service }: CredentialCheck,
	{ statusCode, headers }: IN8nHttpFullResponse,
): string | undefined {
	if (statusCode < 300 || statusCode >= 400) return undefined;
	const target = String(headers.location ?? 'nowhere');
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
