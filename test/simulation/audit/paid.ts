import type { ExecutionResult, Happened } from '../happened';
import type { SimRun } from '../service';
import {
	allTexts,
	isCalm,
	isStarting,
	isTolerant,
	keyOfItem,
	keyOfRun,
	MAYBE,
	runIdsIn,
} from './facts';

/**
 * Paid runs ≤ asked runs, and each paid run is handed out, cancelled, or named. What a process that
 * was killed had started is known to nobody.
 */
export function auditPaid(happened: Happened, result: ExecutionResult): string[] {
	const { state, journal } = happened;
	const mine = state.runs.filter(({ by }) => by === result.id);
	if (!isStarting(result))
		return mine.length > 0 ? [`${result.id}: ${result.plan.operation} started a run`] : [];
	const killed = new Set(
		result.runs.filter(({ outcome }) => outcome === 'killed').map(({ attempt }) => attempt),
	);
	const known = mine.filter(({ attempt }) => !killed.has(attempt));
	return [
		...auditCount(happened, result, known),
		...known.flatMap((run) => auditRun(happened, result, run)),
		...known.flatMap((run) => auditStop(happened, result, run)),
		...auditNames(result, known),
		...journal.entries
			.filter(({ by, kind }) => by === result.id && kind === 'cancel')
			.flatMap(({ url }) => auditCancel(happened, result, url)),
	];
}

const executionIdOf = ({ runs }: ExecutionResult, { attempt }: SimRun) =>
	runs[attempt]?.executionId;

/**
 * Whether the node itself asked for the run's cancel before it ended: Stop also asks it of a run that
 * an earlier try has left, and that somebody else has cancelled meanwhile.
 */
function isCancelledHere({ journal }: Happened, { id }: ExecutionResult, run: SimRun): boolean {
	return journal.entries.some(
		({ kind, by, url, atMs }) =>
			kind === 'cancel' &&
			by === id &&
			url.includes(run.id) &&
			atMs <= (run.endedMs ?? Number.POSITIVE_INFINITY),
	);
}

/** A run that failed: n8n's retry, or the user's, starts it anew, since that is what was asked. */
function isSpent(happened: Happened, result: ExecutionResult, run: SimRun): boolean {
	if (run.outcome === 'completed' || (run.outcome === null && !run.isForgotten)) return false;
	const { runs } = result;
	const isRetriedByHand = runs.some(
		({ executionId, attempt }) =>
			attempt > run.attempt && executionId !== executionIdOf(result, run),
	);
	if (isRetriedByHand) return true;
	const isRetried =
		runs.some(({ tries, attempt }) => tries > 1 && attempt >= run.attempt) ||
		(result.plan.tries > 1 && runs.length > run.attempt + 1);
	const isEndedHere = run.outcome === 'cancelled' && isCancelledHere(happened, result, run);
	return isRetried && !isEndedHere;
}

function auditCount(happened: Happened, result: ExecutionResult, known: SimRun[]): string[] {
	const { id, items, plan, runs } = result;
	const complaints: string[] = [];
	const counted = known.filter((run) => !isSpent(happened, result, run));
	for (const key of new Set(counted.map(keyOfRun))) {
		const paid = counted.filter((run) => keyOfRun(run) === key).length;
		const asked = items.filter((item) => keyOfItem(item) === key).length;
		if (paid > asked)
			complaints.push(`${id}: ${paid} paid runs of ${key} for ${asked} items that ask for it`);
	}
	const executions = new Set(runs.map(({ executionId }) => executionId)).size;
	const most = items.length * plan.tries * executions;
	if (known.length > most)
		complaints.push(`${id}: ${known.length} starts for ${items.length} items and their tries`);
	return complaints;
}

/** How long after Stop cancels, and answers to starts, are waited for. */
const LONGEST_CANCEL_MS = 330_000;
const CALM_CANCEL_MS = 15_000;

