import { argv, exit, stdout } from '../../simulator/platform';
import type { Failure } from './play';
import { bundlePlayer, playIn } from './player';
import { bundleProduct, loadProducts, type Product } from './products';
import { codeAlone } from './codeAlone';
import { playAndReport } from './report';
import { layerOne, shrunk } from './shrink';
import { simulate } from './simulate';
import { textOfWorld, worldOfText } from './worldText';

/** As many as two cores have. */
const PROCESSES = 2;
/** A batch of a hundred worlds has about this many executions. */
const EXECUTIONS_PER_BATCH = 199;
const PROGRESS_EVERY = 50_000;

interface Total {
	executions: number;
	worlds: number;
	/** CPU time of each process. */
	cpuMs: Map<number, number>;
	failures: Failure[];
}

/** Plays so many executions, in several processes, up to the first failure unless all are wanted. */
async function playAll(executions: number, seed: number, isSurvey: boolean): Promise<Total> {
	const total: Total = { executions: 0, worlds: 0, cpuMs: new Map(), failures: [] };
	const batches = Math.max(1, Math.ceil(executions / EXECUTIONS_PER_BATCH));
	const processes = Math.min(PROCESSES, batches);
	const code = await bundlePlayer();
	let reported = 0;
	const isOver = () => total.executions >= executions || (!isSurvey && total.failures.length > 0);
	await Promise.all(
		Array.from({ length: processes }, async (_, place) => {
			const share = Math.ceil((batches * 1.1) / processes);
			const orders = {
				what: 'seeds' as const,
				first: seed + place,
				step: processes,
				batches: share,
			};
			await playIn(code, orders, (batch) => {
				if (isOver()) return true;
				total.executions += batch.executions;
				total.worlds += batch.worlds;
				total.cpuMs.set(place, batch.cpuMs);
				total.failures.push(...batch.failures);
				if (total.executions - reported >= PROGRESS_EVERY) {
					reported = total.executions;
					stdout.write(`${summary(total)}\n`);
				}
				return isOver();
			});
		}),
	);
	return total;
}

const summary = ({ executions, worlds, cpuMs, failures }: Total) => {
	const cpu = [...cpuMs.values()].reduce((sum, ms) => sum + ms, 0) / 1000;
	return `${executions} executions in ${worlds} worlds, ${cpu.toFixed(0)} s of CPU, ${failures.length} worlds with complaints, ${new Date().toISOString()}`;
};

/** Plays one world and prints its story. */
async function replay(text: string, products: readonly Product[]): Promise<number> {
	const { lines, complaints } = await simulate(worldOfText(text), codeAlone(products));
	stdout.write(
		`${lines().join('\n')}\n\n${complaints.join('\n') || 'Nothing to complain about'}\n`,
	);
	return complaints.length;
}

async function explain({ world, complaints }: Failure): Promise<void> {
	const products = loadProducts(await bundleProduct());
	const smallest = textOfWorld(await shrunk(worldOfText(world), complaints[0], layerOne(products)));
	stdout.write('\nThe smallest world that was found with this failure:\n\n');
	await replay(smallest, products);
	stdout.write(`\nAgain: npm run test:simulate -- replay '${smallest}'\n`);
}

/**
 * `npm run test:simulate -- [executions] [seed] [survey]`: exits 1 with the smallest story that it
 * finds; with `survey` it counts kinds of complaints instead of stopping at the first. `replay
 * <world>` plays one world.
 */
async function main(): Promise<void> {
	if (argv[0] === 'replay') {
		const products = loadProducts(await bundleProduct());
		exit((await replay(argv[1], products)) > 0 ? 1 : 0);
	}
	if (argv[0] === 'shrink') return await explain({ world: argv[1], complaints: [argv[2]] });
	await playAndReport({ usualExecutions: 10_000, playAll, summary, explain });
}

void main();
