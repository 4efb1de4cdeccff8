import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { Clock } from '../async/clock';
import { type LinkedSignal, onAbort } from '../async/signals';
import { ExecutionCancelledError, failureText, toNodeError } from '../errors';
import type { ItemOutput } from './operation';

/**
 * Grace period for requests that are in progress when the node ends, such as a start that is being
 * answered.
 */
const SHUTDOWN_GRACE_PERIOD_MS = 10_000;

/** The failure that ends the node, and the item that it is about. */
export interface FatalFailure {
	error: unknown;
	index: number;
}

/**
 * The policy for failed items, waiting in the execution or suspended. Where the node continues on
 * errors, a failed item becomes `{ error: text }` and the others continue. Otherwise, and when the
 * execution was stopped, the first failure ends the node.
 */
export interface ItemFailures {
	/** Texts of the items that failed while the node continues, by index. */
	texts: Map<number, string>;
	/**
	 * Runs one item's task. A failure is recorded, and the result is undefined.
	 * @param explain what is recorded of an error, where it is not the error itself
	 */
	attempt<T>(
		index: number,
		task: () => T | Promise<T>,
		explain?: (error: unknown) => unknown,
	): Promise<T | undefined>;
	record(error: unknown, index: number): void;
	fatal(): FatalFailure | undefined;
	/** @throws NodeApiError | NodeOperationError when a failure or a stop has ended the node */
	throwIfFatal(): void;
}

/** What a user should know of the other items when the failure of this one ends the node. */
export type DescribeOthers = (failedIndex: number) => string | undefined;

/** @param abort aborted by the first failure that ends the node, so that no item outlives it */
export function createItemFailures(
	context: IExecuteFunctions,
	abort: LinkedSignal,
	describeOthers: DescribeOthers = () => undefined,
): ItemFailures {
	const isTolerant = context.continueOnFail();
	const texts = new Map<number, string>();
	let fatal: FatalFailure | undefined;
	const record = (error: unknown, index: number) => {
		if (isTolerant && !(error instanceof ExecutionCancelledError)) {
			texts.set(index, failureText(error));
			return;
		}
		fatal ??= { error, index };
		abort.abort();
	};
	// After Stop they are cancelled, or were to be left alone.
	const othersThan = ({ error, index }: FatalFailure) =>
		error instanceof ExecutionCancelledError ? undefined : describeOthers(index);
	return {
		texts,
		record,
		attempt: async (index, task, explain) => {
			try {
				return await task();
			} catch (error) {
				record(explain ? explain(error) : error, index);
				return undefined;
			}
		},
		fatal: () => fatal,
		throwIfFatal: () => {
			if (fatal) throw toNodeError(context.getNode(), fatal.error, fatal.index, othersThan(fatal));
			// Stopped, and no item has noticed within the grace period.
			if (abort.signal.aborted) throw toNodeError(context.getNode(), new ExecutionCancelledError());
		},
	};
}

/**
 * Resolves when all work is done, or some time after a failure or a stop ended the node. None of
 * the work may reject.
 */
export async function settleAll(
	work: Array<Promise<void>>,
	abort: AbortSignal,
	clock: Clock,
): Promise<void> {
	const isDone = new AbortController();
	const gracePeriod = async () => {
		await new Promise<void>((resolve) => {
			const release = onAbort(abort, resolve);
			onAbort(isDone.signal, () => {
				release();
				resolve();
			});
		});
		await clock.pause(SHUTDOWN_GRACE_PERIOD_MS, isDone.signal);
	};
	await Promise.race([Promise.all(work), gracePeriod()]);
	isDone.abort();
}

/** Items in the order of the input, each linked to the item that made it. A failed item is nothing but its error text: older
 * n8n keeps an item with any further key off the error output. */
export function linkedItems(
	count: number,
	results: ReadonlyMap<number, ItemOutput[]>,
	texts: ReadonlyMap<number, string>,
): INodeExecutionData[] {
	return Array.from({ length: count }, (_, index) => {
		const text = texts.get(index);
		const outputs = text === undefined ? (results.get(index) ?? []) : [{ json: { error: text } }];
		return outputs.map((output) => ({ ...output, pairedItem: { item: index } }));
	}).flat();
}
