import type {
	ICredentialDataDecryptedObject,
	IExecuteFunctions,
	IHttpRequestOptions,
	ILoadOptionsFunctions,
	IN8nHttpFullResponse,
	IPollFunctions,
} from 'n8n-workflow';
import { createTurnstile, systemClock } from '../async/clock';
import { linkSignals, onAbort, timeLimit } from '../async/signals';
import { answerIn, classifyNetworkError, NO_TOKEN_YET, type NetworkFailure } from './networkError';
import { type ByteStream, readText } from './byteStream';
import { writtenJson } from '../jsonText';

/** Where a node's code runs when it talks to a service. */
export type NodeContext = IExecuteFunctions | ILoadOptionsFunctions | IPollFunctions;

export interface HttpCall {
	method?: 'GET' | 'POST';
	url: string;
	headers?: Record<string, string>;
	body?: unknown;
	/** Extra reason to stop, besides the execution's own stop signal. */
	signal?: AbortSignal;
	/**
	 * The request continues when the execution is stopped: starts that must not be half sent,
	 * cancels, clean-up.
	 */
	isDetached?: boolean;
	/** With `isDetached`: a Stop before it is sent, while n8n fetches a token for it, gives it up. */
	isGivenUpUnsent?: boolean;
	/** Longest silence of the connection before and after the request. */
	idleMs?: number;
	/**
	 * Longest time until the answer's head is complete, 0 for no limit; by default as `idleMs`. Not
	 * for `exchange`.
	 */
	headMs?: number;
	/** Longest time until the answer's last byte, 0 for no limit; `exchange` only. */
	totalMs?: number;
	/** Resolves when the whole body was read from us: `totalMs` counts from then. */
	whenSent?: Promise<unknown>;
	/** Called with the answer's head as it arrives, before its body. */
	onHead?(head: Head): void;
}

export interface Head {
	status: number;
	/** Names in lower case. */
	headers: Record<string, string | undefined>;
}

export type Answer = Head & { text: string };
export type StreamAnswer = Head & { stream: ByteStream };

/**
 * Every request of this package leaves here. Nothing throws: a request without an answer gives a
 * `NetworkFailure`, and any HTTP status is an answer.
 */
export interface Http {
	exchange(call: HttpCall): Promise<Answer | NetworkFailure>;
	open(call: HttpCall): Promise<StreamAnswer | NetworkFailure>;
	/** As `open`, without the credential: download hosts never see the key. */
	openPublic(
		call: HttpCall & { isCertificateUnchecked?: boolean },
	): Promise<StreamAnswer | NetworkFailure>;
}

export function isNetworkFailure(result: object): result is NetworkFailure {
	return 'reached' in result;
}

/**
 * Longest JSON answer that is read; a hundred runs with their inputs take well under a megabyte.
 */
const LONGEST_TEXT_BYTES = 32 * 1024 * 1024;
const DEFAULT_IDLE_MS = 30_000;
/**
 * From an answer's head to its end. With redirects off n8n's helper guards nothing after the head,
 * and a start has no other limit.
 */
const LONGEST_BODY_MS = 30_000;

/**
 * n8n's helper ties a request to the signal of the context it is called on, and overwrites ours.
 * Called on this bare stand-in it keeps the signal that we hand in: the execution's, a deadline's,
 * or none when a run must still be cancelled after Stop (on a stopped context the helper sends
 * nothing at all). The credential is read once per node execution instead of once per request: on a
 * real server each read is a database query and a decryption.
 */
function bareContext(context: NodeContext, renewed?: RenewedCredential): NodeContext {
	type Credentials = ReturnType<NodeContext['getCredentials']>;
	const known = new Map<string, Credentials>(
		renewed && [[renewed.type, Promise.resolve(renewed.values)]],
	);
	return {
		logger: context.logger,
		getNode: () => context.getNode(),
		getCredentials: async (type: string) => {
			const credentials = known.get(type) ?? context.getCredentials(type);
			known.set(type, credentials);
			return await credentials;
		},
	} as unknown as NodeContext;
}

