import { type Mutant, patchesOf } from './mutants';
import type { Failure } from './play';
import { bundlePlayer, playIn } from './player';

/** Executions within which each mutant is to be caught. */
export const MOST_EXECUTIONS = 100_000;
/** Small batches, since what counts is how soon a mutant is caught. */
const WORLDS_PER_BATCH = 25;
/** More than enough: a batch has about 48 executions. */
const BATCHES = 3_000;

export interface Hunt {
	executions: number;
	cpuMs: number;
	/** Undefined: nothing was noticed. */
	caught: Failure | undefined;
}

/** Plays worlds on broken code until something is wrong. */
export async function hunt(mutant: Mutant, seed: number, most = MOST_EXECUTIONS): Promise<Hunt> {
	const code = await bundlePlayer(patchesOf(mutant));
	const result: Hunt = { executions: 0, cpuMs: 0, caught: undefined };
	const orders = {
		what: 'seeds' as const,
		...{ first: seed, step: 1, batches: BATCHES, worldsPerBatch: WORLDS_PER_BATCH },
	};
	await playIn(code, orders, (batch) => {
		result.executions += batch.executions;
		result.cpuMs = batch.cpuMs;
		[result.caught] = batch.failures;
		return result.caught !== undefined || result.executions >= most;
	});
	return result;
}
