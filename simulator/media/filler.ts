import { Readable } from '../platform';

const blockBytes = 64 * 1024;

// every byte of a block differs from its neighbours and from those one block size away in most file
// systems
const pattern = Buffer.from(
	Uint8Array.from({ length: blockBytes }, (_, place) => (place * 31 + (place >> 8) * 7) & 255),
);

/**
 * `size` bytes, made as they are read, so that 1 GiB costs no memory. Each block of 64 KiB begins
 * with its number (big-endian, 4 bytes): blocks that are lost or swapped change the digest.
 */
export function* fillerBlocks(size: number): Generator<Buffer> {
	for (let start = 0; start < size; start += blockBytes) {
		const block = Buffer.from(pattern);
		block.writeUInt32BE(start / blockBytes, 0);
		yield block.subarray(0, Math.min(blockBytes, size - start));
	}
}

export const filler = (size: number): { size: number; stream(): Readable } => ({
	size,
	// an explicit object mode of false lets backpressure count bytes rather than blocks
	stream: () => Readable.from(fillerBlocks(size), { objectMode: false }),
});
