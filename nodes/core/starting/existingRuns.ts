import { isCreatedAfter, isSameRun, type RunIdentity, runsWithFiles } from '../runs/matchRun';
import { type KnownRun, timeOf } from '../runs/run';
import type { ReuseRun } from './startService';

/** What is asked of the runs of a group, and what is known besides. */
export interface RunSearch {
	request: RunIdentity;
	/** Runs that belong to a request of this execution already. */
	taken: ReadonlySet<string>;
	/**
	 * Other requests that may have made one of the runs. For a start that was sent: those of this
	 * execution that were sent and have no run either. For reuse: all of the node's.
	 */
	rivals: readonly RunIdentity[];
	/** The start that was sent and got no clear answer; without it, a run of before is reused. */
	sent?: {
		/** By the service's clock, epoch ms. */
		atMs: number;
		/** Whether the group holds this execution's runs only. */
		isGroupOfExecution: boolean;
		/** Starts of other executions that have no run either, and may have made one of the runs. */
		foreign?: readonly RunIdentity[];
	};
	reuse: ReuseRun;
}

export type RunChoice =
	| { kind: 'take'; run: KnownRun }
	/** No run fits. */
	| { kind: 'none' }
	/** Runs fit, but each may be someone else's. */
	| { kind: 'unclear' };

/** `Date` and many `created_at` are written in whole seconds. */
const CLOCK_TOLERANCE_MS = 2_000;
/**
 * In a group of several executions a run that begins this long after a start is hardly of it:
 * gateways give up after one or two minutes.
 */
const LATEST_MS = 180_000;

/**
 * The run that certainly belongs to this request. Where that is uncertain, no run is taken: the
 * user then has to check the group, but pays for no second run and gets no other item's result.
 * @param runs of the request's group, newest first
 */
export function findExistingRun(runs: readonly KnownRun[], search: RunSearch): RunChoice {
	const free = runsWithFiles(runs, search.request.fileNames).filter(
		({ run_id }) => !search.taken.has(run_id),
	);
	return search.sent ? ofSentStart(free, search, search.sent) : ofEarlierRuns(free, search);
}

/** The run that a start without clear answer has made. */
function ofSentStart(
	free: KnownRun[],
	{ request, rivals }: RunSearch,
	{ atMs, isGroupOfExecution, foreign = [] }: NonNullable<RunSearch['sent']>,
): RunChoice {
	const distanceOf = (run: KnownRun) => Math.abs(timeOf(run.created_at) - atMs);
	const fitting = free
		.filter((run) => isSameRun(run, request) && isCreatedAfter(run, atMs, CLOCK_TOLERANCE_MS))
		.filter((run) => isGroupOfExecution || distanceOf(run) <= LATEST_MS)
		.sort((a, b) => distanceOf(a) - distanceOf(b));
	const [nearest] = fitting;
	if (nearest === undefined) return { kind: 'none' };
	const twins = rivals.filter((rival) => isSameRun(nearest, rival)).length;
	// The contents of files are not compared, so requests that differ by them alone cannot be
	// distinguished.
	if (request.fileNames.length > 0)
		return isGroupOfExecution && twins === 0 && fitting.length === 1
			? { kind: 'take', run: nearest }
			: { kind: 'unclear' };
	if (foreign.some((other) => isSameRun(nearest, other))) return { kind: 'unclear' };
	// In a group of several executions more runs than requests of ours mean that some are others'.
	return isGroupOfExecution || fitting.length <= twins + 1
		? { kind: 'take', run: nearest }
		: { kind: 'unclear' };
}

/** A run that is reused. */
function ofEarlierRuns(free: KnownRun[], { request, rivals, reuse }: RunSearch): RunChoice {
	const usable = free.filter(({ state, finished }) => !finished || state === 'succeeded');
	const same = usable.filter((run) => isSameRun(run, request));
	if (reuse === 'anyInGroup') {
		const ofWorkflow = usable.filter(({ workflow_id }) => workflow_id === request.workflowId);
		// Items come in the order in which they did before.
		const run = same.at(-1) ?? ofWorkflow.at(-1);
		return run ? { kind: 'take', run } : { kind: 'none' };
	}
	const [run] = same;
	if (run === undefined) return { kind: 'none' };
	const isClear = request.fileNames.length === 0 || !rivals.some((rival) => isSameRun(run, rival));
	return isClear ? { kind: 'take', run } : { kind: 'unclear' };
}
