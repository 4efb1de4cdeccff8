import fc from 'fast-check';
import { argv, cpuUsage, stdout } from '../../simulator/platform';
import { codeAlone } from './codeAlone';
import { loadProducts, type Product } from './products';
import { simulate } from './simulate';
import { world, type World } from './world';
import { textOfWorld, worldOfText } from './worldText';

/** One line that a playing process writes: worlds that it has played. */
export interface Batch {
	seed?: number;
	executions: number;
	worlds: number;
	/** CPU time of the process so far. */
	cpuMs: number;
	failures: Failure[];
}

export interface Failure {
	world: string;
	complaints: string[];
	/** What happened, line by line; only of worlds that were named. */
	story?: string[];
}

/** What a playing process is to do. */
export type Orders =
	| { what: 'seeds'; first: number; step: number; batches: number; worldsPerBatch?: number }
	/** Worlds as texts; a line for each, with its story. */
	| { what: 'worlds'; worlds: string[] };

export const WORLDS_PER_BATCH = 100;

/** The code of what ships, put here when this file is bundled. */
declare const SHIPPED_CODE: string;

async function playBatch(
	products: readonly Product[],
	worlds: readonly World[],
	hasStory = false,
): Promise<Batch> {
	const batch: Batch = { executions: 0, worlds: worlds.length, cpuMs: 0, failures: [] };
	for (const one of worlds) {
		const { complaints, executions, lines } = await simulate(one, codeAlone(products));
		batch.executions += executions;
		if (hasStory) batch.failures.push({ world: textOfWorld(one), complaints, story: lines() });
		else if (complaints.length > 0) batch.failures.push({ world: textOfWorld(one), complaints });
	}
	const { user, system } = cpuUsage();
	batch.cpuMs = Math.round((user + system) / 1_000);
	return batch;
}

/** Plays what it is ordered to, and writes a line of JSON after each batch. */
async function main(): Promise<void> {
	const orders = JSON.parse(argv[0]) as Orders;
	const products = loadProducts(SHIPPED_CODE);
	const write = (batch: Batch) => stdout.write(`${JSON.stringify(batch)}\n`);
	if (orders.what === 'worlds') {
		for (const text of orders.worlds) write(await playBatch(products, [worldOfText(text)], true));
		return;
	}
	const { first, step, batches, worldsPerBatch = WORLDS_PER_BATCH } = orders;
	for (let batch = 0; batch < batches; batch++) {
		const seed = first + batch * step;
		write(await playBatch(products, fc.sample(world, { numRuns: worldsPerBatch, seed })));
	}
}

void main();
