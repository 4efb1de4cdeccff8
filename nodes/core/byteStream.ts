/** A Node stream of bytes, as n8n's helpers hand it out. */
export type ByteStream = import('stream').Readable;

/**
 * The whole text of an answer.
 * @throws Error when the connection breaks, or when the text is longer than `longestBytes`
 */
export async function readText(stream: ByteStream, longestBytes: number): Promise<string> {
	const chunks: Buffer[] = [];
	let bytes = 0;
	for await (const chunk of stream as AsyncIterable<Buffer>) {
		bytes += chunk.length;
		if (bytes > longestBytes) {
			stream.destroy();
			throw new Error(`The answer is longer than ${longestBytes} bytes`);
		}
		chunks.push(chunk);
	}
	return Buffer.concat(chunks).toString('utf8');
}

/**
 * Watches a stream without touching it: a listener that counts, so nothing is copied or re-wrapped.
 * The stream is paused again, since a listener alone would set it flowing before its reader is there.
 */
export function onBytes(stream: ByteStream, seen: (bytes: number) => void): void {
	stream.on('data', (chunk: Buffer) => seen(chunk.length));
	stream.pause();
	// A reader that only listens for data, as n8n's memory store does, would wait for ever: listening does not set a stream flowing that was paused.
	stream.on('newListener', (event) => {
		if (event === 'data') queueMicrotask(() => stream.isPaused() && stream.resume());
	});
	// An error after the reader has gone would otherwise end the process.
	stream.on('error', () => undefined);
}
