import fc from 'fast-check';
import { codeAlone } from './codeAlone';
import type { Product } from './products';
import { simulate, type Story } from './simulate';
import { world, type World } from './world';

/** Longest time that is spent on making a failure small. */
const LONGEST_MS = 120_000;

/** What a complaint is about, without names and numbers. */
export const kindOf = (complaint: string): string =>
	complaint
		.replace(/(deployment|run|exec|out)[-_]?\d+(_run-\d+)?/g, '$1')
		.replace(/\d+/g, 'n')
		.slice(0, 60);

/** Worlds of a kind, and what plays them. */
export interface Layer<W> {
	worlds: fc.Arbitrary<W>;
	simulate(one: W): Promise<Story>;
}

/** @param products what ships, loaded for each process that n8n may have */
export const layerOne = (products: readonly Product[]): Layer<World> => ({
	worlds: world,
	simulate: async (one) => await simulate(one, codeAlone(products)),
});

/** The smallest world found that has a complaint of the same kind. */
export async function shrunk<W>(found: W, complaint: string, layer: Layer<W>): Promise<W> {
	const kind = kindOf(complaint);
	const property = fc.asyncProperty(layer.worlds, async (one) => {
		const { complaints } = await layer.simulate(one);
		return !complaints.some((other) => kindOf(other) === kind);
	});
	const { counterexample } = await fc.check(property, {
		numRuns: 1,
		examples: [[found]],
		interruptAfterTimeLimit: LONGEST_MS,
	});
	return counterexample?.[0] ?? found;
}
