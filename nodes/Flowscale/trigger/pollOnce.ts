import type { IPollFunctions } from 'n8n-workflow';

const inProgress = new Set<string>();
const activations = new WeakSet<object>();

/**
 * n8n's scheduler starts a poll even while the previous one is still running. The second poll
 * returns nothing at once; whatever it would have found is reported by the next poll.
 */
export async function withoutOverlap<T>(
	context: IPollFunctions,
	poll: () => Promise<T>,
): Promise<T | null> {
	const key = JSON.stringify([context.getWorkflow().id, context.getNode().id]);
	if (inProgress.has(key)) return null;
	inProgress.add(key);
	try {
		return await poll();
	} finally {
		inProgress.delete(key);
	}
}

/**
 * Whether this is the first poll since the user activated the workflow. n8n passes the same mode to
 * every poll of an activation, but all of these polls share one context or, where n8n makes a
 * context for each poll, one store.
 */
export function isFirstPoll(context: IPollFunctions, store: object): boolean {
	const isKnown = activations.has(context) || activations.has(store);
	activations.add(context).add(store);
	return !isKnown && context.getActivationMode() === 'activate';
}
