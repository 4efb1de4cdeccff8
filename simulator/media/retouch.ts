import { PNG } from 'pngjs';
import { createRandom } from '../random';
import { along, mix, type Colour } from './colours';
import { encodePng, type Pixels } from './encodePng';
import { coloursFor, paint, sceneFor, seedOf } from './picture';
import type { Scene } from './scenes';

// see noise.ts for why these are looked up once
const { floor, max, min } = Math;

const largestSide = 4096;

/** The pixels of a PNG, or undefined for anything else. */
function decode(bytes: Buffer): Pixels | undefined {
	const isPng = bytes.subarray(1, 4).toString('latin1') === 'PNG' && bytes.length > 24;
	if (!isPng || bytes.readUInt32BE(16) > largestSide || bytes.readUInt32BE(20) > largestSide)
		return undefined;
	try {
		return PNG.sync.read(bytes);
	} catch {
		return undefined;
	}
}

/**
 * What was uploaded, as a scene: the picture itself if it is a PNG, else one that its digest stands
 * for.
 */
export function uploadedScene(upload: { head: Buffer; sha256: string }): Scene {
	const pixels = decode(upload.head);
	if (!pixels) return sceneFor(upload.sha256, 0);
	const { width, height, data } = pixels;
	return (x, y): Colour => {
		const column = min(width - 1, max(0, floor(x * width)));
		const row = min(height - 1, max(0, floor(y * height)));
		const at = (row * width + column) * 4;
		return [data[at], data[at + 1], data[at + 2]];
	};
}

/** A PNG of 256 by 256 pixels: the scene in mosaic, in the colours of the prompt. */
export function retouch(scene: Scene, prompt: string): Buffer {
	const colours = [...coloursFor(prompt)].reverse();
	const tiles = createRandom(seedOf(prompt)).between(22, 44);
	return encodePng(
		paint(256, 256, (x, y) => {
			const column = floor(x * tiles);
			const row = floor(y * tiles);
			const colour = scene((column + 0.5) / tiles, (row + 0.5) / tiles);
			const brightness = (0.3 * colour[0] + 0.59 * colour[1] + 0.11 * colour[2]) / 255;
			const toned = mix(colour, along(colours, brightness), 0.7);
			// a light upper left edge lets the tiles stand out
			const isEdge = x * tiles - column < 0.1 || y * tiles - row < 0.1;
			return isEdge ? mix(toned, [255, 255, 255], 0.18) : toned;
		}),
	);
}
