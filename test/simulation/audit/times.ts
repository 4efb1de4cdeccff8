import type { ExecutionResult, Happened, NodeRun } from '../happened';
import type { JournalEntry } from '../network';
import { isCalm } from './facts';

/** Slack over a wait's Timeout: outputs that are late, downloads, tries of reads. */
const CALM_SLACK_MS = 90_000;
const SLACK_MS = 600_000;
/** A start that is answered "later" is held back for as long as its Timeout, or ten minutes. */
const HELD_BACK_MS = 600_000;
/** Code that still runs after Stop: requests under way get ten seconds. */
const AFTER_STOP_MS = 12_000;
const LATEST_REQUEST_MS = 410_000;

/** Nothing waits past its Timeout plus a stated slack; a stopped execution ends at once. */
export function auditTimes(happened: Happened, result: ExecutionResult): string[] {
	return [
		...result.runs.flatMap((run) => auditLife(happened, result, run)),
		...auditAfterStop(happened, result),
		...happened.journal.entries
			.filter((entry) => entry.isAfterEnd && entry.by === result.id && !isCancel(result, entry))
			.filter((entry) => !isOfCancel(happened, result, entry))
			// A start of an earlier try that is on its way at Stop is looked for, to be cancelled.
			.filter(({ atMs }) => result.stoppedMs === null || atMs <= result.stoppedMs)
			.map(({ method, url }) => `${result.id}: a request left after the end: ${method} ${url}`),
	];
}

/**
 * A cancel that the service does not accept is tried further in the background, as the error says;
 * that of a group lists its runs.
 */
function isCancel({ plan }: ExecutionResult, { kind }: JournalEntry): boolean {
	const isOfGroup = plan.operation === 'group.wait' && plan.options.cancelRemote !== 'never';
	return kind === 'cancel' || (isOfGroup && kind === 'read');
}

/**
 * After an empty answer to a cancel the run shows whether it was cancelled, and after a refusal
 * whether it had ended.
 */
function isOfCancel({ journal }: Happened, { id }: ExecutionResult, { kind, url }: JournalEntry) {
	const isSent = ({ by, fate, status = 0, url: sent }: JournalEntry) =>
		by === id &&
		(fate === 'empty' || REFUSALS_OF_THE_RUN.includes(status)) &&
		sent === `${url}/cancel`;
	return kind === 'read' && journal.entries.some(isSent);
}

const REFUSALS_OF_THE_RUN = [400, 404, 409, 410, 500];

/** How long runs take at the service when there is no limit: one after the other, at the worst. */
function longestWorkMs({ world, state }: Happened): number {
	const isStuck = world.crashes.some(({ run }) => run === 'stuck');
	return state.runs.length * world.workMs * 1.5 + (isStuck ? 3_600_000 : 0);
}

function auditLife(happened: Happened, result: ExecutionResult, run: NodeRun) {
	const { id, plan, items, rounds } = result;
	if (run.outcome === 'killed' || run.outcome === 'stopped') return [];
	const { timeout, maxConcurrent } = plan.options;
	const slackMs = isCalm(happened) ? CALM_SLACK_MS : SLACK_MS;
	const isWaiting = /executeAndWait|wait$/.test(plan.operation);
	const isStarting = plan.operation.startsWith('workflow.execute');
	const isLimited = happened.world.service.mostUnfinished > 0 || plan.options.maxQueued > 0;
	const atATime = isWaiting ? Math.min(10, maxConcurrent) : 10;
	const waves = rounds * Math.ceil(items.length / rounds / atATime);
	const waitMs = timeout > 0 ? timeout * 1_000 : longestWorkMs(happened);
	const isHeld = isStarting && (isLimited || !isCalm(happened));
	// A place is free again and again, and each time the patience of the others begins anew.
	const heldMs = isHeld ? Math.max(HELD_BACK_MS, waitMs) * (isLimited ? items.length : 1) : 0;
	const waveMs = (isWaiting ? waitMs : 0) + heldMs + slackMs;
	const mostMs = run.tries * (waves * waveMs + slackMs);
	const tookMs = run.endedMs - run.beganMs;
	return tookMs > mostMs
		? [`${id}: ${plan.operation} took ${tookMs} ms, and ${mostMs} at most were due`]
		: [];
}

function auditAfterStop({ journal }: Happened, { id, stoppedMs, runs }: ExecutionResult): string[] {
	if (stoppedMs === null) return [];
	const complaints: string[] = [];
	for (const entry of journal.entries) {
		if (entry.by !== id || entry.atMs <= stoppedMs) continue;
		if (entry.kind === 'start') complaints.push(`${id}: a start left after Stop`);
		if (entry.atMs > stoppedMs + LATEST_REQUEST_MS)
			complaints.push(`${id}: ${entry.url} was asked for long after Stop`);
	}
	const last = runs.at(-1);
	const isSettled =
		last?.outcome !== 'stopped' ||
		(last.settledMs !== null && last.settledMs <= stoppedMs + AFTER_STOP_MS);
	return isSettled ? complaints : [...complaints, `${id}: its code still ran after Stop`];
}
