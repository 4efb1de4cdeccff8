/** A Node stream of bytes, as n8n's helpers hand it out. */
export type ByteStream = import('stream').Readable;

/** Code of the error for an answer that is too long to be held in memory. */
export const TOO_LONG = 'ERR_ANSWER_TOO_LONG';

/**
 * The whole text of an answer.
 * @throws Error when the connection breaks; with the code TOO_LONG when the text is longer than
 *   `longestBytes`
 */
export async function readText(
	stream: AsyncIterable<Uint8Array>,
	longestBytes: number,
): Promise<string> {
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
	return Buffer.concat(chunks).toString('utf8');
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
