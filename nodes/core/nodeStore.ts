import type { IDataObject, IExecuteFunctions } from 'n8n-workflow';

/**
 * One entry of what n8n stores with an execution, as JSON; it is there again after a retry, a
 * resume and a restart.
 */
export interface NodeStore<T extends object> {
	get(): T | undefined;
	/** The entry, made empty where there is none: for records that are changed in place. */
	open(): T;
	set(value: T): void;
	clear(): void;
}

/**
 * The one place that casts between n8n's untyped store and our types.
 * @param scope `node`: this node's entry; `flow`: shared by all nodes of the execution
 */
export function nodeStore<T extends object>(
	context: Pick<IExecuteFunctions, 'getContext'>,
	key: string,
	scope: 'node' | 'flow' = 'node',
): NodeStore<T> {
	const store = context.getContext(scope);
	return {
		get: () => store[key] as unknown as T | undefined,
		open: () => (store[key] ??= {}) as unknown as T,
		set: (value) => {
			store[key] = asJson(value);
		},
		clear: () => {
			delete store[key];
		},
	};
}

/** An object of ours that holds JSON only, as n8n's type for that. */
export function asJson(value: object): IDataObject {
	return value as unknown as IDataObject;
}
