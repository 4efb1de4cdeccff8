import { bundle } from '../bundle';
import { type Mutant, patchesOf } from '../mutants';

/** The code that the package's nodes share, with a fault in it, as the build would have made it. */
export const brokenPackage = async (mutant: Mutant): Promise<string> =>
	await bundle('engine/shippedNodes.ts', patchesOf(mutant));
