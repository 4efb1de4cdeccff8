import type { ByteStream } from '../http/byteStream';

/**
 * The first bytes of a stream, left in it for its reader: none if it ends, breaks or is closed
 * before any came. Node's own idiom (read and unshift in a `readable` handler) leaves the stream as
 * it was, neither flowing nor paused.
 */
export async function firstBytes(stream: ByteStream): Promise<Uint8Array> {
	if (stream.destroyed || stream.readableEnded) return new Uint8Array();
	return await new Promise((resolve) => {
		const events = ['end', 'close', 'error'] as const;
		const finish = (bytes: Uint8Array) => {
			stream.removeListener('readable', takeFirst);
			for (const event of events) stream.removeListener(event, endEmpty);
			resolve(bytes);
		};
		const endEmpty = () => finish(new Uint8Array());
		const takeFirst = () => {
			const chunk = stream.read() as Uint8Array | null;
			if (chunk === null || chunk.length === 0) return;
			stream.unshift(chunk);
			finish(chunk);
		};
		for (const event of events) stream.on(event, endEmpty);
		stream.on('readable', takeFirst);
	});
}
