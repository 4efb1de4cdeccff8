import { argv, exit, fs, join, stdout, tmpdir } from '../../../simulator/platform';
import { mutants } from '../mutants';
import type { Batch } from '../play';
import { brokenPackage } from './brokenPackage';
import { startWorker } from './worker';

/** Executions within which each is to be caught. */
const MOST = 2_000;
const BATCHES = 60;

/**
 * `npm run test:mutants -- engine [seed] [words]`: after how many executions on n8n's engine each
 * fault was noticed. Exits 1 when one is not.
 */
async function main(): Promise<void> {
	const seed = argv[0] ?? '1';
	const words = argv.slice(1).join(' ');
	const folder = await fs.mkdtemp(join(tmpdir(), 'mutants-'));
	const file = join(folder, 'code.js');
	let missed = 0;
	for (const mutant of mutants.filter(({ name }) => name.includes(words))) {
		await fs.writeFile(file, await brokenPackage(mutant));
		let executions = 0;
		let caught: Batch['failures'][number] | undefined;
		await startWorker(['batches', seed, '1', `${BATCHES}`, file], (line, stop) => {
			if (caught !== undefined) return;
			const batch = JSON.parse(line) as Batch;
			executions += batch.executions;
			[caught] = batch.failures;
			if (caught !== undefined || executions >= MOST) stop();
		});
		if (caught === undefined) missed++;
		const result =
			caught === undefined
				? `NOT CAUGHT in ${executions}`
				: `${executions} executions: ${caught.complaints[0]}`;
		stdout.write(`${mutant.name}: ${result.slice(0, 200)}\n`);
		if (caught) stdout.write(`    ${caught.world}\n`);
	}
	await fs.rm(folder, { recursive: true });
	exit(missed > 0 ? 1 : 0);
}

void main();
