import fc from 'fast-check';
import { argv, cpuUsage, exit, fs, stdout } from '../../../simulator/platform';
import type { Batch } from '../play';
import { shrunk } from '../shrink';
import { createSimulation, type SimulateEngine } from './simulateEngine';
import { engineWorld, engineWorldOfText, textOfEngineWorld } from './world';

const WORLDS_PER_BATCH = 25;

async function playBatches(simulate: SimulateEngine, numbers: readonly number[]): Promise<void> {
	const [first, step, batches] = numbers;
	for (let batch = 0; batch < batches; batch++) {
		const seed = first + batch * step;
		const line: Batch = { seed, executions: 0, worlds: 0, cpuMs: 0, failures: [] };
		for (const one of fc.sample(engineWorld, { numRuns: WORLDS_PER_BATCH, seed })) {
			const { complaints, executions } = await simulate(one);
			line.executions += executions;
			line.worlds++;
			if (complaints.length > 0) line.failures.push({ world: textOfEngineWorld(one), complaints });
		}
		const { user, system } = cpuUsage();
		line.cpuMs = Math.round((user + system) / 1_000);
		stdout.write(`${JSON.stringify(line)}\n`);
	}
}

/** A world to be played, perhaps on code that is broken on purpose. */
export interface Listed {
	world: string;
	/** Code in the place of what was built, for all nodes. */
	code?: string;
}

export interface Played {
	complaints: string[];
	lines: string[];
}

async function playListed(file: string): Promise<void> {
	const list = JSON.parse(await fs.readFile(file, 'utf8')) as Listed[];
	for (const { world, code } of list) {
		const simulate = await createSimulation(code);
		const { complaints, lines } = await simulate(engineWorldOfText(world));
		stdout.write(`${JSON.stringify({ complaints, lines: lines() } satisfies Played)}\n`);
	}
}

async function replay(simulate: SimulateEngine, text: string): Promise<number> {
	const { lines, complaints } = await simulate(engineWorldOfText(text));
	stdout.write(
		`${lines().join('\n')}\n\n${complaints.join('\n') || 'Nothing to complain about'}\n`,
	);
	return complaints.length;
}

async function explain(simulate: SimulateEngine, text: string, complaint: string): Promise<void> {
	const smallest = await shrunk(engineWorldOfText(text), complaint, {
		worlds: engineWorld,
		simulate,
	});
	const small = textOfEngineWorld(smallest);
	stdout.write('\nThe smallest world that was found with this failure:\n\n');
	await replay(simulate, small);
	stdout.write(`\nAgain: npm run test:simulate -- engine replay '${small}'\n`);
}

/**
 * `play.ts batches <first seed> <step> <batches> [code]` writes a line of JSON after each batch, `plays
 * <file>` one for each world of a file; `replay <world>` and `explain <world> <complaint>` write a
 * story.
 */
async function main(): Promise<void> {
	const [task, ...given] = argv;
	if (task === 'plays') await playListed(given[0]);
	const code =
		task === 'batches' && given.length > 3 ? await fs.readFile(given[3], 'utf8') : undefined;
	const simulate = await createSimulation(code);
	if (task === 'replay') exit((await replay(simulate, given[0])) > 0 ? 1 : 0);
	if (task === 'explain') await explain(simulate, given[0], given[1]);
	if (task === 'batches') await playBatches(simulate, given.slice(0, 3).map(Number));
	exit(0);
}

void main();
