import { runExecution } from './execution';
import type { Product } from './products';
import { installSignals } from './signals';
import type { CreateActor } from './simulate';
import { pollerOnContext } from './trigger';

/**
 * The shipped code alone, on an imitation of n8n's context.
 * @param products what ships, loaded for each process that n8n may have
 */
export const codeAlone =
	(products: readonly Product[]): CreateActor =>
	(time) => {
		const signals = installSignals(time);
		return {
			runExecution: async (parts) => await runExecution(parts, products),
			createPoller: pollerOnContext(products),
			openTimers: signals.open,
			leave: signals.uninstall,
		};
	};
