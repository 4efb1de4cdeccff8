import { argv, exit, stdout } from '../../simulator/platform';
import type { Failure } from './play';
import { bundlePlayer, playIn } from './player';
import { mutants } from './mutants';

/** Executions within which each is to be caught. */
const MOST = 100_000;
const BATCHES = 600;

/** Plays worlds on broken code until something is wrong; `caught` undefined: nothing was noticed. */
async function hunt(code: string, seed: number) {
	let [executions, cpuMs] = [0, 0];
	let caught: Failure | undefined;
	await playIn(code, { what: 'seeds', first: seed, step: 1, batches: BATCHES }, (batch) => {
		executions += batch.executions;
		cpuMs = batch.cpuMs;
		[caught] = batch.failures;
		return caught !== undefined || executions >= MOST;
	});
	return { caught, executions, cpuMs };
}

/**
 * `npm run test:mutants -- [seed] [words]`: a table of the mutants with the executions after which
 * each was caught. Exits 1 when one is not.
 */
async function main(): Promise<void> {
	const seed = Number(argv[0] ?? 1);
	const words = argv.slice(1).join(' ');
	let missed = 0;
	for (const mutant of mutants.filter(({ name }) => name.includes(words))) {
		const { caught, executions, cpuMs } = await hunt(await bundlePlayer([mutant]), seed);
		if (caught === undefined) missed++;
		const result =
			caught === undefined
				? `NOT CAUGHT in ${executions}`
				: `${executions} executions, ${(cpuMs / 1000).toFixed(1)} s: ${caught.complaints[0]}`;
		stdout.write(`${mutant.name}: ${result.slice(0, 200)}\n`);
		if (caught) stdout.write(`    ${caught.world}\n`);
	}
	exit(missed > 0 ? 1 : 0);
}

void main();
