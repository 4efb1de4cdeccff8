import { createHash } from 'crypto';
import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';
import { recordOf } from '../../../../../nodes/core/json';

/**
 * Answers of this node's items, kept while n8n may run the node again for all of them ("Retry On Fail"): what was answered
 * once is not asked, and paid, again. n8n stores it with the execution, so it is kept for nodes with that setting only.
 */
export interface AnswerMemory {
	get(itemIndex: number, request: unknown): IDataObject | undefined;
	keep(itemIndex: number, request: unknown, answer: IDataObject): void;
	/** All items are done. */
	clear(): void;
}

const KEY = 'answers';

export function openAnswerMemory(context: IExecuteFunctions, runIndex: number): AnswerMemory {
	const store = context.getContext('node');
	const isRetried = context.getNode().retryOnFail === true;
	const keyOf = (itemIndex: number, request: unknown) =>
		`${runIndex}/${itemIndex}/${createHash('sha256').update(JSON.stringify(request)).digest('base64url')}`;
	return {
		get: (itemIndex, request) =>
			recordOf(recordOf(store[KEY])?.[keyOf(itemIndex, request)]) as IDataObject | undefined,
		keep: (itemIndex, request, answer) => {
			if (isRetried) store[KEY] = { ...recordOf(store[KEY]), [keyOf(itemIndex, request)]: answer };
		},
		clear: () => {
			delete store[KEY];
		},
	};
}
