import { json, nothing, page, type Answer } from './answer';
import type { Fault, Faults } from './faults';
import { enter, type JournalEntry } from './journal';
import type { IncomingMessage, RequestListener, ServerResponse } from './platform';
import { sendAnswer } from './sendAnswer';
import type { Timers } from './timers';

/** A request on its way through an endpoint. */
export interface Request {
	message: IncomingMessage;
	entry: JournalEntry;
	/** Parts of the path that the route names, decoded. */
	params: Record<string, string>;
	/** Set for the faults that an endpoint must act out itself (event streams). */
	fault?: Fault;
}

/** An endpoint that was found for a request. */
export interface Endpoint {
	route: string;
	params: Record<string, string>;
	handle(request: Request): Answer | Promise<Answer>;
}

export interface ExchangeParts {
	host: JournalEntry['host'];
	journal: JournalEntry[];
	/**
	 * Requests that no endpoint knows, and failures of the simulator itself. A test asserts that it
	 * stays empty.
	 */
	unknown: string[];
	faults: Faults;
	timers: Timers;
	/** Latency that is added to this answer, in ms. */
	latencyMs(): number;
	find(entry: JournalEntry): Endpoint | undefined;
	onAnswer?(entry: JournalEntry): void;
}

const maintenancePage =
	'<!DOCTYPE html><html><head><title>Please wait</title></head><body><h1>Bad gateway</h1></body></html>';

const unprocessed: ReadonlyArray<Fault['kind']> = ['resetBefore', 'status', 'redirect'];

/** What is sent instead of the true answer. */
function replaced(answer: Answer, fault: Fault | undefined): Answer {
	switch (fault?.kind) {
		case 'status':
			return { status: fault.status ?? 500, headers: fault.headers, body: fault.body ?? '' };
		case 'redirect':
			return {
				status: fault.status ?? 302,
				headers: { location: fault.to ?? '/', ...fault.headers },
			};
		case 'html':
			return page(fault.status ?? 200, fault.body ?? maintenancePage);
		case 'empty200':
			return { status: 200, headers: { 'content-type': 'application/json' }, body: '' };
		case 'noContent':
			return nothing(204);
		case 'truncatedJson':
			return typeof answer.body === 'string'
				? { ...answer, body: answer.body.slice(0, Math.ceil(answer.body.length / 2)) }
				: answer;
		default:
			return answer;
	}
}

async function drain(message: IncomingMessage): Promise<void> {
	message.resume();
	if (!message.complete)
		await new Promise((resolve) => message.once('end', resolve).once('close', resolve));
}

/** Resolves when so many bytes of the body were read, or all there are. */
async function readBytes(message: IncomingMessage, bytes: number): Promise<void> {
	let read = 0;
	await new Promise<void>((resolve) => {
		message.on('data', (chunk: Buffer) => {
			read += chunk.length;
			if (read >= bytes) resolve();
		});
		message.once('end', resolve).once('close', resolve);
	});
}

/** Faults of a request that is not read to its end. */
const unreadFaults: ReadonlyArray<Fault['kind']> = ['resetBefore', 'cutUpload', 'stallUpload'];

async function breakUpload(message: IncomingMessage, { kind, bytes = 0 }: Fault): Promise<void> {
	if (kind !== 'resetBefore') await readBytes(message, bytes);
	if (kind === 'stallUpload') message.pause();
	else message.socket.resetAndDestroy();
}

/** One server's way from request to answer: journal, fault, endpoint, latency, sending. */
export function createExchange(parts: ExchangeParts): RequestListener {
	const { journal, unknown, faults, timers } = parts;

	const answerTruly = async (
		message: IncomingMessage,
		entry: JournalEntry,
		endpoint: Endpoint | undefined,
		fault?: Fault,
	) => {
		if (!endpoint) {
			unknown.push(`${entry.method} ${entry.url}`);
			await drain(message);
			return json(501, {
				status: 'error',
				data: null,
				errors: `The simulator does not know ${entry.method} ${entry.url}`,
			});
		}
		return await endpoint.handle({ message, entry, params: endpoint.params, fault });
	};

	const exchange = async (message: IncomingMessage, response: ServerResponse) => {
		const entry = enter(message, parts.host);
		const endpoint = parts.find(entry);
		if (endpoint) entry.route = endpoint.route;
		journal.push(entry);
		const fault = faults.take(entry);
		entry.fault = fault?.kind;

		if (fault && unreadFaults.includes(fault.kind)) {
			parts.onAnswer?.(entry);
			return await breakUpload(message, fault);
		}
		const isProcessed = fault?.processed ?? !(fault && unprocessed.includes(fault.kind));
		const truth = isProcessed ? await answerTruly(message, entry, endpoint, fault) : nothing(500);
		await drain(message);
		await timers.pause(parts.latencyMs());
		if (fault?.kind === 'resetAfter' || fault?.kind === 'hang') {
			parts.onAnswer?.(entry);
			if (fault.kind === 'resetAfter') message.socket.resetAndDestroy();
			else if (fault.ms !== undefined) timers.after(fault.ms, () => message.socket.destroy());
			return;
		}
		if (fault?.kind === 'slowFirstByte') await timers.pause(fault.ms ?? 1000);
		const answer = replaced(truth, fault);
		entry.status = answer.status;
		parts.onAnswer?.(entry);
		await sendAnswer(response, answer, fault, timers);
	};

	return (message, response) => {
		exchange(message, response).catch((error: Error) => {
			const isGone = message.socket.destroyed || response.destroyed;
			if (!isGone)
				unknown.push(`${message.method} ${message.url} broke the simulator: ${error.stack}`);
			if (response.headersSent) response.destroy();
			else response.writeHead(500).end(`simulator: ${error.message}`);
		});
	};
}
