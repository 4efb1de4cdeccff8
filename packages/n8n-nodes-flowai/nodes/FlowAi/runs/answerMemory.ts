import { createHash } from 'crypto';
import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import { isTool } from '../../../../../nodes/core/items/agentTool';
import { recordOf } from '../../../../../nodes/core/json';

/**
 * What is known of a request of this node's item: its answer, or that it may have run although no
 * answer came.
 */
export type RememberedAnswer = { answer: IDataObject } | 'uncertain';

/**
 * What became of this node's requests, kept while n8n may run the node again for all items ("Retry
 * On Fail"): a request that was answered, or may have run, is not sent and paid for again. n8n
 * stores it with the execution, so it is kept for nodes with that setting only.
 */
export interface AnswerMemory {
	get(itemIndex: number, request: unknown): RememberedAnswer | undefined;
	keep(itemIndex: number, request: unknown, remembered: RememberedAnswer): void;
	/** All items are done. What other runs of the node remember stays. */
	clear(): void;
}

const KEY = 'answers';
const UNCERTAIN = 'uncertain';

/**
 * @param runIndex the run of the node that the items belong to: in a loop it runs again for other
 * items
 */
export function openAnswerMemory(context: IExecuteFunctions, runIndex: number): AnswerMemory {
	const store = context.getContext('node');
	const isRetried = context.getNode().retryOnFail === true;
	// Each try of a tool has a run index of its own, so its requests are distinguished by their
	// content.
	const place = (itemIndex: number) => (isTool(context) ? 'tool' : `${runIndex}/${itemIndex}`);
	const keyOf = (itemIndex: number, request: unknown) =>
		`${place(itemIndex)}/${createHash('sha256').update(JSON.stringify(request)).digest('base64url')}`;
	const used = new Set<string>();
	return {
		get: (itemIndex, request) => {
			const key = keyOf(itemIndex, request);
			used.add(key);
			const known = recordOf(store[KEY])?.[key];
			if (known === UNCERTAIN) return UNCERTAIN;
			const answer = recordOf(recordOf(known)?.answer);
			return answer && { answer: answer as IDataObject };
		},
		keep: (itemIndex, request, remembered) => {
			const key = keyOf(itemIndex, request);
			used.add(key);
			if (isRetried) store[KEY] = { ...recordOf(store[KEY]), [key]: remembered };
		},
		clear: () => {
			const known = recordOf(store[KEY]);
			if (known === undefined) return;
			const rest = Object.entries(known).filter(([key]) => !used.has(key));
			if (rest.length > 0) store[KEY] = Object.fromEntries(rest) as IDataObject;
			else delete store[KEY];
		},
	};
}
