import type {
	ICredentialDataDecryptedObject,
	IExecuteFunctions,
	IHttpRequestOptions,
	ILoadOptionsFunctions,
	IN8nHttpFullResponse,
	IPollFunctions,
} from 'n8n-workflow';
import { linkSignals, timeLimit } from '../async/signals';
import { answerIn, type NetworkFailure, classifyNetworkError } from './networkError';
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
	/** Goes on when the execution is stopped: starts that must not be half sent, cancels, clean-up. */
	isDetached?: boolean;
	/** Longest silence of the connection before and after the request. */
	idleMs?: number;
	/** Longest time until the answer's last byte, 0 for no limit; `exchange` only. */
	totalMs?: number;
}

export interface Head {
	status: number;
	/** Names in lower case. */
	headers: Record<string, string | undefined>;
}

export type Answer = Head & { text: string };
export type StreamAnswer = Head & { stream: ByteStream };

/** Every request of this package leaves here. Nothing throws: no answer is a `NetworkFailure`, any HTTP status is an answer. */
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

/** Longest JSON answer that is read; a hundred runs with their inputs take well under a megabyte. */
const LONGEST_TEXT_BYTES = 32 * 1024 * 1024;
const DEFAULT_IDLE_MS = 30_000;
/** From an answer's head to its end. With redirects off n8n's helper guards nothing after the head, and a start has no other limit. */
const LONGEST_BODY_MS = 30_000;

/**
 * n8n's helper ties a request to the signal of the context it is called on, and overwrites ours. Called on this bare
 * stand-in it keeps the signal that we hand in: the execution's, a deadline's, or none when a run must still be cancelled
 * after Stop (on a stopped context the helper sends nothing at all). The credential is read once per node execution
 * instead of once per request: on a real server each read is a database query and a decryption.
 */
function bareContext(context: NodeContext, renewed?: RenewedCredential): NodeContext {
	type Credentials = ReturnType<NodeContext['getCredentials']>;
	const known = new Map<string, Credentials>(
		renewed && [[renewed.type, Promise.resolve(renewed.values)]],
	);
	return {
		helpers: context.helpers,
		logger: context.logger,
		getNode: () => context.getNode(),
		getCredentials: async (type: string) => {
			const credentials = known.get(type) ?? context.getCredentials(type);
			known.set(type, credentials);
			return await credentials;
		},
	} as unknown as NodeContext;
}

/** A credential whose token n8n fetches and renews; `values` is the object that n8n writes the new token into. */
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

/** @param stop the execution's stop signal, where the context has one */
export function createHttp(
	context: NodeContext,
	credential: string | RenewedCredential,
	stop?: AbortSignal,
): Http {
	const renewed = typeof credential === 'string' ? undefined : credential;
	const credentialType = typeof credential === 'string' ? credential : credential.type;
	const bare = bareContext(context, renewed);
	const withKey = async (options: IHttpRequestOptions) =>
		await context.helpers.httpRequestWithAuthentication.call(
			bare as IExecuteFunctions,
			credentialType,
			options,
		);
	const withoutKey = async (options: IHttpRequestOptions) =>
		await context.helpers.httpRequest(options);

	const send = async (
		request: typeof withKey,
		call: HttpCall,
		extra: Partial<IHttpRequestOptions>,
	): Promise<StreamAnswer | NetworkFailure> => {
		const link = linkSignals(call.isDetached ? undefined : stop, call.signal);
		try {
			const answer = (await request({
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
			})) as IN8nHttpFullResponse;
			const stream = answer.body as unknown as ByteStream;
			stream.once('close', link.release);
			return { status: answer.statusCode, headers: answer.headers as Head['headers'], stream };
		} catch (error) {
			const refusal = renewed && answerIn(error);
			if (!refusal) link.release();
			else refusal.stream.once('close', link.release);
			return refusal ?? classifyNetworkError(error);
		}
	};

	// n8n renews a token only when the 401 is thrown, and n8n 1.x cannot except single statuses: then any refusal is thrown.
	const open: Http['open'] = async (call) =>
		await send(withKey, call, { ignoreHttpStatusErrors: renewed === undefined });
	return {
		open,
		openPublic: async (call) =>
			await send(withoutKey, call, { skipSslCertificateValidation: call.isCertificateUnchecked }),
		exchange: async (call) => {
			const { totalMs = DEFAULT_IDLE_MS } = call;
			const limit = linkSignals(call.signal, totalMs === 0 ? undefined : timeLimit(totalMs));
			const giveUp = () => limit.abort();
			let late: AbortSignal | undefined;
			try {
				const answer = await open({ ...call, signal: limit.signal });
				if (isNetworkFailure(answer)) return answer;
				const { status, headers, stream } = answer;
				late = timeLimit(LONGEST_BODY_MS);
				late.addEventListener('abort', giveUp);
				return { status, headers, text: await readText(stream, LONGEST_TEXT_BYTES) };
			} catch (error) {
				return classifyNetworkError(error);
			} finally {
				late?.removeEventListener('abort', giveUp);
				limit.release();
			}
		},
	};
}
