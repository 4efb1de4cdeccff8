import fc from 'fast-check';
import { stdout } from '../../simulator/platform';
import { simulate } from './simulate';
import { shrunk } from './shrink';
import { world } from './world';
import { textOfWorld, worldOfText } from './worldText';

const WORLDS = 300;
/** Two seeds that are always the same, and a new one. */
const FRESH = Date.now() % 2 ** 30;
const SEEDS = [7, 23, FRESH];

it.each(SEEDS)(
	'nothing is lost, swapped or paid for twice in the worlds of seed %d',
	async (seed) => {
		for (const one of fc.sample(world, { numRuns: WORLDS, seed })) {
			const { complaints } = await simulate(one);
			if (complaints.length === 0) continue;
			const smallest = await shrunk(one, complaints[0]);
			stdout.write(`npm run test:simulate -- replay '${textOfWorld(smallest)}'\n`);
			expect((await simulate(smallest)).lines().join('\n')).toBe('');
		}
	},
	600_000,
);

it('plays the same world in the same way each time', async () => {
	const [one] = fc.sample(world, { numRuns: 1, seed: 5 });
	const stories = [await simulate(one), await simulate(worldOfText(textOfWorld(one)))];
	expect(stories[1].lines()).toEqual(stories[0].lines());
});
