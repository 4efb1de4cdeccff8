import { ExecutionCancelledError, hasStatus, ServiceError } from '../errors';
import {
	type Answer,
	type Head,
	type Http,
	type HttpCall,
	isNetworkFailure,
	type StreamAnswer,
} from './http';
import type { NetworkFailure } from './networkError';
import { createLimiter } from '../async/limiter';
import { createRedactor, type Secrets } from './redact';
import { pauseBeforeRetry, READ_TRIES } from './retry';
import { createServiceErrors, type ServiceErrors, type ServiceErrorOptions } from './serviceErrors';

export interface ApiRequest extends Omit<HttpCall, 'url'> {
	/** Below the API's root, with a leading slash; ids in it are encoded by `pathTo`. */
	path: string;
	query?: Record<string, string | number | undefined>;
	/** How often a failed read is tried in all; default 4. */
	tries?: number;
	/**
	 * A first 401 or 403 may be a short fault of a gateway, so it counts only after a second answer
	 * confirms it.
	 */
	areRefusalsConfirmed?: boolean;
}

/** A service's API: where it is, how it is called in messages, and what must never be repeated. */
export interface Transport extends ServiceErrors {
	/** Root of the API without a trailing slash. */
	root: string;
	/**
	 * A read, repeated with growing pauses while the failure may be temporary.
	 * @param interpret turns the answer into a value, or throws `failureOf(answer)`
	 * @throws ServiceError | ExecutionCancelledError
	 */
	read<T>(request: ApiRequest, interpret: (answer: Answer) => T): Promise<T>;
	/** One try; its result is returned as it is. @throws ExecutionCancelledError */
	once(request: ApiRequest): Promise<Answer | NetworkFailure>;
	/** One try for a stream; its result is returned as it is. @throws ExecutionCancelledError */
	openOnce(request: ApiRequest): Promise<StreamAnswer | NetworkFailure>;
	/**
	 * A time of our clock (epoch ms) by the service's clock, taken from its last `Date` header, which
	 * is in whole seconds.
	 */
	serviceTime(ms: number): number;
}

export interface TransportOptions extends ServiceErrorOptions {
	http: Http;
	stop?: AbortSignal;
	/**
	 * Secrets that no answer may contain: they are cut out of everything that comes back, items
	 * included.
	 */
	keys?: Secrets;
}

/**
 * A hundred runs that end together would all fetch their outputs at once. Cancels and reads after
 * Stop do not queue.
 */
const READS_AT_A_TIME = 20;

export function connect(options: TransportOptions): Transport {
	const { http, root, clock, stop, keys = [] } = options;
	const words = createServiceErrors(options);
	const withoutKeys = createRedactor(keys, 'inResults');
	const callOf = ({ path, query, ...call }: ApiRequest): HttpCall => ({
		...call,
		url: `${root}${path}${queryText(query)}`,
	});

	const slots = createLimiter(READS_AT_A_TIME);
	const serviceClock = createServiceClock(clock);
	const guarded = async <T extends Head | NetworkFailure>(
		request: ApiRequest,
		send: (call: HttpCall) => Promise<T>,
	): Promise<T> => {
		if (stop?.aborted && !request.isDetached) throw new ExecutionCancelledError();
		const result = await serviceClock.readFrom(send, callOf(request));
		if (stop?.aborted && !request.isDetached) throw new ExecutionCancelledError();
		return result;
	};
	const once: Transport['once'] = async (request) => {
		const result = await guarded(request, http.exchange);
		return isNetworkFailure(result) ? result : { ...result, text: withoutKeys(result.text) };
	};

	return {
		...words,
		root,
		once,
		openOnce: async (request) => await guarded(request, http.open),
		serviceTime: serviceClock.timeOf,
		read: async (request, interpret) => {
			for (let tries = 1; ; tries++) {
				const result = await (stop?.aborted
					? once(request)
					: slots(async () => await once(request)));
				const outcome = attempt(() => {
					if (isNetworkFailure(result)) throw words.networkError(result);
					return interpret(result);
				});
				if ('value' in outcome) return outcome.value;
				const { error } = outcome;
				const isFinal = !(error instanceof ServiceError) || !mayPass(error, request, tries);
				if (isFinal || tries >= (request.tries ?? READ_TRIES)) throw error;
				await clock.pause(
					pauseBeforeRetry(tries, error.facts.retryAfterMs, clock.random()),
					request.isDetached ? undefined : stop,
				);
			}
		},
	};
}

/** What the `Date` of the last answer says of the service's clock. */
function createServiceClock(clock: TransportOptions['clock']) {
	let aheadMs = 0;
	const note = ({ headers }: Head) => {
		const received = Date.parse(headers.date ?? '');
		if (!Number.isNaN(received)) aheadMs = received - clock.now();
	};
	return {
		timeOf: (ms: number) => ms + aheadMs,
		/** Sends the call. The time is read with the head, since a body may arrive long after it. */
		readFrom: async <T extends Head | NetworkFailure>(
			send: (call: HttpCall) => Promise<T>,
			call: HttpCall,
		): Promise<T> => {
			let isNoted = false;
			const onHead = (head: Head) => {
				isNoted = true;
				note(head);
			};
			const result = await send({ ...call, onHead });
			if (!isNetworkFailure(result) && !isNoted) note(result);
			return result;
		},
	};
}

/** Whether a read that failed like this may succeed with another try. */
function mayPass(
	error: ServiceError,
	{ areRefusalsConfirmed }: ApiRequest,
	tries: number,
): boolean {
	const isDoubtful = areRefusalsConfirmed === true && tries === 1;
	return error.facts.isRetryable === true || (isDoubtful && hasStatus(error, 401, 403));
}

/** An id as one segment of a path: encoded, so that it can name nothing else. */
export function pathTo(...segments: string[]): string {
	return segments.map((segment) => `/${encodeURIComponent(segment)}`).join('');
}

/**
 * A result either way, as a value: n8n's lint wants only its own errors thrown on from a catch
 * block.
 */
function attempt<T>(task: () => T): { value: T } | { error: unknown } {
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
