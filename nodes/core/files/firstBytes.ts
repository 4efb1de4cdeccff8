import type { ByteStream } from '../http/byteStream';

/**
 * This many bytes show what a file is. A host may send them one by one, and the first byte alone
 * says nothing.
 */
const ENOUGH_BYTES = 512;

/** How a file begins. */
export interface FirstBytes {
	/** Its first bytes: none if nothing came. */
	head: Uint8Array;
	/** The stream has ended, so the head is all that came: nothing is left in it. */
	isComplete: boolean;
	/** The stream broke off, or was closed, before the head was complete. */
	isBroken: boolean;
}

/**
 * The first bytes of a stream, left in it for its reader unless they are all. Node's own idiom (read
 * and unshift in a `readable` handler) leaves the stream as it was, neither flowing nor paused.
 * @param onReceived is called with the number of bytes of each piece that came
 */
export async function firstBytes(
	stream: ByteStream,
	onReceived: (bytes: number) => void = () => undefined,
): Promise<FirstBytes> {
	const none = new Uint8Array();
	if (stream.readableEnded) return { head: none, isComplete: true, isBroken: false };
	if (stream.destroyed) return { head: none, isComplete: false, isBroken: true };
	return await new Promise((resolve) => {
		const chunks: Uint8Array[] = [];
		let bytes = 0;
		const finish = (end: Omit<FirstBytes, 'head'>) => {
			stream.removeListener('readable', takeMore);
			stream.removeListener('end', endWhole);
			for (const event of BREAKS) stream.removeListener(event, endBroken);
			const head = Buffer.concat(chunks);
			if (!end.isComplete && !end.isBroken) stream.unshift(head);
			resolve({ head, ...end });
		};
		const endWhole = () => finish({ isComplete: true, isBroken: false });
		const endBroken = () => finish({ isComplete: false, isBroken: true });
		const takeMore = () => {
			for (;;) {
				const chunk = stream.read() as Uint8Array | null;
				if (chunk === null) return;
				chunks.push(chunk);
				bytes += chunk.length;
				onReceived(chunk.length);
				if (bytes >= ENOUGH_BYTES) return finish({ isComplete: false, isBroken: false });
			}
		};
		stream.on('end', endWhole);
		for (const event of BREAKS) stream.on(event, endBroken);
		stream.on('readable', takeMore);
	});
}

const BREAKS = ['close', 'error'] as const;
