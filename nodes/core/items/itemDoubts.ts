import type { ItemFailures } from './itemFailures';

/**
 * By item, what only the service can answer about its parameters. An operation adds to it while it
 * prepares the item, and all are settled before any item begins.
 */
export type Doubts = Map<number, () => Promise<void>>;

/**
 * Settles them one after the other, up to the first failure that ends the node.
 * @param isOpen whether the item has not begun yet
 * @param onFailed called for each item that will not begin, while the node continues
 */
export async function settleDoubts(
	doubts: Doubts | undefined,
	failures: ItemFailures,
	isOpen: (index: number) => boolean,
	onFailed: () => void = () => undefined,
): Promise<void> {
	for (const [index, settle] of doubts ?? []) {
		if (!isOpen(index) || failures.texts.has(index)) continue;
		await failures.attempt(index, settle);
		if (failures.fatal()) break;
		if (failures.texts.has(index)) onFailed();
	}
	doubts?.clear();
}
