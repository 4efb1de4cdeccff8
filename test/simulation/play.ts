import fc from 'fast-check';
import { argv, cpuUsage, stdout } from '../../simulator/platform';
import { simulate } from './simulate';
import { world } from './world';
import { textOfWorld } from './worldText';

/** One line that a playing process writes: a batch of worlds that it has played. */
export interface Batch {
	seed: number;
	executions: number;
	worlds: number;
	cpuMs: number;
	failures: Array<{ world: string; complaints: string[] }>;
}

export const WORLDS_PER_BATCH = 100;

/**
 * Plays batches of worlds, each from a seed of its own, and writes a line of JSON after each:
 * `play.ts <first seed> <step> <batches>`.
 */
async function main(): Promise<void> {
	const [first, step, batches] = argv.map(Number);
	for (let batch = 0; batch < batches; batch++) {
		const seed = first + batch * step;
		const line: Batch = { seed, executions: 0, worlds: 0, cpuMs: 0, failures: [] };
		for (const one of fc.sample(world, { numRuns: WORLDS_PER_BATCH, seed })) {
			const { complaints, executions } = await simulate(one);
			line.executions += executions;
			line.worlds++;
			if (complaints.length > 0) line.failures.push({ world: textOfWorld(one), complaints });
		}
		const { user, system } = cpuUsage();
		line.cpuMs = Math.round((user + system) / 1_000);
		stdout.write(`${JSON.stringify(line)}\n`);
	}
}

void main();