/**
 * A credential whose token n8n fetches and renews; `values` is the object that n8n writes the new
 * token into.
 */
export interface RenewedCredential {
	type: string;
	values: ICredentialDataDecryptedObject;
}

/** An object is written here and not by n8n, which would round long integers. */
function writtenBody({ body, headers }: HttpCall): Pick<IHttpRequestOptions, 'headers' | 'body'> {
	// Not of a form, of bytes, or of nothing.
	if (Object.prototype.toString.call(body) !== '[object Object]')
		return { headers, body: body as IHttpRequestOptions['body'] };
	return {
		headers: { 'Content-Type': 'application/json', ...headers },
		body: writtenJson(body),
	};
}

/** n8n's request takes its server up to a millisecond of CPU time before it is sent. */
const REQUESTS_PER_TURN = 2;

/** What is given up, by Stop or by a time limit, while n8n fetches a token for it. */
const NOT_SENT: NetworkFailure = {
	code: NO_TOKEN_YET,
	reached: 'no',
	isRetryable: true,
	text: 'Nothing was sent, since the credential was not ready in time',
};

/** Requests for which a token is being fetched, by the helpers that n8n gives to the credential. */
const waiting = new WeakSet<object>();

/** Fetches a token for a request. @param helpers of the request, which is not sent meanwhile */
export async function whileTokenAwaited<T>(helpers: object, fetch: () => Promise<T>): Promise<T> {
	waiting.add(helpers);
	return await fetch().finally(() => waiting.delete(helpers));
}

type Helpers = NodeContext['helpers'];
type Send = (options: IHttpRequestOptions, helpers: Helpers) => Promise<unknown>;

/** How requests leave: with the credential or without, each through n8n's helper. */
interface Egress {
	withKey: Send;
	withoutKey: Send;
	/**
	 * n8n renews a token only when the 401 is thrown, and n8n 1.x cannot except single statuses: then
	 * any refusal is thrown.
	 */
	isRefusalThrown: boolean;
	helpers: Helpers;
	stop: AbortSignal | undefined;
	/** Awaited before a request is built. */
	turn(): Promise<void>;
}

/** @param stop the execution's stop signal, where the context has one */
export function createHttp(
	context: NodeContext,
	credential: string | RenewedCredential,
	stop?: AbortSignal,
): Http {
	const renewed = typeof credential === 'string' ? undefined : credential;
	const credentialType = typeof credential === 'string' ? credential : credential.type;
	const bare = bareContext(context, renewed);
	const egress: Egress = {
		withKey: async (options, helpers) =>
			await context.helpers.httpRequestWithAuthentication.call(
				{ ...bare, helpers } as IExecuteFunctions,
				credentialType,
				options,
			),
		withoutKey: async (options) => await context.helpers.httpRequest(options),
		isRefusalThrown: renewed !== undefined,
		helpers: context.helpers,
		stop,
		turn: createTurnstile(systemClock, REQUESTS_PER_TURN),
	};
	return {
		open: async (call) => await openWithKey(egress, call, headLimitOf(call)),
		openPublic: async (call) =>
			await send(egress, egress.withoutKey, call, headLimitOf(call), {
				skipSslCertificateValidation: call.isCertificateUnchecked,
			}),
		exchange: async (call) => await exchange(egress, call),
	};
}

/** A head that arrives byte by byte is never silent, so `idleMs` alone would never end it. */
const headLimitOf = ({ headMs, idleMs = DEFAULT_IDLE_MS }: HttpCall) => headMs ?? idleMs;

async function openWithKey(
	egress: Egress,
	call: HttpCall,
	headMs: number,
): Promise<StreamAnswer | NetworkFailure> {
	return await send(egress, egress.withKey, call, headMs, {
		ignoreHttpStatusErrors: !egress.isRefusalThrown,
	});
}

