import { Readable } from '../../simulator/platform';
import { answerTo, type Feed, FILES, fileAt, type ServiceAnswer } from './answers';
import type { SimState, StartForm } from './service';
import type { VirtualTime } from './virtualTime';
import type { Fate, RequestKind } from './world';

/** One request, with what became of it. */
export interface JournalEntry {
	atMs: number;
	/** Which current of which execution, or the trigger. */
	by: string;
	method: string;
	url: string;
	fate: Fate;
	/** HTTP status that the node got; undefined: none. */
	status?: number;
	kind: RequestKind;
	/** It left after whoever sent it had ended. */
	isAfterEnd: boolean;
	/** A start with a file. */
	isUpload: boolean;
	/** The credential went to a host that is not the deployment's. */
	isKeyLeaked: boolean;
}

export interface Journal {
	entries: JournalEntry[];
}

/** Where a request comes from. */
export interface Sender {
	by: string;
	attempt: number;
	/** Whether the node has ended, so that only cancels may still leave. */
	hasEnded(): boolean;
	/** Whether n8n's process is there; nothing reaches a dead one, and nothing leaves it. */
	isAlive(): boolean;
}

export interface NetworkParts {
	time: VirtualTime;
	state: SimState;
	/** The fate of the next request, and its round trip in ms. */
	fateOf(kind: RequestKind): { fate: Fate; latencyMs: number };
	journal: Journal;
	/** Credential, in no request but those to the deployment. */
	key: string;
	origin: string;
}

export interface HttpOptions {
	method?: string;
	url: string;
	headers?: Record<string, string>;
	body?: unknown;
	timeout?: number;
	abortSignal?: AbortSignal;
}
export interface FullResponse {
	statusCode: number;
	headers: Record<string, string>;
	body: Readable;
}
export type HttpRequest = (options: HttpOptions, isWithKey: boolean) => Promise<FullResponse>;

const failure = (code: string) => Object.assign(new Error(code), { code });
/** Some services quote what they were sent. */
const pageFor = (key: string) => `<html><body>We will be right back, ${key}</body></html>`;
const LATE_MS = 20_000;
const SLOW_BODY_MS = 20_000;

/** Requests with these fates never reach the service. */
const NOT_DONE = new Set<Fate>([
	'lostBefore',
	'mute',
	'502',
	'503',
	'503Later',
	'520',
	'425',
	'429',
	'429Later',
	'401',
	'404',
	'408',
	'409',
	'page',
	'empty',
	'cutBefore',
]);

/** Reads a multipart form, as the service does. */
async function readForm(body: unknown): Promise<StartForm> {
	const form: StartForm = { texts: {}, files: {} };
	if (!(body instanceof FormData)) return form;
	for (const [name, value] of body) {
		if (typeof value === 'string') {
			form.texts[name] = value;
			continue;
		}
		const chunks: Buffer[] = [];
		for await (const chunk of value.stream() as unknown as AsyncIterable<Uint8Array>)
			chunks.push(Buffer.from(chunk));
		form.files[name] = Buffer.concat(chunks).toString();
	}
	return form;
}

function kindOf({ method, url }: HttpOptions): RequestKind {
	if (url.startsWith(FILES)) return 'file';
	if (/\/events(\?|$)/.test(url)) return 'events';
	if (method !== 'POST') return 'read';
	return url.endsWith('/cancel') ? 'cancel' : 'start';
}

/** What the service does with a request that reaches it. */
function serve(
	{ state }: NetworkParts,
	{ by, attempt }: Sender,
	options: HttpOptions,
	form: StartForm | undefined,
): ServiceAnswer {
	const { method = 'GET', url } = options;
	if (url.startsWith(FILES)) return fileAt(state, url.slice(FILES.length));
	const { pathname: path, searchParams: query } = new URL(url);
	return answerTo(state, { method, path, query, form, by, attempt });
}

/** What the node sees in place of the service's answer, where the fate says so. */
function disguised(fate: Fate, answer: ServiceAnswer, page: string): ServiceAnswer {
	if (fate === 'page' || fate === 'pageDone')
		return { status: 200, headers: { 'content-type': 'text/html' }, body: page };
	if (fate === 'empty') return { status: 200, body: '' };
	const status = Number.parseInt(fate, 10);
	if (Number.isNaN(status)) return answer;
	const headers: Record<string, string> = fate.endsWith('Later') ? { 'retry-after': '3' } : {};
	return { status, headers, body: page };
}

