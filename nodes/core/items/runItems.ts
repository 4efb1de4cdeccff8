import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { takeTurns, type Clock } from '../async/clock';
import { createLimiter } from '../async/limiter';
import type { LinkedSignal } from '../async/signals';
import { ExecutionCancelledError } from '../errors';
import { itemAt } from './item';
import { type Doubts, settleDoubts } from './itemDoubts';
import {
	createItemFailures,
	type DescribeOthers,
	type ItemFailures,
	linkedItems,
	settleAll,
} from './itemFailures';
import type { ItemOutput, Job, Operation } from './operation';

export interface ItemRun<Session> {
	context: IExecuteFunctions;
	operation: Operation<Session>;
	session: Session;
	/**
	 * Ends with the execution; aborted here when a failure ends the node, so that no request outlives
	 * the node.
	 */
	abort: LinkedSignal;
	clock: Clock;
	describeOthers?: DescribeOthers;
	doubts?: Doubts;
	/** Called for each item of a waiting operation that failed before it could begin its wait. */
	onNeverBegun?(): void;
}

const ITEMS_AT_A_TIME = 10;
/**
 * So few items begin in one turn of the event loop. Other executions get their turns, and an item
 * that fails at once ends the node before many others have begun. The turnstile of `http.ts` holds
 * back requests alone, and comes too late for both.
 */
const BEGINNINGS_PER_BREAK = 5;

/**
 * All items are checked before anything is sent, then worked on side by side. Order is kept and
 * every output item is linked to its input item. With "continue on fail" a failed item becomes `{
 * error }`; otherwise the first failure ends the node.
 * @throws NodeApiError | NodeOperationError
 */
export async function runItems<Session>(run: ItemRun<Session>): Promise<INodeExecutionData[]> {
	const { context, operation, abort, clock, describeOthers } = run;
	const failures = createItemFailures(context, abort, describeOthers);
	const jobs = await prepareJobs(run, failures);
	failures.throwIfFatal();
	await settleDoubts(run.doubts, failures, (index) => jobs.has(index), run.onNeverBegun);
	failures.throwIfFatal();
	for (const index of failures.texts.keys()) jobs.delete(index);

	const results = new Map<number, ItemOutput[]>();
	const limit = createLimiter(operation.itemsAtATime ?? ITEMS_AT_A_TIME);
	// A failure is recorded before its slot is free, so that no further item begins in between.
	const runJob = async (index: number, job: Job) =>
		await failures.attempt(index, async () => {
			if (abort.signal.aborted) throw new ExecutionCancelledError();
			results.set(index, await job());
		});
	const work: Array<Promise<void>> = [];
	for (const [index, job] of jobs) {
		if (work.length > 0 && work.length % BEGINNINGS_PER_BREAK === 0 && !abort.signal.aborted)
			await clock.pause(0);
		work.push(limit(async () => await runJob(index, job)));
	}
	await settleAll(work, abort.signal, clock);
	failures.throwIfFatal();
	return linkedItems(context.getInputData().length, results, failures.texts);
}

/** Reads and checks the items one after the other, up to the first failure that ends the node. */
async function prepareJobs<Session>(
	{ context, operation, session, clock }: ItemRun<Session>,
	failures: ItemFailures,
): Promise<Map<number, Job>> {
	const jobs = new Map<number, Job>();
	const turns = takeTurns(clock);
	for (let index = 0; index < context.getInputData().length; index++) {
		if (turns.isPauseDue()) await turns.pause();
		const job = await failures.attempt(index, () =>
			operation.prepare(itemAt(context, index), session),
		);
		if (job) jobs.set(index, job);
		if (failures.fatal()) break;
	}
	return jobs;
}