/** @param headMs longest time until the answer's head is complete, 0 for no limit */
async function send(
	{ isRefusalThrown, stop, turn, ...egress }: Egress,
	request: Send,
	call: HttpCall,
	headMs: number,
	extra: Partial<IHttpRequestOptions>,
): Promise<StreamAnswer | NetworkFailure> {
	const link = linkSignals(call.isDetached ? undefined : stop, call.signal);
	const forgetLimit = headMs > 0 ? onAbort(timeLimit(headMs), () => link.abort()) : undefined;
	// Each request has its own, by which it is known for which one a token is fetched.
	const helpers = Object.create(egress.helpers) as Helpers;
	let isBuilt = false;
	const isUnsent = () => !isBuilt || waiting.has(helpers);
	let forgetEnd: () => void = () => undefined;
	// What is not sent by then never is, and nobody waits for its token.
	const unsent = new Promise<NetworkFailure>((resolve) => {
		forgetEnd = onAbort(link.signal, () => isUnsent() && resolve(NOT_SENT));
	});
	const giveUp = () => isUnsent() && link.abort();
	const forgetStop = call.isGivenUpUnsent && stop ? onAbort(stop, giveUp) : undefined;
	try {
		await turn();
		isBuilt = true;
		const options: IHttpRequestOptions = {
			method: call.method ?? 'GET',
			url: call.url,
			...writtenBody(call),
			encoding: 'stream',
			returnFullResponse: true,
			ignoreHttpStatusErrors: true,
			disableFollowRedirect: true,
			timeout: call.idleMs ?? DEFAULT_IDLE_MS,
			abortSignal: link.signal,
			...extra,
		};
		const sending = link.signal.aborted
			? unsent
			: (request(options, helpers) as Promise<IN8nHttpFullResponse>);
		const answer = await Promise.race([sending, unsent]);
		if (isNetworkFailure(answer)) {
			link.release();
			return answer;
		}
		const stream = answer.body as unknown as ByteStream;
		stream.once('close', link.release);
		const head = { status: answer.statusCode, headers: answer.headers as Head['headers'] };
		call.onHead?.(head);
		return { ...head, stream };
	} catch (error) {
		const refusal = isRefusalThrown ? answerIn(error) : undefined;
		if (!refusal) link.release();
		else refusal.stream.once('close', link.release);
		return refusal ?? classifyNetworkError(error);
	} finally {
		forgetEnd();
		forgetStop?.();
		forgetLimit?.();
	}
}

/** Slowest upload that is waited for: a form's longest time follows from its size. */
const SLOWEST_BYTES_PER_MS = 10;

/** Longest time that sending a body may take. */
function longestSendingMs(body: unknown): number {
	if (!(body instanceof FormData)) return 0;
	const bytes = [...body.values()].map((value) =>
		typeof value === 'string' ? value.length : value.size,
	);
	return bytes.reduce((sum, count) => sum + count, 0) / SLOWEST_BYTES_PER_MS;
}

/**
 * A request and its whole answer. Both end: within `totalMs`, counted from when the body had been
 * read from us where somebody says when that is, and in any case after the time that a body of this
 * size takes at its slowest.
 */
async function exchange(egress: Egress, call: HttpCall): Promise<Answer | NetworkFailure> {
	const { totalMs = DEFAULT_IDLE_MS, idleMs = DEFAULT_IDLE_MS, whenSent } = call;
	const limit = linkSignals(call.signal);
	const forgets: Array<() => void> = [];
	let isOver = false;
	const limitTo = (ms: number) => {
		if (!isOver && ms > 0) forgets.push(onAbort(timeLimit(ms), () => limit.abort()));
	};
	limitTo((whenSent === undefined && totalMs) || idleMs + totalMs + longestSendingMs(call.body));
	void whenSent?.then(() => limitTo(totalMs));
	try {
		const answer = await openWithKey(egress, { ...call, signal: limit.signal }, 0);
		if (isNetworkFailure(answer)) return answer;
		const { status, headers, stream } = answer;
		limitTo(LONGEST_BODY_MS);
		const text = await readText(stream, LONGEST_TEXT_BYTES, headers['content-type']);
		return { status, headers, text };
	} catch (error) {
		return classifyNetworkError(error);
	} finally {
		isOver = true;
		for (const forget of forgets) forget();
		limit.release();
	}
}