function auditRun(happened: Happened, result: ExecutionResult, run: SimRun): string[] {
	const { id, plan, stoppedMs, runs } = result;
	const handedOut = runs.some(({ items, earlier }) =>
		[items, ...earlier.map((one) => one.items)].some((one) => runIdsIn(one).includes(run.id)),
	);
	if (handedOut || run.outcome === 'cancelled' || run.isForgotten) return [];
	const isNamed = allTexts(result).some((text) => text.includes(run.id) && !isProgress(text));
	if (isNamed) return [];
	const last = runs.at(-1);
	// What an earlier part of it knew is not reported by a process that was killed: it is stored, and
	// a retry by hand finds it there.
	if (last?.outcome === 'killed' && isStored(result, run)) return [];
	// The first failure ended the node; Stop of a retry by hand that has not come to the run changes
	// nothing about it.
	if (runs[run.attempt]?.executionId !== last?.executionId && !isTolerant(result)) return [];
	if (stoppedMs !== null) {
		// What is done in the background ends with n8n's process.
		if (last?.outcome === 'waiting' || happened.world.killsMs.length > 0) return [];
		if (plan.operation === 'workflow.executeAndWait' && plan.options.cancelRemote === 'never')
			return [];
		// A run that had its answer before is the user's: it was to be started, and the log names it.
		const wasAnswered = run.answeredMs !== null && run.answeredMs <= stoppedMs;
		if (plan.operation === 'workflow.execute' && wasAnswered) return [];
		const patienceMs = isCalm(happened) ? CALM_CANCEL_MS : LONGEST_CANCEL_MS;
		const isOver = run.endedMs !== null && run.endedMs <= stoppedMs + patienceMs;
		if (isOver) return [];
		return isMaybeNamed(result)
			? []
			: [`${id}: ${run.id} continues after Stop (${run.outcome}), and nothing says so`];
	}
	// Without "continue on fail" the first failure ends the node; the others stay adoptable.
	if (last?.outcome === 'failed' && !isTolerant(result)) return [];
	if (isSpent(happened, result, run) || isMaybeNamed(result)) return [];
	return [`${id}: paid run ${run.id} (${run.outcome}) is neither handed out, cancelled nor named`];
}

/**
 * A run that was going on at Stop is asked to end, where that was promised: to name it is not enough.
 * Left out are worlds with troubles.
 */
function auditStop(happened: Happened, result: ExecutionResult, run: SimRun): string[] {
	const { id, plan, stoppedMs, runs } = result;
	const { world } = happened;
	const isPromised =
		plan.operation === 'workflow.executeAndWait' && plan.options.cancelRemote !== 'never';
	if (!isPromised || stoppedMs === null || runs.at(-1)?.outcome !== 'stopped') return [];
	if (!isCalm(happened) || world.killsMs.length > 0) return [];
	// It had failed before, and the user's retry had not come to the run.
	if (executionIdOf(result, run) !== runs.at(-1)?.executionId && !isTolerant(result)) return [];
	const isGoingOn = run.outcome === null || (run.endedMs ?? 0) > stoppedMs + CALM_CANCEL_MS;
	const isAsked = isCancelledHere(happened, result, run) || run.outcome === 'cancelled';
	return isGoingOn && !isAsked ? [`${id}: Stop leaves ${run.id} going (${run.outcome})`] : [];
}

/** Lines of the log about each run's progress name it, and tell nobody that it is left over. */
const isProgress = (text: string) => /: run \S+ (started|ended|is) /.test(text);

const isStored = ({ stored }: ExecutionResult, { id }: SimRun) =>
	stored.some((text) => text.includes(id) || MAYBE.test(text));
const isMaybeNamed = (result: ExecutionResult) => allTexts(result).some((text) => MAYBE.test(text));

/** "May have started" stands for one run at a time. */
function auditNames(result: ExecutionResult, known: SimRun[]): string[] {
	const texts = allTexts(result);
	const handedOut = new Set(
		result.runs.flatMap(({ items, earlier }) =>
			[items, ...earlier.map((one) => one.items)].flatMap((one) => runIdsIn(one)),
		),
	);
	const isOpen = ({ id, outcome, isForgotten }: SimRun) =>
		!handedOut.has(id) &&
		outcome === 'completed' &&
		!isForgotten &&
		!texts.some((text) => text.includes(id));
	const last = result.runs.at(-1);
	const isUntold = last?.outcome === 'items' ? known.filter(isOpen) : [];
	const maybe = texts.filter((text) => MAYBE.test(text)).length;
	return isUntold.length > maybe
		? [`${result.id}: ${isUntold.length} runs that nobody has, and ${maybe} words about it`]
		: [];
}

/** A run that another execution started belongs to whoever started it, even if it was adopted. */
function auditCancel(happened: Happened, result: ExecutionResult, url: string): string[] {
	const run = happened.state.byId.get(/\/runs\/([^/]+)\/cancel/.exec(url)?.[1] ?? '');
	const isOurs = run === undefined || run.by === result.id;
	return isOurs ? [] : [`${result.id}: cancels ${run.id} of ${run.by}`];
}
