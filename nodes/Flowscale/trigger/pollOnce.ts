import type { IPollFunctions } from 'n8n-workflow';

const underWay = new Set<string>();
const activations = new WeakSet<object>();

/**
 * n8n's scheduler starts a poll although the one before it is still going. The second has nothing
 * to add: it ends at once, and what it would have found comes with the next.
 */
export async function withoutOverlap<T>(
	context: IPollFunctions,
	poll: () => Promise<T>,
): Promise<T | null> {
	const key = JSON.stringify([context.getWorkflow().id, context.getNode().id]);
	if (underWay.has(key)) return null;
	underWay.add(key);
	try {
		return await poll();
	} finally {
		underWay.delete(key);
	}
}

/**
 * Whether this is the first poll since the user switched the workflow on. n8n tells every poll of
 * an activation the same mode, but hands all of them one context (or, where it makes one for each
 * poll, at least one store).
 */
export function isFirstPoll(context: IPollFunctions, store: object): boolean {
	const isKnown = activations.has(context) || activations.has(store);
	activations.add(context).add(store);
	return !isKnown && context.getActivationMode() === 'activate';
}
