import { crc32, deflateSync } from '../platform';

/** Four bytes per pixel: red, green, blue, opacity. */
export interface Pixels {
	width: number;
	height: number;
	data: Uint8Array;
}

function chunk(type: string, content: Buffer): Buffer {
	const named = Buffer.concat([Buffer.from(type, 'latin1'), content]);
	const length = Buffer.alloc(4);
	length.writeUInt32BE(content.length);
	const sum = Buffer.alloc(4);
	sum.writeUInt32BE(crc32(named));
	return Buffer.concat([length, named, sum]);
}

/**
 * A PNG without opacity. pngjs, which reads uploads here, writes one too, but takes over half a
 * second for it in the sandbox of a test runner.
 */
export function encodePng({ width, height, data }: Pixels): Buffer {
	const rows = Buffer.alloc(height * (width * 3 + 1));
	for (let row = 0, to = 0; row < height; row++) {
		// filter 1: each value as its difference from the pixel to the left
		rows[to++] = 1;
		for (let column = 0, from = row * width * 4; column < width; column++, from += 4) {
			for (let part = 0; part < 3; part++) {
				rows[to++] = data[from + part] - (column === 0 ? 0 : data[from + part - 4]);
			}
		}
	}
	const header = Buffer.alloc(13);
	header.writeUInt32BE(width, 0);
	header.writeUInt32BE(height, 4);
	header.set([8, 2], 8); // bits per value; red, green and blue
	return Buffer.concat([
		Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
		chunk('IHDR', header),
		chunk('IDAT', deflateSync(rows)),
		chunk('IEND', Buffer.alloc(0)),
	]);
}
