import { Readable } from '../../simulator/platform';
import { FILES, type ServiceAnswer, type SimService } from './service';
import type { VirtualTime } from './virtualTime';

/** What may happen to a request on its way. `Done`: the service did what was asked all the same. */
export const FATES = [
	'refused',
	'tlsFailed',
	'lostBefore',
	'lostDone',
	'late',
	'mute',
	'502',
	'502Done',
	'503',
	'504Done',
	'520',
	'425',
	'429',
	'401',
	'page',
	'pageDone',
] as const;
export type Fate = (typeof FATES)[number] | 'fine';

/** One line of the story: when, what, and what became of it. */
export interface Journal {
	lines: string[];
	/** Requests that left after the node had ended, and were no cancels. */
	afterEnd: string[];
}

interface Options {
	method?: string;
	url: string;
	headers?: Record<string, string>;
	body?: unknown;
	timeout?: number;
	abortSignal?: AbortSignal;
}
interface FullResponse {
	statusCode: number;
	headers: Record<string, string>;
	body: Readable;
}

const failure = (code: string) => Object.assign(new Error(code), { code });
const PAGE = '<html><body>We will be right back</body></html>';

async function readForm(
	body: unknown,
): Promise<{ texts: Record<string, string>; files: Record<string, string> }> {
	const form = { texts: {} as Record<string, string>, files: {} as Record<string, string> };
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

export interface NetworkParts {
	time: VirtualTime;
	service: SimService;
	/** The fate of the next request of this kind, and its round trip in ms. */
	fateOf(kind: 'start' | 'read' | 'cancel' | 'file'): { fate: Fate; latencyMs: number };
	journal: Journal;
	by: string;
	hasEnded(): boolean;
}

/**
 * n8n's HTTP helper over a simulated network. Times out, is aborted and fails as the real one does.
 */
export function createNetwork({ time, service, fateOf, journal, by, hasEnded }: NetworkParts) {
	const answerOf = async (options: Options, kind: string): Promise<ServiceAnswer> => {
		const url = new URL(options.url);
		if (kind === 'file') return service.file(url.pathname + url.search);
		const form = kind === 'start' ? await readForm(options.body) : undefined;
		const { pathname: path, searchParams: query } = url;
		return service.handle({ method: options.method ?? 'GET', path, query, form, by });
	};
	const travel = async (
		options: Options,
		kind: 'start' | 'read' | 'cancel' | 'file',
		signal: AbortSignal,
	): Promise<ServiceAnswer> => {
		const { fate, latencyMs } = fateOf(kind);
		journal.lines.push(`${time.now()} ${by} ${options.method ?? 'GET'} ${options.url} ${fate}`);
		await time.sleep(latencyMs / 2);
		if (fate === 'refused') throw failure('ECONNREFUSED');
		if (fate === 'tlsFailed') throw failure('EPROTO');
		if (signal.aborted) throw failure('ERR_CANCELED');
		const isDone = ![
			'lostBefore',
			'502',
			'503',
			'520',
			'425',
			'429',
			'401',
			'page',
			'mute',
		].includes(fate);
		const answer = isDone ? await answerOf(options, kind) : { status: 0, body: '' };
		if (fate === 'mute') return await new Promise(() => undefined);
		await time.sleep(fate === 'late' ? 20_000 + latencyMs * 100 : latencyMs / 2);
		if (fate === 'lostBefore' || fate === 'lostDone') throw failure('ECONNRESET');
		if (fate === 'page' || fate === 'pageDone')
			return { status: 200, headers: { 'content-type': 'text/html' }, body: PAGE };
		const status = Number.parseInt(fate, 10);
		return Number.isNaN(status) ? answer : { status, body: PAGE };
	};
	return async (options: Options): Promise<FullResponse> => {
		const isFile = options.url.startsWith(FILES);
		const isCancel = options.url.endsWith('/cancel');
		const isStart = options.method === 'POST' && !isCancel;
		const kind = isFile ? 'file' : isStart ? 'start' : isCancel ? 'cancel' : 'read';
		const limit = new AbortController();
		const { abortSignal, timeout } = options;
		if (abortSignal?.aborted) throw failure('ERR_CANCELED');
		if (hasEnded() && !isCancel) journal.afterEnd.push(`${options.method ?? 'GET'} ${options.url}`);
		const answer = await new Promise<ServiceAnswer>((resolve, reject) => {
			const abort = () => {
				limit.abort();
				reject(failure('ERR_CANCELED'));
			};
			abortSignal?.addEventListener('abort', abort, { once: true });
			if (timeout)
				time.after(timeout, () => {
					limit.abort();
					reject(failure('ECONNABORTED'));
				});
			travel(options, kind, limit.signal)
				.then(resolve, reject)
				.finally(() => abortSignal?.removeEventListener('abort', abort));
		});
		return {
			statusCode: answer.status,
			headers: {
				date: new Date(time.now() + service.traits.skewMs).toUTCString(),
				...answer.headers,
			},
			body: Readable.from(answer.body === '' ? [] : [Buffer.from(answer.body)]),
		};
	};
}