async function travel(
	parts: NetworkParts,
	sender: Sender,
	options: HttpOptions,
	entry: JournalEntry,
	latencyMs: number,
	signal: AbortSignal,
): Promise<ServiceAnswer> {
	const { time } = parts;
	const { fate, kind } = entry;
	const never = new Promise<never>(() => undefined);
	await time.sleep(latencyMs / 2);
	if (!sender.isAlive()) return await never;
	if (fate === 'refused') throw failure('ECONNREFUSED');
	if (fate === 'tlsFailed') throw failure('EPROTO');
	if (signal.aborted) throw failure('ERR_CANCELED');
	if (fate === 'cutBefore') throw failure('ECONNRESET');
	const form = kind === 'start' ? await time.hold(readForm(options.body)) : undefined;
	const before = parts.state.runs.length;
	const answer = NOT_DONE.has(fate) ? { status: 0, body: '' } : serve(parts, sender, options, form);
	const begun = parts.state.runs.at(before);
	if (fate === 'mute' || fate === 'muteDone') return await never;
	await time.sleep(fate === 'late' ? LATE_MS + latencyMs * 100 : latencyMs / 2);
	if (!sender.isAlive()) return await never;
	if (fate === 'lostBefore' || fate === 'lostDone') throw failure('ECONNRESET');
	if (begun && !signal.aborted) begun.answeredMs = time.now();
	return disguised(fate, answer, pageFor(kind === 'file' ? '' : parts.key));
}

/** The body of an answer as it arrives. */
function bodyOf(
	{ time }: NetworkParts,
	{ body }: ServiceAnswer,
	fate: Fate,
	{ isAlive }: Sender,
	signal: AbortSignal | undefined,
): Readable {
	const stream = new Readable({ read: () => undefined });
	const destroy = () => {
		stream.destroy(failure('ERR_CANCELED'));
	};
	let stop = (): void => undefined;
	signal?.addEventListener('abort', destroy, { once: true });
	stream.once('close', () => {
		stop();
		signal?.removeEventListener('abort', destroy);
	});
	const write = (text: string) => {
		if (!stream.destroyed && isAlive()) stream.push(Buffer.from(text));
	};
	const close = () => {
		if (!stream.destroyed && isAlive()) stream.push(null);
	};
	if (fate === 'cut' || fate === 'cutQuietly') {
		const half = typeof body === 'string' ? body.slice(0, body.length / 2) : ': hello\n\n';
		if (half !== '') write(half);
		const error = fate === 'cut' ? failure('ECONNRESET') : undefined;
		time.after(1, () => stream.destroy(error));
		return stream;
	}
	if (typeof body !== 'string') stop = (body satisfies Feed)(write, close);
	else if (fate === 'slowBody' && body.length > 1) {
		write(body.slice(0, 1));
		time.after(SLOW_BODY_MS, () => {
			write(body.slice(1));
			close();
		});
	} else {
		if (body !== '') write(body);
		close();
	}
	return stream;
}

/**
 * n8n's HTTP helper over a simulated network. Times out, is aborted and fails as the real one does.
 */
export function createNetwork(parts: NetworkParts, sender: Sender): HttpRequest {
	const { time, state, fateOf, journal, key, origin } = parts;
	return async (options, isWithKey) => {
		const kind = kindOf(options);
		const { abortSignal, timeout } = options;
		if (!sender.isAlive()) return await new Promise<never>(() => undefined);
		if (abortSignal?.aborted) throw failure('ERR_CANCELED');
		const { fate, latencyMs } = fateOf(kind);
		const entry: JournalEntry = {
			atMs: time.now(),
			by: sender.by,
			method: options.method ?? 'GET',
			url: options.url,
			fate,
			kind,
			isAfterEnd: sender.hasEnded(),
			isUpload:
				options.body instanceof FormData &&
				[...options.body.values()].some((value) => typeof value !== 'string'),
			isKeyLeaked:
				(isWithKey && !options.url.startsWith(origin)) ||
				options.url.includes(key) ||
				Object.values(options.headers ?? {}).some((value) => value.includes(key)),
		};
		journal.entries.push(entry);
		const limit = new AbortController();
		const answer = await new Promise<ServiceAnswer>((resolve, reject) => {
			const abort = () => {
				limit.abort();
				reject(failure('ERR_CANCELED'));
			};
			abortSignal?.addEventListener('abort', abort, { once: true });
			let isOver = false;
			const end = () => {
				isOver = true;
				abortSignal?.removeEventListener('abort', abort);
			};
			if (timeout)
				time.after(
					timeout,
					() => {
						if (isOver) return;
						limit.abort();
						reject(failure('ECONNABORTED'));
					},
					() => isOver,
				);
			travel(parts, sender, options, entry, latencyMs, limit.signal).then(
				(answer) => {
					end();
					resolve(answer);
				},
				(error: Error) => {
					end();
					reject(error);
				},
			);
		});
		entry.status = answer.status;
		return {
			statusCode: answer.status,
			headers: {
				date: new Date(time.now() + state.traits.skewMs).toUTCString(),
				...answer.headers,
			},
			body: bodyOf(parts, answer, fate, sender, abortSignal),
		};
	};
}
