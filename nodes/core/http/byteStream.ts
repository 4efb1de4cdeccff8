import { recordOf } from '../json';
import { bodyText } from './bodyText';

/** A Node stream of bytes, as n8n's helpers hand it out. */
export type ByteStream = import('stream').Readable;

/** Code of the error for an answer that is too long to be held in memory. */
export const TOO_LONG = 'ERR_ANSWER_TOO_LONG';

/**
 * The whole text of an answer, in whichever encoding it comes. A proxy may forward a packed answer
 * without saying that it is packed, so gzip is known by its first bytes.
 * @param contentType the answer's header, for its charset
 * @throws Error when the connection breaks; with the code TOO_LONG when the text is longer than
 *   `longestBytes`, before or after it is unpacked
 */
export async function readText(
	stream: AsyncIterable<Uint8Array>,
	longestBytes: number,
	contentType?: string,
): Promise<string> {
	const received = await readBytes(stream, longestBytes);
	const isPacked = received[0] === 0x1f && received[1] === 0x8b;
	return bodyText(isPacked ? await unpacked(received, longestBytes) : received, contentType);
}

async function readBytes(
	stream: AsyncIterable<Uint8Array>,
	longestBytes: number,
): Promise<Uint8Array> {
	const chunks: Uint8Array[] = [];
	let bytes = 0;
	for await (const chunk of stream) {
		bytes += chunk.length;
		// Leaving the loop closes the stream.
		if (bytes > longestBytes)
			throw Object.assign(
				new Error(`It is longer than ${Math.floor(longestBytes / 1_048_576)} MB`),
				{
					code: TOO_LONG,
				},
			);
		chunks.push(chunk);
	}
	return Buffer.concat(chunks);
}

/** Unpacked once, so that no answer can unpack into itself for ever; as it came if it is cut. */
async function unpacked(packed: Uint8Array, longestBytes: number): Promise<Uint8Array> {
	const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip'));
	return await readBytes(stream, longestBytes).catch((error: unknown) => {
		if (recordOf(error)?.code === TOO_LONG) throw error;
		return packed;
	});
}

/**
 * Counts the bytes of a stream with a listener, so that nothing is copied or wrapped. The listener
 * is put before all others and does not start the stream before its reader is there. Pausing the
 * stream by hand instead would stop it for good for readers that only listen, which n8n's memory
 * and database stores do.
 */
export function onBytes(stream: ByteStream, seen: (bytes: number) => void): void {
	stream.prependListener('data', (chunk: Buffer) => seen(chunk.length));
	// An error after the reader has gone would otherwise end the process.
	stream.on('error', () => undefined);
}
