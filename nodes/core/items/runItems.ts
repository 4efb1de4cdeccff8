import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { createEventLoopYielder } from '../async/clock';
import type { Clock } from '../async/clock';
import { failureText, ExecutionCancelledError, toNodeError } from '../errors';
import { itemAt } from './item';
import { createLimiter } from '../async/limiter';
import type { LinkedSignal } from '../async/signals';
import { onAbort } from '../async/signals';
import type { ItemOutput, Job, Operation } from './operation';

export interface ItemRun<Session> {
	context: IExecuteFunctions;
	operation: Operation<Session>;
	session: Session;
	/** Ends with the execution; aborted here when a failure ends the node, so that nothing goes on behind its back. */
	abort: LinkedSignal;
	clock: Clock;
}

const ITEMS_AT_A_TIME = 10;
/** A hundred requests that are built in one turn of the event loop hold up everything else on the server for 40 ms. */
const BEGINNINGS_PER_TURN = 5;
/** What is on its way when the node ends (a start that is being answered) is waited for, but not longer than this. */
const SHUTDOWN_GRACE_PERIOD_MS = 10_000;

/**
 * All items are checked before anything is sent, then worked on side by side. Order is kept and every output item is linked
 * to its input item. With "continue on fail" a failed item becomes `{ error }`; otherwise the first failure ends the node.
 * @throws NodeApiError | NodeOperationError
 */
export async function runItems<Session>({
	context,
	operation,
	session,
	abort,
	clock,
}: ItemRun<Session>): Promise<INodeExecutionData[]> {
	const isTolerant = context.continueOnFail();
	const results: ItemOutput[][] = [];
	let failure: { error: unknown; index: number } | undefined;
	const fail = (error: unknown, index: number) => {
		// Older n8n keeps an item with any further key off the error output.
		results[index] = [{ json: { error: failureText(error) } }];
		if (isTolerant && !(error instanceof ExecutionCancelledError)) return;
		failure ??= { error, index };
		abort.abort();
	};

	const jobs: Array<{ index: number; job: Job }> = [];
	const yieldToEventLoop = createEventLoopYielder(clock);
	for (let index = 0; index < context.getInputData().length; index++) {
		await yieldToEventLoop();
		try {
			jobs.push({ index, job: operation.prepare(itemAt(context, index), session) });
		} catch (error) {
			fail(error, index);
			if (failure) break;
		}
	}

	if (!failure) {
		const limit = createLimiter(operation.itemsAtATime ?? ITEMS_AT_A_TIME);
		// A failure is noted before its place is free, so that no further item begins in between.
		const attempt = async (index: number, job: Job) => {
			try {
				if (abort.signal.aborted) throw new ExecutionCancelledError();
				results[index] = await job();
			} catch (error) {
				fail(error, index);
			}
		};
		const work: Array<Promise<void>> = [];
		for (const [place, { index, job }] of jobs.entries()) {
			if (place > 0 && place % BEGINNINGS_PER_TURN === 0 && !abort.signal.aborted)
				await clock.pause(0);
			work.push(limit(async () => await attempt(index, job)));
		}
		const over = new AbortController();
		await Promise.race([Promise.all(work), shutdownGracePeriod(abort.signal, over.signal, clock)]);
		over.abort();
	}
	if (failure) throw toNodeError(context.getNode(), failure.error, failure.index);
	return results.flatMap((outputs, item) =>
		outputs.map((output) => ({ ...output, pairedItem: { item } })),
	);
}

async function shutdownGracePeriod(
	ending: AbortSignal,
	over: AbortSignal,
	clock: Clock,
): Promise<void> {
	await new Promise<void>((resolve) => onAbort(ending, resolve));
	await clock.pause(SHUTDOWN_GRACE_PERIOD_MS, over);
}
