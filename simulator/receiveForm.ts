import busboy from 'busboy';
import { createHash, pipeline, type IncomingMessage, type Readable } from './platform';

/** One part of a received form, text or file. */
export interface ReceivedPart {
	name: string;
	/** The text of a text part; the file name of a file part. */
	value: string;
	/** Present for file parts. */
	file?: ReceivedFile;
}

export interface ReceivedFile {
	/** Form field it came in. */
	parameter: string;
	/** File name as sent, read as UTF-8. */
	name: string;
	/** Content type as sent. */
	type: string;
	/** Bytes received, all of them. */
	size: number;
	/** SHA-256 over all bytes, hex. */
	sha256: string;
	/** The first 8 MiB at most: a film of 1 GiB must not cost 1 GiB. */
	head: Buffer;
}

const keptBytes = 8 * 1024 * 1024;
const longestText = 64 * 1024 * 1024;

async function receiveFile(
	stream: Readable,
): Promise<Pick<ReceivedFile, 'size' | 'sha256' | 'head'>> {
	const hash = createHash('sha256');
	const kept: Buffer[] = [];
	let size = 0;
	for await (const chunk of stream as AsyncIterable<Buffer>) {
		hash.update(chunk);
		if (size < keptBytes) kept.push(chunk.subarray(0, keptBytes - size));
		size += chunk.length;
	}
	return { size, sha256: hash.digest('hex'), head: Buffer.concat(kept) };
}

/**
 * Is the request's body a form: with a boundary, or URL-encoded, which the vendor's Python SDK
 * sends when there are no files (its HTTP library makes a multipart body for files only)? A start
 * without any input has no body and no type there.
 */
export function bringsForm({ headers }: IncomingMessage): boolean {
	const type = headers['content-type'];
	if (type === undefined)
		return (
			headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0
		);
	return /^(multipart\/form-data;.*boundary=|application\/x-www-form-urlencoded(;|$))/i.test(type);
}

/**
 * Reads a form to its end with constant memory, parts in the order sent.
 * Rejects when the form is malformed or the sender goes away in the middle.
 */
export async function receiveForm(message: IncomingMessage): Promise<ReceivedPart[]> {
	if (message.headers['content-type'] === undefined) return [];
	const reader = busboy({
		headers: message.headers,
		// browsers, undici and form-data all send file names as raw UTF-8
		defParamCharset: 'utf8',
		preservePath: true,
		limits: { fieldSize: longestText },
	});
	const parts: Array<Promise<ReceivedPart>> = [];
	reader.on('field', (name, value) => parts.push(Promise.resolve({ name, value })));
	reader.on('file', (parameter, stream, { filename, mimeType }) => {
		// a part of type application/octet-stream counts as a file even without a file name
		const name: string = filename ?? '';
		const received = receiveFile(stream).then((content) => ({
			name: parameter,
			value: name,
			file: { parameter, name, type: mimeType, ...content },
		}));
		// a rejection is reported below, by the pipeline or by Promise.all; this one only keeps Node
		// quiet meanwhile
		received.catch(() => undefined);
		parts.push(received);
	});
	let isEmpty = true;
	message.once('data', () => {
		isEmpty = false;
	});
	await pipeline(message, reader).catch((error: Error) => {
		// a form of no parts is sent without any byte by some clients, and Starlette takes it
		if (!isEmpty || !message.complete) throw error;
	});
	return await Promise.all(parts);
}
