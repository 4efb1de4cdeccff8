import type { IExecuteFunctions } from 'n8n-workflow';
import { recordOf } from '../json';
import { requeuedRunIndex } from './requeue';
import { nodeStore } from '../nodeStore';

/**
 * What must survive a suspension. It is kept in the node's context, which n8n stores with the
 * execution.
 */
export interface Suspension {
	/** The node's run that these items came in with. */
	firstRunIndex: number;
	/** A retry by hand is an execution with an ID of its own, and its tries count from the start. */
	executionId: string;
	/** How often the execution was suspended. */
	resumes: number;
	/** When n8n was asked to resume, epoch ms, until it has; a callback resumes earlier. */
	dueMs?: number;
	/**
	 * By item: `NOT_BEGUN`, since when its run is waited for (epoch ms; later items have to wait for
	 * a slot), or `ENDED`. Numbers alone, because n8n stores them with every suspension, for perhaps
	 * ten thousand items.
	 */
	waits: number[];
	/** Items that failed for good while the node continues, by index: their error texts. */
	failures: Record<string, string>;
	/**
	 * Texts of the items that failed while their runs had not ended, until these are waited for
	 * again: Stop cancels them. And of items whose run cannot be cancelled, such as those whose start
	 * got no clear answer: a stopped node returns no items, so n8n's log names them.
	 */
	left?: Record<string, string>;
	/** Items whose failure was reported: the next try starts their runs again. */
	reported: Record<string, boolean>;
	/** Tries of the node that failed in this execution, over all resumes. */
	failedTries: number;
	/**
	 * Since when the service has not answered any check of the runs, epoch ms; absent while it does.
	 */
	unansweredSinceMs?: number;
	/** The items were returned, and some of them failed: n8n may run the node again for them. */
	isOver?: boolean;
}

export const NOT_BEGUN = 0;
export const ENDED = -1;

/** In the node's context. */
export const SUSPENSION_KEY = 'suspendedWait';

const storeOf = (context: IExecuteFunctions) => nodeStore<Suspension>(context, SUSPENSION_KEY);

/** The wait that is in progress, or a new one. */
export function openSuspension(context: IExecuteFunctions): Suspension {
	const known = storeOf(context).get();
	const runIndex =
		requeuedRunIndex(context) ?? Number(context.evaluateExpression('{{ $runIndex }}', 0));
	return continuedSuspension(known, runIndex, context.getExecutionId());
}

/**
 * A wait belongs to one run of the node: n8n's retries have the same run index, the next round of a
 * loop has another. n8n may have written the run data again after a crash, so a resumed node takes
 * the index from its mark.
 */
export function continuedSuspension(
	known: Suspension | undefined,
	runIndex: number,
	executionId: string,
): Suspension {
	if (known === undefined || known.firstRunIndex !== runIndex)
		return {
			firstRunIndex: runIndex,
			executionId,
			resumes: 0,
			waits: [],
			failures: {},
			reported: {},
			failedTries: 0,
		};
	return known.executionId === executionId ? known : { ...known, executionId, failedTries: 0 };
}

/** n8n's "Retry On Fail" of a node: how often it is run at most. The limits are n8n's. */
function triesOf(context: IExecuteFunctions): number {
	const { retryOnFail = false, maxTries } = context.getNode();
	return retryOnFail ? Math.min(5, Math.max(2, maxTries || 3)) : 1;
}

/**
 * Whether runs that failed may be started again. n8n counts only the tries of one resume. Over all
 * resumes they would never end, and each is paid for.
 */
export function mayStartAgain(context: IExecuteFunctions, { failedTries }: Suspension): boolean {
	return failedTries < triesOf(context);
}

/** What a callback needs to know of a stored suspension, in whichever form n8n passes it. */
export function readSuspension(value: unknown): { resumes: number; dueMs: number | undefined } {
	const { resumes, dueMs } = recordOf(value) ?? {};
	return { resumes: Number(resumes ?? 0), dueMs: typeof dueMs === 'number' ? dueMs : undefined };
}

export function saveSuspension(context: IExecuteFunctions, suspension: Suspension): void {
	storeOf(context).set(suspension);
}

/**
 * Ends the wait, since the items are returned. If some of them failed, n8n's "Retry On Fail" may
 * run the node again at once. The number of tries so far is therefore kept: without it, each of
 * them would begin a wait with all of its tries, without end.
 */
export function closeSuspension(context: IExecuteFunctions, suspension: Suspension): void {
	if (triesOf(context) === 1 || Object.keys(suspension.failures).length === 0) {
		storeOf(context).clear();
		return;
	}
	saveSuspension(context, {
		...suspension,
		failedTries: suspension.failedTries + 1,
		isOver: true,
	});
}

/**
 * n8n runs the node again after failed items were returned. They wait once more, for another run
 * where one may be started.
 */
export function reopenSuspension(suspension: Suspension, canStart: boolean): void {
	if (suspension.isOver !== true) return;
	delete suspension.isOver;
	if (!canStart) return;
	for (const index of Object.keys(suspension.failures)) suspension.reported[index] = true;
	suspension.failures = {};
}
