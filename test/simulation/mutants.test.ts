import { fs, join, projectDir } from '../../simulator/platform';
import { patched } from './bundle';
import { hunt } from './hunt';
import { mutants, patchesOf } from './mutants';
import { readTable } from './mutantTable';

it.each(mutants)('the code still has the place that breaks: $name', async (mutant) => {
	for (const patch of patchesOf(mutant)) {
		const text = await fs.readFile(join(projectDir, patch.file), 'utf8');
		expect(patched(text, patch)).not.toBe(text);
	}
});

it('the table of the mutants that were caught names each of the list, in its order', async () => {
	expect([...(await readTable()).keys()]).toEqual(mutants.map(({ name }) => name));
});

/** Those that the first worlds of a seed show. All of them are hunted by `npm run test:mutants`. */
const QUICK = [
	'a link to the input item is dropped',
	'a failed item is lost',
	'a timer is not cleared',
	'a failed run is a success',
	'Retry On Fail starts every run again',
	'the key goes to the host of the files',
];
const SEED = 1;
const MOST_EXECUTIONS = 250;

it.each(mutants.filter(({ name }) => QUICK.includes(name)))(
	'the simulation notices: $name',
	async (mutant) => {
		const { caught } = await hunt(mutant, SEED, MOST_EXECUTIONS);
		expect(caught?.complaints).not.toEqual([]);
		expect(caught).toBeDefined();
	},
	600_000,
);
