import { argv, execPath, exit, projectDir, spawn, stdout } from '../../simulator/platform';
import { bundle } from './bundle';
import type { Batch } from './play';
import { mutants } from './mutants';

/** Executions within which each is to be caught. */
const MOST = 100_000;
const BATCHES = 600;

/** Plays worlds on broken code until something is wrong; undefined: nothing was noticed. */
async function hunt(code: string, seed: number) {
	const child = spawn(execPath, ['-', String(seed), '1', String(BATCHES)], {
		stdio: ['pipe', 'pipe', 'inherit'],
		cwd: projectDir,
	});
	child.stdin.end(code);
	let [executions, rest, cpuMs] = [0, '', 0];
	let caught: Batch['failures'][number] | undefined;
	child.stdout.setEncoding('utf8').on('data', (text: string) => {
		const lines = (rest + text).split('\n');
		rest = lines.pop() ?? '';
		for (const line of lines) {
			const batch = JSON.parse(line) as Batch;
			if (caught !== undefined) return;
			executions += batch.executions;
			cpuMs = batch.cpuMs;
			[caught] = batch.failures;
		}
		if (caught !== undefined || executions >= MOST) child.kill();
	});
	await new Promise<void>((resolve) => child.once('close', () => resolve()));
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
		const { caught, executions, cpuMs } = await hunt(await bundle('play.ts', [mutant]), seed);
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
