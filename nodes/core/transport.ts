import type { Clock } from './clock';
import { cleanText, type FailureFacts, ServiceFailure, Stopped } from './errors';
import { type Answer, type Head, type Http, type HttpCall, isLoss, type StreamAnswer } from './http';
import { type Loss, NO_TOKEN } from './networkError';
import { createRedactor, type Secrets } from './redact';
import { isPassingStatus, pauseBeforeRetry, READ_TRIES, retryAfterMs } from './retry';

export interface ApiRequest extends Omit<HttpCall, 'url'> {
	/** Below the API's root, with a leading slash; ids in it are encoded by `pathTo`. */
	path: string;
	query?: Record<string, string | number | undefined>;
	/** How often a failed read is tried in all; default 4. */
	tries?: number;
}

/** A service's API: where it is, how it is called in messages, and what must never be repeated. */
export interface Transport {
	/** Root of the API without a trailing slash. */
	root: string;
	/**
	 * A read, repeated with growing pauses while the failure looks passing.
	 * @param interpret turns the answer into a value, or throws `failureOf(answer)`
	 * @throws ServiceFailure | Stopped
	 */
	read<T>(request: ApiRequest, interpret: (answer: Answer) => T): Promise<T>;
	/** One try, no judgement. @throws Stopped */
	once(request: ApiRequest): Promise<Answer | Loss>;
	/** One try for a stream, no judgement. @throws Stopped */
	openOnce(request: ApiRequest): Promise<StreamAnswer | Loss>;
	failureOf(answer: Head & { text?: string }): ServiceFailure;
	failureOfLoss(loss: Loss): ServiceFailure;
	/** The service's own words for what went wrong, where no HTTP status says it. */
	failureInWords(words: string, facts?: FailureFacts): ServiceFailure;
	/** The service's clock for a time of ours (epoch ms), as its last `Date` header tells, which is in whole seconds. */
	serviceTime(ms: number): number;
	/** The answer's JSON; undefined when it is empty. @throws ServiceFailure (passing) when it is not JSON */
	jsonOf(answer: Answer): unknown;
}

export interface TransportOptions {
	http: Http;
	root: string;
	serviceName: string;
	clock: Clock;
	stop?: AbortSignal;
	/** Keys and header values: cut out of every text that a user reads. */
	secrets: Secrets;
	/** Those of them that no answer holds by right: cut out of everything that comes back, items included. */
	keys?: Secrets;
	/** The service's own words in an error body, if it has any. */
	errorTextOf(body: unknown): string | undefined;
	/** What to do after a refusal, in the service's own terms; undefined: the usual advice. */
	adviceFor?(status: number): string | undefined;
}

export function connect({ http, root, serviceName, clock, stop, secrets, keys = [], errorTextOf, adviceFor }: TransportOptions): Transport {
	const redact = createRedactor(secrets);
	const withoutKeys = createRedactor(keys);
	const safe = (text: string) => cleanText(redact(text));
	const callOf = ({ path, query, ...call }: ApiRequest): HttpCall => ({ ...call, url: `${root}${path}${queryText(query)}` });

	const failureOfLoss = ({ code, text, isPassing, reached }: Loss) =>
		new ServiceFailure(code === NO_TOKEN ? safe(text) : `No answer from ${serviceName} at ${new URL(root).host}. ${safe(text)}.`, {
			code,
			isPassing,
			hint: reached === 'no' && code !== NO_TOKEN ? 'Check the Base URL in the credential, and that this n8n can reach that host.' : undefined,
		});

	const failureOf: Transport['failureOf'] = ({ status, headers, text }) => {
		if (status >= 300 && status < 400) {
			const target = safe(headers.location ?? 'nowhere');
			return new ServiceFailure(`${serviceName} redirects to ${target}`, { status, hint: 'API calls are not redirected, so that the key stays with its host. Enter the final address as Base URL in the credential.' });
		}
		const words = safe(text === undefined || text === '' ? '' : (errorTextOf(parsed(text)) ?? text));
		return new ServiceFailure(`${serviceName} answered HTTP ${status}${words ? `: ${words}` : ''}`, {
			status,
			isPassing: isPassingStatus(status),
			retryAfterMs: retryAfterMs(headers['retry-after'], clock.now()),
			hint: adviceFor?.(status) ?? hintFor(status),
		});
	};

	let aheadMs = 0;
	const noteTime = (date: string | undefined) => {
		const told = Date.parse(date ?? '');
		if (!Number.isNaN(told)) aheadMs = told - clock.now();
	};
	const guarded = async <T extends Head | Loss>(request: ApiRequest, send: (call: HttpCall) => Promise<T>): Promise<T> => {
		if (stop?.aborted && !request.isDetached) throw new Stopped();
		const result = await send(callOf(request));
		if (!isLoss(result)) noteTime(result.headers.date);
		if (stop?.aborted && !request.isDetached) throw new Stopped();
		return result;
	};
	const once: Transport['once'] = async (request) => {
		const result = await guarded(request, http.exchange);
		return isLoss(result) ? result : { ...result, text: withoutKeys(result.text) };
	};

	return {
		root,
		once,
		openOnce: async (request) => await guarded(request, http.open),
		failureOf,
		failureOfLoss,
		failureInWords: (words, facts) => new ServiceFailure(`${serviceName}: ${safe(words)}`, facts),
		serviceTime: (ms) => ms + aheadMs,
		jsonOf: (answer) => {
			if (answer.text.trim() === '') return undefined;
			const body = parsed(answer.text);
			if (body === undefined)
				throw new ServiceFailure(`${serviceName} answered with something that is not JSON: ${safe(answer.text).slice(0, 120)}`, { isPassing: true, hint: 'Check the Base URL in the credential: it is the address of the deployment itself.' });
			return body;
		},
		read: async (request, interpret) => {
			for (let tries = 1; ; tries++) {
				const result = await once(request);
				const outcome = judged(() => {
					if (isLoss(result)) throw failureOfLoss(result);
					return interpret(result);
				});
				if ('value' in outcome) return outcome.value;
				const { error } = outcome;
				const isFinal = !(error instanceof ServiceFailure) || !error.facts.isPassing;
				if (isFinal || tries >= (request.tries ?? READ_TRIES)) throw error;
				await clock.pause(pauseBeforeRetry(tries, error.facts.retryAfterMs, clock.random()), request.isDetached ? undefined : stop);
			}
		},
	};
}

/** An id as one segment of a path: encoded, so that it can name nothing else. */
export function pathTo(...segments: string[]): string {
	return segments.map((segment) => `/${encodeURIComponent(segment)}`).join('');
}

/** A result either way, as a value: n8n's lint wants only its own errors thrown on from a catch block. */
function judged<T>(task: () => T): { value: T } | { error: unknown } {
	try {
		return { value: task() };
	} catch (error) {
		return { error };
	}
}

function queryText(query: ApiRequest['query'] = {}): string {
	const pairs = Object.entries(query).flatMap(([name, value]): Array<[string, string]> => (value === undefined ? [] : [[name, String(value)]]));
	return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs).toString()}`;
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text) as unknown;
	} catch {
		return undefined;
	}
}

function hintFor(status: number): string | undefined {
	if (status === 401 || status === 403) return 'Check the API key in the credential, and that it belongs to this deployment.';
	if (status === 429) return 'The service limits the number of requests. Lower Max Concurrent Runs or try again later.';
	return undefined;
}
