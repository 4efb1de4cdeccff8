import type { IExecuteFunctions } from 'n8n-workflow';
import { ServiceError } from '../errors';
import { nodeStore } from '../nodeStore';

/**
 * Runs that this node cancelled because an item's time was up. n8n keeps the node's context through
 * "Retry On Fail", which would otherwise start, pay for and cancel one run after the other. A retry
 * of the whole execution by hand is the user's wish for another run, and has an execution ID of its
 * own.
 */
export interface CancelledRuns {
	note(runId: string): void;
	has(runId: string): boolean;
	/** A cancel is about to be sent. It may be carried out although its answer is lost. */
	ask(runId: string): void;
	isAsked(runId: string): boolean;
}

const KEY = 'cancelledRuns';
const ASKED_KEY = 'askedCancels';

export function openCancelledRuns(context: IExecuteFunctions): CancelledRuns {
	const store = nodeStore<Record<string, string>>(context, KEY);
	const asked = nodeStore<Record<string, string>>(context, ASKED_KEY);
	const executionId = context.getExecutionId();
	return {
		note: (runId) => {
			store.open()[runId] = executionId;
		},
		has: (runId) => store.open()[runId] === executionId,
		ask: (runId) => {
			asked.open()[runId] = executionId;
		},
		isAsked: (runId) => asked.open()[runId] === executionId,
	};
}

/** The failure of an item whose run was cancelled by an earlier try of the node. */
export function cancelledHereError(runId: string): ServiceError {
	return new ServiceError(
		`The run was cancelled here when its time was up, and was not started again`,
		{
			runId,
			state: 'cancelled',
			hint: 'Retry On Fail does not start a second run for it: that one would be paid for and cancelled, too. Raise Timeout and execute the workflow again.',
		},
	);
}
