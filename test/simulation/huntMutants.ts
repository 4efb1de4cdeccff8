import { argv, exit, stdout } from '../../simulator/platform';
import { hunt } from './hunt';
import { mutants } from './mutants';
import { writeRow } from './mutantTable';

/**
 * `npm run test:mutants -- [seed] [words]`: hunts the mutants whose names have these words, and
 * writes into mutants.md after how many executions each was caught. Exits 1 when one is not.
 */
async function main(): Promise<void> {
	const seed = Number(argv[0] ?? 1);
	const words = argv.slice(1).join(' ');
	let missed = 0;
	for (const mutant of mutants.filter(({ name }) => name.includes(words))) {
		const found = await hunt(mutant, seed);
		const { caught, executions, cpuMs } = found;
		if (caught === undefined) missed++;
		const result =
			caught === undefined
				? `NOT CAUGHT in ${executions}`
				: `${executions} executions, ${(cpuMs / 1000).toFixed(1)} s: ${caught.complaints[0]}`;
		stdout.write(`${mutant.name}: ${result.slice(0, 200)}\n`);
		if (caught) stdout.write(`    ${caught.world}\n`);
		await writeRow(mutant.name, seed, found);
	}
	exit(missed > 0 ? 1 : 0);
}

void main();
