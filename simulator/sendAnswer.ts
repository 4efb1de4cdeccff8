import type { Answer } from './answer';
import type { Fault } from './faults';
import { pipeline, Readable, type ServerResponse } from './platform';
import type { Timers } from './timers';

type Chunks = AsyncIterable<Buffer>;

const lengthOf = ({ body, headers }: Answer): number =>
	body instanceof Readable
		? Number(headers?.['content-length'] ?? 0)
		: Buffer.byteLength(body ?? '');

async function* pieces(body: Answer['body'], count: number): Chunks {
	if (body instanceof Readable) {
		for await (const chunk of body) yield Buffer.from(chunk);
		return;
	}
	const bytes = Buffer.from(body ?? '');
	const step = Math.max(1, Math.ceil(bytes.length / count));
	for (let start = 0; start < bytes.length; start += step)
		yield bytes.subarray(start, start + step);
}

async function* firstHalf(chunks: Chunks, length: number): Chunks {
	let left = Math.floor(length / 2);
	for await (const chunk of chunks) {
		yield chunk.subarray(0, left);
		left -= chunk.length;
		if (left <= 0) return;
	}
}

async function* slowly(chunks: Chunks, ms: number, timers: Timers): Chunks {
	for await (const chunk of chunks) {
		await timers.pause(ms / 10);
		yield chunk;
	}
}

async function write(response: ServerResponse, chunks: Chunks): Promise<void> {
	for await (const chunk of chunks) {
		if (!response.write(chunk))
			await new Promise((resolve) => response.once('drain', resolve).once('close', resolve));
		if (response.destroyed) return;
	}
}

/**
 * Sends the answer as the fault requires. Resolves when everything was sent or the connection is
 * closed.
 */
export async function sendAnswer(
	response: ServerResponse,
	answer: Answer,
	fault: Pick<Fault, 'kind' | 'ms'> | undefined,
	timers: Timers,
): Promise<void> {
	const length = lengthOf(answer);
	const headers: Record<string, string> = { ...answer.headers };
	if (!(answer.body instanceof Readable) && answer.status !== 204)
		headers['content-length'] = String(length);

	if (fault?.kind === 'wrongLength' || fault?.kind === 'resetMidBody') {
		headers['content-length'] = String(
			fault.kind === 'wrongLength' ? length + 100 : Math.max(length, 2),
		);
		response.writeHead(answer.status, headers);
		const chunks = pieces(answer.body, 2);
		await write(response, fault.kind === 'wrongLength' ? chunks : firstHalf(chunks, length));
		// a graceful end of the connection lets the half arrive; a reset could overtake it
		response.socket?.end();
		return;
	}
	response.writeHead(answer.status, headers);
	if (fault?.kind === 'slowBody') {
		await write(response, slowly(pieces(answer.body, 10), fault.ms ?? 1000, timers));
		response.end();
	} else if (answer.body instanceof Readable) {
		await pipeline(answer.body, response);
	} else {
		response.end(answer.body);
	}
}
