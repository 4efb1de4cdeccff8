import fc from 'fast-check';
import { stdout } from '../../simulator/platform';
import { simulate } from './simulate';
import { world } from './world';

const WORLDS = 1_000;
/** Seeds that are always the same: new worlds are played by `npm run test:simulate`. */
const SEEDS = [7, 23];

it.each(SEEDS)(
	'nothing is lost, swapped or paid for twice in the worlds of seed %d',
	async (seed) => {
		const result = await fc.check(
			fc.asyncProperty(world, async (one) => (await simulate(one)).complaints.length === 0),
			{ numRuns: WORLDS, seed },
		);
		const [smallest] = result.counterexample ?? [];
		if (smallest)
			stdout.write(`npm run test:simulate -- 1 ${seed} ${result.counterexamplePath ?? ''}\n`);
		expect(smallest && (await simulate(smallest)).complaints).toBeUndefined();
	},
	600_000,
);
