import type { ServiceError } from '../errors';
import type { Answer } from '../http/http';
import type { NetworkFailure } from '../http/networkError';
import type { RunIdentity } from '../runs/matchRun';
import type { KnownRun, Run } from '../runs/run';
import type { GroupTurn } from './groupTurns';

/** Which part of a group's runs is needed. */
export interface GroupScope {
	/**
	 * Only runs created since then are needed, epoch ms by the service's clock; others may be left
	 * out.
	 */
	sinceMs?: number;
	/**
	 * Runs of an earlier listing, by id: reading may end where they begin. They are given back as
	 * they were.
	 */
	known?: ReadonlyMap<string, KnownRun>;
	/**
	 * The listing continues after Stop: a run whose start was being sent then must still be found and
	 * cancelled.
	 */
	isDetached?: boolean;
	/** Ends a detached listing: the node has failed, so that nobody needs its result. */
	signal?: AbortSignal;
}

/** What a service offers for starting. */
export interface StartService {
	/** Where the service is, such as its API's root: executions of this process share its groups. */
	place: string;
	/** As messages call it. */
	serviceName: string;
	readStart(answer: Answer, request: StartRequest): Run;
	/** Whether a 2xx says in the service's own words that nothing was started. */
	isRefusal?(answer: Answer): boolean;
	getRun(runId: string): Promise<KnownRun | null>;
	/**
	 * Runs of a group, newest first; undefined where the list shows no run ids.
	 * @throws ServiceError
	 */
	listGroup(groupId: string, scope: GroupScope): Promise<KnownRun[] | undefined>;
	failureOf(result: Answer | NetworkFailure): ServiceError;
	/**
	 * What the user can do where a start got no clear answer and its run was not found, with the
	 * service's operations and fields.
	 * @param groupId undefined: the run has no group
	 */
	adviceIfUncertain(groupId: string | undefined): string;
	/** The failures of a start that was to reuse a run; for services whose runs can be reused. */
	reuseErrors?: ReuseErrors;
	/** The service's clock for a time of ours, epoch ms. */
	serviceTime(ms: number): number;
	/**
	 * Lets a start pass once fewer runs than it allows wait in the service's queue.
	 * @returns to be called when the start has been answered.
	 * @throws ServiceError | ExecutionCancelledError
	 */
	untilQueueIsShort?(request: StartRequest): Promise<() => void>;
	/**
	 * Waits for this execution's turn in a group whose runs it may reuse.
	 * @throws ExecutionCancelledError
	 */
	enterGroup?(groupId: string, execution: object): Promise<GroupTurn>;
}

/** Why no run could be taken from a group, and what to do. Nothing was started. */
export interface ReuseErrors {
	/** Several runs match, and it is not known which of them is this item's. */
	unclear(groupId: string): ServiceError;
	/** The list of the group shows no run IDs. */
	noRunIds(groupId: string): ServiceError;
}

/**
 * Which run of the group is taken rather than a new one started, if it is unfinished or succeeded:
 * one with the same text inputs, or any one of the workflow.
 */
export type ReuseRun = 'never' | 'sameInputs' | 'anyInGroup';

/** One run to be started, already checked. */
export interface StartRequest extends RunIdentity {
	itemIndex: number;
	/** undefined: no group */
	groupId: string | undefined;
	/**
	 * Whether the group is named after this execution, so that all of its runs are this execution's.
	 */
	isGroupOfExecution: boolean;
	reuse: ReuseRun;
	/**
	 * How long a start is held back while the service asks for patience (HTTP 429), or its queue is
	 * too long; 0: no limit.
	 */
	patienceMs: number;
	/** Start only while fewer runs than this wait in the service's queue; 0: no limit. */
	maxQueued: number;
	/**
	 * The same wait continues after a suspension: a run of it that failed meanwhile is a result, not
	 * a reason to start another.
	 */
	isContinued?: boolean;
	/**
	 * Sends the start once; rejects only when nothing was sent. Only a body that is not yet wholly
	 * sent may be given up on stop.
	 */
	send(): Promise<Answer | NetworkFailure>;
	/** Cancels a run of this request that was found after Stop, when nobody waits for it any more. */
	cancelLate?(runId: string): Promise<unknown>;
}
