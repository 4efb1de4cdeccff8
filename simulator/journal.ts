import type { IncomingMessage } from './platform';
import type { ReceivedPart } from './receiveForm';

/** One request as it arrived, and what became of it. */
export interface JournalEntry {
	/** Time of arrival, ms since 1970. */
	at: number;
	/** Which of the simulator's servers was asked: the API or the download host. */
	host: 'api' | 'files';
	method: string;
	/** Path and query as sent. */
	url: string;
	/** Path alone, still percent-encoded. */
	path: string;
	query: Record<string, string>;
	/** Lower-case names, as Node gives them. */
	headers: IncomingMessage['headers'];
	/** Name of the endpoint; `unknown` when there is none. */
	route: string;
	/** Status that was sent; null while there is none and when the connection was cut before. */
	status: number | null;
	/** Fault that this request suffered. */
	fault?: string;
	/** Run that this request started or named. */
	runId?: string;
	/** Parts of a start's form, in the order sent. */
	parts?: ReceivedPart[];
	/** JSON that was sent. */
	json?: unknown;
	/** The same as text, where long integers are whole. */
	body?: string;
}

export function enter(message: IncomingMessage, host: JournalEntry['host']): JournalEntry {
	const url = message.url ?? '/';
	const { pathname, searchParams } = new URL(url, 'http://simulator.invalid');
	return {
		at: Date.now(),
		host,
		method: message.method ?? 'GET',
		url,
		path: pathname,
		query: Object.fromEntries(searchParams),
		headers: message.headers,
		route: 'unknown',
		status: null,
	};
}
