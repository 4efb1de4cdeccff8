import { ServiceFailure, Stopped } from './errors';
import {
	type Answer,
	type Head,
	type Http,
	type HttpCall,
	isLoss,
	type StreamAnswer,
} from './http';
import type { Loss } from './networkError';
import { createLimiter } from './limiter';
import { createRedactor, type Secrets } from './redact';
import { pauseBeforeRetry, READ_TRIES } from './retry';
import { createServiceWords, type ServiceWords, type WordsOptions } from './serviceWords';

export interface ApiRequest extends Omit<HttpCall, 'url'> {
	/** Below the API's root, with a leading slash; ids in it are encoded by `pathTo`. */
	path: string;
	query?: Record<string, string | number | undefined>;
	/** How often a failed read is tried in all; default 4. */
	tries?: number;
}

/** A service's API: where it is, how it is called in messages, and what must never be repeated. */
export interface Transport extends ServiceWords {
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
	/** The service's clock for a time of ours (epoch ms), as its last `Date` header tells, which is in whole seconds. */
	serviceTime(ms: number): number;
}

export interface TransportOptions extends WordsOptions {
	http: Http;
	stop?: AbortSignal;
	/** Secrets that no answer holds by right: cut out of everything that comes back, items included. */
	keys?: Secrets;
}

/** A hundred runs that end together all want their outputs at once. Cancels and look-ups after Stop do not queue. */
const READS_AT_A_TIME = 20;

export function connect(options: TransportOptions): Transport {
	const { http, root, clock, stop, keys = [] } = options;
	const words = createServiceWords(options);
	const withoutKeys = createRedactor(keys, 'inResults');
	const callOf = ({ path, query, ...call }: ApiRequest): HttpCall => ({
		...call,
		url: `${root}${path}${queryText(query)}`,
	});

	const places = createLimiter(READS_AT_A_TIME);
	let aheadMs = 0;
	const noteTime = (date: string | undefined) => {
		const told = Date.parse(date ?? '');
		if (!Number.isNaN(told)) aheadMs = told - clock.now();
	};
	const guarded = async <T extends Head | Loss>(
		request: ApiRequest,
		send: (call: HttpCall) => Promise<T>,
	): Promise<T> => {
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
		...words,
		root,
		once,
		openOnce: async (request) => await guarded(request, http.open),
		serviceTime: (ms) => ms + aheadMs,
		read: async (request, interpret) => {
			for (let tries = 1; ; tries++) {
				const result = await (stop?.aborted
					? once(request)
					: places(async () => await once(request)));
				const outcome = judged(() => {
					if (isLoss(result)) throw words.failureOfLoss(result);
					return interpret(result);
				});
				if ('value' in outcome) return outcome.value;
				const { error } = outcome;
				const isFinal = !(error instanceof ServiceFailure) || !error.facts.isPassing;
				if (isFinal || tries >= (request.tries ?? READ_TRIES)) throw error;
				await clock.pause(
					pauseBeforeRetry(tries, error.facts.retryAfterMs, clock.random()),
					request.isDetached ? undefined : stop,
				);
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
	const pairs = Object.entries(query).flatMap(
		([name, value]): Array<[string, string]> =>
			value === undefined ? [] : [[name, String(value)]],
	);
	return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs).toString()}`;
}
