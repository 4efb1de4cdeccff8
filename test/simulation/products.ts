import { compileFunction } from '../../simulator/platform';
import { bundle, type Patch } from './bundle';

/** What ships, loaded into one process of n8n's. */
export type Product = typeof import('./shipped');

/** n8n's process is killed twice at the most, and there is one more after that. */
const PROCESSES = 3;

/**
 * What ships, once for each process that n8n may have in a world: a process that was killed keeps
 * nothing in the variables of its modules. The next world may use the same ones, since it has a
 * deployment of its own.
 * @param code as `bundleProduct` made it
 */
export function loadProducts(code: string): Product[] {
	return Array.from({ length: PROCESSES }, () => {
		const module = { exports: {} };
		const load = compileFunction(code, ['module', 'exports', 'require']) as (
			...parts: unknown[]
		) => void;
		load(module, module.exports, require);
		return module.exports as Product;
	});
}

/** @param patches what is broken on purpose */
export const bundleProduct = async (patches: readonly Patch[] = []): Promise<string> =>
	await bundle('shipped.ts', patches);
