import { ServiceFailure } from './errors';
import type { Answer } from './http';
import type { RunIdentity } from './matchRun';
import type { Loss } from './networkError';

/** One run to be started, already checked. */
export interface StartOrder extends RunIdentity {
	itemIndex: number;
	/** undefined: no group */
	groupId: string | undefined;
	/** Take an unfinished or successful run of the group that is the same, rather than start one. */
	isReused: boolean;
	/** The same wait goes on after a suspension: a run of it that failed meanwhile is a result, not a reason to start anew. */
	isContinued?: boolean;
	/** Sends the start once; rejects only when nothing was sent. Only a body that is not yet wholly sent may be given up on stop. */
	send(): Promise<Answer | Loss>;
}

export function isSameOrder(one: StartOrder, other: StartOrder): boolean {
	const textOf = ({ workflowId, groupId, texts, fileNames }: StartOrder) =>
		JSON.stringify([workflowId, groupId, texts, fileNames]);
	return textOf(one) === textOf(other);
}

/** What is known when a start got no clear answer: enough to look the run up, not enough to start it again. */
export function mayHaveStarted(
	{ groupId }: StartOrder,
	cause: string,
	status?: number,
): ServiceFailure {
	return new ServiceFailure(`The run may have started, and was not started again. ${cause}`, {
		status,
		hint:
			groupId === undefined
				? 'It was started without a group, so it cannot be looked up. Check the runs on the service before you execute this item again.'
				: `Look for it with "Get Many" runs, group "${groupId}", before you execute this item again; or switch on Reuse Run.`,
	});
}
