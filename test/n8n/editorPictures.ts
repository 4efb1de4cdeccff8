import type { Check } from './check';
import type { Generation } from './generations';
import { imagesFolder, isDrawing, madeFromFile, readMadeFrom } from './madeFrom';
import { argv, deepEqual, equal, fs } from './platform';

/**
 * `suite.ts n8n-2 editor pictures` renews the pictures of the documentation; other runs leave them
 * alone.
 */
export const isRenewing = ({ name }: Generation) => argv.includes('pictures') && name === 'n8n-2';

/**
 * Notes what the pictures were made from, once all of them are new: a test of the house fails when
 * that has changed since.
 */
export const noteOrigin = (takenNow: () => string[], failuresNow: () => number): Check => ({
	name: 'every screenshot of the documentation is new, and what it was made from is noted',
	run: async () => {
		equal(failuresNow(), 0, 'some checks failed, so some pictures are old');
		const there = (await fs.readdir(imagesFolder)).filter(
			(file) => file.endsWith('.png') && !isDrawing(file),
		);
		deepEqual(
			there.sort(),
			takenNow()
				.map((name) => `${name}.png`)
				.sort(),
		);
		await fs.writeFile(madeFromFile, `${JSON.stringify(await readMadeFrom(), null, '\t')}\n`);
	},
});
