import { createHash } from '../platform';
import { createRandom } from '../random';
import { paletteFor, type Colour } from './colours';
import { encodePng, type Pixels } from './encodePng';
import { landscape, lights, marble, type Scene } from './scenes';

export function paint(width: number, height: number, scene: Scene): Pixels {
	const data = new Uint8Array(width * height * 4);
	for (let row = 0; row < height; row++) {
		for (let column = 0; column < width; column++) {
			const at = (row * width + column) * 4;
			const colour = scene(column / width, row / height);
			data[at] = colour[0];
			data[at + 1] = colour[1];
			data[at + 2] = colour[2];
			data[at + 3] = 255;
		}
	}
	return { width, height, data };
}

/**
 * A number derived from a text: always the same for the same text, and hardly ever the same for
 * another.
 */
export const seedOf = (text: string): number =>
	createHash('sha256').update(text).digest().readUInt32BE(0);

/** Colours for a text. */
export const coloursFor = (text: string): Colour[] =>
	paletteFor(text, createRandom(seedOf(text)).fraction());

const kinds = [landscape, marble, lights, landscape];

/**
 * What the words look like: always the same for the same words and seed, and different for others.
 */
export function sceneFor(text: string, seed: number): Scene {
	const random = createRandom(seedOf(`${text}\n${seed}`));
	const isView =
		/mountain|hill|landscape|sunset|sunrise|forest|desert|valley|village|castle|sea\b|lake|house/i.test(
			text,
		);
	const draw = isView ? landscape : random.pick(kinds);
	return draw(random, paletteFor(text, random.fraction()));
}

/** A PNG of 256 by 256 pixels. */
export const picture = (text: string, seed = 0): Buffer =>
	encodePng(paint(256, 256, sceneFor(text, seed)));
