import fc from 'fast-check';
import { stdout } from '../../simulator/platform';
import { simulate } from './simulate';
import { world, type World } from './world';
import { textOfWorld, worldOfText } from './worldText';

const WORLDS = 100;
/** Seeds that are always the same. */
const SEEDS = [1, 2];
/** More new worlds are played by `npm run test:simulate`. */
const FRESH = Date.now() % 2 ** 30;
const FRESH_WORLDS = 60;

const worldsOf = (seed: number, numRuns: number) => fc.sample(world, { numRuns, seed });

/** Complaints about a world, with the command that plays it again. */
async function complaintsAbout(one: World): Promise<string[]> {
	const { complaints } = await simulate(one);
	if (complaints.length === 0) return [];
	return [...complaints, `npm run test:simulate -- replay '${textOfWorld(one)}'`];
}

it.each(SEEDS)(
	'nothing is lost, swapped or paid for twice in the worlds of seed %d',
	async (seed) => {
		for (const one of worldsOf(seed, WORLDS)) expect(await complaintsAbout(one)).toEqual([]);
	},
	600_000,
);

// What a new seed finds is printed, and becomes a row below once it is understood.
it('plays worlds of a new seed, and prints what it finds', async () => {
	let played = 0;
	for (const one of worldsOf(FRESH, FRESH_WORLDS)) {
		const complaints = await complaintsAbout(one);
		if (complaints.length > 0) stdout.write(`${complaints.join('\n')}\n`);
		played++;
	}
	stdout.write(`Simulation: ${played} worlds of the new seed ${FRESH}\n`);
	expect(played).toBe(FRESH_WORLDS);
}, 600_000);

const OTHERS =
	'"others":[{"atMs":0,"prompt":"a","group":"other"},{"atMs":0,"prompt":"a","group":"other"}]';

/** The smallest worlds of faults that the simulation found. */
it.each([
	[
		'a list shows a run twice on one page: Get Many shows it once',
		`{"service":{"isDoubling":true},"executions":[{"operation":"run.getMany"}],${OTHERS}}`,
	],
	[
		'a list shows a run twice on one page: it counts once in its group',
		`{"service":{"isDoubling":true},"executions":[{"operation":"group.get"}],${OTHERS}}`,
	],
	[
		'a list shows a run twice on one page: the group’s outputs are handed out once',
		`{"service":{"isDoubling":true},"executions":[{"operation":"group.wait"}],${OTHERS}}`,
	],
	[
		'outputs that cannot be read after the end are a failure, not a success without files',
		`{"service":{"outputsLateMs":5000},"workMs":200,"outages":[{"fromMs":2000,"lengthMs":200000,"fate":"504Done","kind":"read"}],"executions":[{"operation":"run.wait","startMs":10}],${OTHERS}}`,
	],
	[
		'a time limit that was let go has no listener any more',
		`{"workMs":200,"executions":[{"operation":"run.get"}],${OTHERS}}`,
	],
])('%s', async (_, text) => {
	expect(await complaintsAbout(worldOfText(text))).toEqual([]);
});

it('plays the same world in the same way each time', async () => {
	const [one] = worldsOf(5, 1);
	const stories = [await simulate(one), await simulate(worldOfText(textOfWorld(one)))];
	expect(stories[1].lines()).toEqual(stories[0].lines());
});
