import { type Mutant, patchesOf } from './mutants';
import type { Batch, Failure } from './play';
import { bundlePlayer, playIn } from './player';
import { kindOf } from './shrink';

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

/**
 * Plays worlds on broken code until something is wrong that the unbroken code does right in the
 * same world.
 */
export async function hunt(mutant: Mutant, seed: number, most = MOST_EXECUTIONS): Promise<Hunt> {
	const [broken, whole] = await Promise.all([bundlePlayer(patchesOf(mutant)), bundlePlayer()]);
	const result: Hunt = { executions: 0, cpuMs: 0, caught: undefined };
	let played = 0;
	while (result.caught === undefined && result.executions < most && played < BATCHES) {
		const suspects = await playUntilFailure(broken, seed + played, (batch) => {
			played++;
			result.executions += batch.executions;
			return result.executions >= most;
		});
		result.cpuMs += suspects.cpuMs;
		result.caught = await firstOfMutant(suspects.failures, whole);
	}
	return result;
}

/** Plays batches of worlds up to the first one with a failure, or until no more are wanted. */
async function playUntilFailure(
	code: string,
	first: number,
	onBatch: (batch: Batch) => boolean,
): Promise<Pick<Batch, 'failures' | 'cpuMs'>> {
	let last: Pick<Batch, 'failures' | 'cpuMs'> = { failures: [], cpuMs: 0 };
	const orders = {
		what: 'seeds' as const,
		...{ first, step: 1, batches: BATCHES, worldsPerBatch: WORLDS_PER_BATCH },
	};
	await playIn(code, orders, (batch) => {
		last = batch;
		return onBatch(batch) || batch.failures.length > 0;
	});
	return last;
}

/** The first failure with a complaint of a kind that the unbroken code gives no reason for. */
async function firstOfMutant(
	failures: readonly Failure[],
	whole: string,
): Promise<Failure | undefined> {
	for (const { world, complaints } of failures) {
		const known = new Set<string>();
		await playIn(whole, { what: 'worlds', worlds: [world] }, (batch) => {
			for (const failure of batch.failures)
				failure.complaints.map(kindOf).forEach((kind) => known.add(kind));
			return false;
		});
		const ofMutant = complaints.filter((complaint) => !known.has(kindOf(complaint)));
		if (ofMutant.length > 0) return { world, complaints: ofMutant };
	}
	return undefined;
}
