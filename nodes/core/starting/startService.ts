import type { ServiceError } from '../errors';
import type { Answer } from '../http/http';
import type { NetworkFailure } from '../http/networkError';
import type { RunIdentity } from '../runs/matchRun';
import type { KnownRun, Run } from '../runs/run';

/** What a service offers for starting. */
export interface StartService {
	readStart(answer: Answer, order: StartRequest): Run;
	/** Whether a 2xx says in the service's own words that nothing was started. */
	isRefusal?(answer: Answer): boolean;
	getRun(runId: string): Promise<KnownRun | null>;
	/** All runs of a group, newest first; undefined where the list tells no run ids. */
	listGroup(groupId: string): Promise<KnownRun[] | undefined>;
	failureOf(result: Answer | NetworkFailure): ServiceError;
	/** The service's clock for a time of ours, epoch ms. */
	serviceTime(ms: number): number;
}

/** One run to be started, already checked. */
export interface StartRequest extends RunIdentity {
	itemIndex: number;
	/** undefined: no group */
	groupId: string | undefined;
	/** Take an unfinished or successful run of the group that is the same, rather than start one. */
	isReused: boolean;
	/** The same wait goes on after a suspension: a run of it that failed meanwhile is a result, not a reason to start anew. */
	isContinued?: boolean;
	/** Sends the start once; rejects only when nothing was sent. Only a body that is not yet wholly sent may be given up on stop. */
	send(): Promise<Answer | NetworkFailure>;
}

export function isSameRequest(one: StartRequest, other: StartRequest): boolean {
	const textOf = ({ workflowId, groupId, texts, fileNames }: StartRequest) =>
		JSON.stringify([workflowId, groupId, texts, fileNames]);
	return textOf(one) === textOf(other);
}
