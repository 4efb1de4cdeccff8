import type { Clock } from '../async/clock';
import { cleanText, type FailureFacts, ServiceError } from '../errors';
import type { Answer, Head } from './http';
import { type NetworkFailure, NO_TOKEN, NO_TOKEN_YET } from './networkError';
import { DEEPEST_JSON, readJson } from '../jsonText';
import { isNothing } from '../json';
import { createRedactor, type Secrets } from './redact';
import { redirectTarget } from './webAddress';
import { retryAfterMs } from './retry';
import { isRetryableStatus, lacksCall } from './statuses';

/** A service's refusals and missing answers, as errors that a user can read. */
export interface ServiceErrors {
	failureOf(answer: Head & { text?: string }): ServiceError;
	networkError(failure: NetworkFailure): ServiceError;
	/** The service's own words for what went wrong, where no HTTP status says it. */
	failureInWords(words: string, facts?: FailureFacts): ServiceError;
	/**
	 * The answer's JSON; undefined when it is empty.
	 * @throws ServiceError (passing) when it is not JSON
	 */
	jsonOf(answer: Answer): unknown;
}

export interface ServiceErrorOptions {
	/** Root of the API without a trailing slash. */
	root: string;
	serviceName: string;
	clock: Clock;
	/** Keys and header values: cut out of every text that a user reads. */
	secrets: Secrets;
	/** The service's own words in an error body, if it has any. */
	errorTextOf(body: unknown): string | undefined;
	/** What to do after a refusal, in the service's own terms; undefined: the usual advice. */
	adviceFor?(status: number): string | undefined;
}

export function createServiceErrors(options: ServiceErrorOptions): ServiceErrors {
	const { serviceName, secrets } = options;
	const redact = createRedactor(secrets);
	const safe = (text: string) => cleanText(redact(text));
	return {
		failureOf: (answer) => failureOf(options, safe, answer),
		networkError: (failure) => networkError(options, safe, failure),
		jsonOf: (answer) => jsonOf(options, safe, answer),
		failureInWords: (words, facts) => new ServiceError(`${serviceName}: ${safe(words)}`, facts),
	};
}

/** Makes a text of a service readable: without keys, markup and line breaks. */
type Safe = (text: string) => string;

function networkError(
	{ root, serviceName }: ServiceErrorOptions,
	safe: Safe,
	{ code, text, isRetryable, reached }: NetworkFailure,
): ServiceError {
	if (code === NO_TOKEN || code === NO_TOKEN_YET)
		return new ServiceError(safe(text), { code, isRetryable });
	return new ServiceError(
		`No answer from ${serviceName} at ${new URL(root).host}. ${safe(text)}.`,
		{
			code,
			isRetryable,
			hint:
				reached === 'no'
					? 'Check the Base URL in the credential, and that this n8n can reach that host.'
					: undefined,
		},
	);
}

function failureOf(
	{ serviceName, clock, errorTextOf, adviceFor }: ServiceErrorOptions,
	safe: Safe,
	{ status, headers, text }: Head & { text?: string },
): ServiceError {
	if (status >= 300 && status < 400) {
		const target = safe(redirectTarget(headers.location));
		return new ServiceError(`${serviceName} redirects to ${target}`, {
			status,
			hint: 'API calls are not redirected, so that the key stays with its host. Enter the final address as Base URL in the credential.',
		});
	}
	const words = safe(wordsIn(text ?? '', errorTextOf));
	return new ServiceError(`${serviceName} answered HTTP ${status}${words ? `: ${words}` : ''}`, {
		status,
		isRetryable: isRetryableStatus(status),
		retryAfterMs: retryAfterMs(headers['retry-after'], clock.now(), headers.date),
		hint: adviceFor?.(status) ?? hintFor(status, serviceName),
	});
}

function jsonOf({ serviceName }: ServiceErrorOptions, safe: Safe, { text }: Answer): unknown {
	if (text.trim() === '') return undefined;
	const read = readJson(text);
	if ('value' in read) return read.value;
	if (read.problem === 'tooDeep')
		throw new ServiceError(`${serviceName} answered with ${TOO_DEEP}`, {
			hint: `It cannot be read. A proxy in front of ${serviceName} may have changed the answer.`,
		});
	throw new ServiceError(
		`${serviceName} answered with something that is not JSON: ${safe(text).slice(0, 120)}`,
		{
			isRetryable: true,
			hint: `Check the Base URL in the credential: it must be the address of ${serviceName}’s API.`,
		},
	);
}

const TOO_DEEP = `JSON that is nested more than ${DEEPEST_JSON} levels deep`;

/** The service's reason in an error body, or else all of the body. */
function wordsIn(text: string, errorTextOf: ServiceErrorOptions['errorTextOf']): string {
	if (text === '') return '';
	const read = readJson(text);
	if ('value' in read) return errorTextOf(read.value) ?? (isNothing(read.value) ? '' : text);
	return read.problem === 'tooDeep' ? TOO_DEEP : text;
}

function hintFor(status: number, serviceName: string): string | undefined {
	if (status === 401 || status === 403) return 'Check the API key in the credential.';
	if (lacksCall(status))
		return `Check the Base URL in the credential: what answers there does not have this call of ${serviceName}’s API, or has an older version of it.`;
	if (status === 429)
		return `${serviceName} limits the number of requests. Try again later, or with fewer items at a time.`;
	return undefined;
}
