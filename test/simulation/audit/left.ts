import type { ExecutionResult, Happened } from '../happened';
import type { JournalEntry } from '../network';
import type { SimRun } from '../service';
import { allTexts, isFailedItem, isUnclearStart, linkOf } from './facts';

/** How long a cancel is tried after Stop, and its effect is waited for. */
const LONGEST_CANCEL_MS = 240_000;

/**
 * Stop asks for the end of each run that the execution has waited for and that continues, however
 * its wait has ended: by Timeout, by a failure, or not at all. Before the node has returned its
 * items as well as after that.
 */
export function auditLeft(happened: Happened, result: ExecutionResult): string[] {
	const { id, plan, runs } = result;
	const stopMs = result.stoppedMs ?? result.stoppedLaterMs;
	const isWaiting = /executeAndWait|wait$/.test(plan.operation);
	const isPromised = isWaiting && plan.options.cancelRemote !== 'never';
	const outcome = runs.at(-1)?.outcome;
	if (!isPromised || stopMs === null || happened.world.killsMs.length > 0) return [];
	// While it is suspended, n8n executes nothing that could cancel.
	if (outcome !== 'stopped' && outcome !== 'items') return [];
	// What joins a group later than that was never waited for.
	const waitedMs = outcome === 'items' ? (runs.at(-1)?.endedMs ?? 0) : stopMs;
	const isLeft = ({ endedMs, isForgotten, listedMs, createdMs }: SimRun) =>
		!isForgotten &&
		(plan.operation === 'group.wait' ? listedMs : createdMs) <= waitedMs &&
		(endedMs === null || endedMs > stopMs + LONGEST_CANCEL_MS);
	return runsOf(happened, result, stopMs)
		.filter((run) => isLeft(run) && !isAsked(happened, result, run, stopMs))
		.filter((run) => !isGivenUp(result, run))
		.map((run) => `${id}: Stop leaves ${run.id} alone (${plan.operation})`);
}

/** The runs that the execution has certainly waited for when it was stopped. */
function runsOf({ state, journal }: Happened, result: ExecutionResult, stopMs: number): SimRun[] {
	const { id, plan, runs, targets } = result;
	const sent = journal.entries.filter(({ by, atMs }) => by === id && atMs < stopMs);
	const hasRead = (text: string) =>
		sent.some(({ kind, url, status }) => kind === 'read' && url.includes(text) && status === 200);
	const last = runs.at(-1);
	// A wait that has ended well has left nothing.
	const hasFailed = (index: number) =>
		last?.items === undefined ||
		last.items.some((item) => isFailedItem(item) && linkOf(item) === index);
	const targeted = state.runs.filter((run) =>
		targets.some(
			({ runId, groupId }, index) =>
				hasFailed(index) &&
				(plan.operation === 'run.wait' ? runId === run.id : groupId === run.groupId),
		),
	);
	if (plan.operation === 'run.wait') return targeted.filter((run) => hasRead(`/runs/${run.id}`));
	if (plan.operation === 'group.wait')
		return targeted.filter((run) => hasRead(`group_id=${run.groupId}`) && run.by !== id);
	// A run that was found for a start without a clear answer may be another execution's.
	if (sent.some(isUnclearStart)) return [];
	return state.runs.filter(
		({ by, attempt, answeredMs }) =>
			by === id &&
			runs[attempt]?.executionId === last?.executionId &&
			answeredMs !== null &&
			answeredMs < stopMs,
	);
}

/** Whether its cancel was sent at Stop, or was accepted before. */
function isAsked(
	{ journal }: Happened,
	{ id }: ExecutionResult,
	run: SimRun,
	stopMs: number,
): boolean {
	const isAccepted = ({ status, fate }: JournalEntry) =>
		status === 200 && !['empty', 'page', 'pageDone'].includes(fate);
	return journal.entries.some(
		(entry) =>
			entry.by === id &&
			entry.url.endsWith(`/runs/${run.id}/cancel`) &&
			(entry.atMs >= stopMs || isAccepted(entry)),
	);
}

/**
 * The run, or all runs of its group, had ended as far as it showed, or the log says that the group
 * could not be cancelled. 408 is the service's word for a run that timed out.
 */
function isGivenUp(result: ExecutionResult, run: SimRun): boolean {
	return allTexts(result).some(
		(text) =>
			text.includes(`run ${run.id} ended: timed_out`) ||
			text.includes(`group ${run.groupId}: all runs have ended`) ||
			(text.includes('could be cancelled') && text.includes(`"${run.groupId}"`)),
	);
}
