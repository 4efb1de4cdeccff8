import type { ExecutionResult, Happened } from '../happened';
import { allTexts, isStarting, isUnclearStart, MAYBE } from './facts';
import { metOnlyMildFaults } from './mild';

/** Words of errors that are mistakes of the code, and of nobody else. */
const OURS =
	/is not a function|is not iterable|Cannot read prop|is not defined|Maximum call stack|\[object |Unexpected token|ended without a run|has no waiter|\bNaN\b/;

/** A failure has a reason: where nothing went wrong, nothing fails. */
export function auditReasons(happened: Happened, result: ExecutionResult): string[] {
	const { id, runs } = result;
	const texts = allTexts(result);
	const ours = texts.filter((text) => OURS.test(text));
	const failures = runs.flatMap(({ error, items = [] }) => [
		...(error ? [error.message] : []),
		...items.flatMap(({ json }) => (typeof json.error === 'string' ? [json.error] : [])),
	]);
	const isFailed = failures.length > 0 && mustSucceed(happened, result);
	// A start that never left, or was refused, has not started anything perhaps.
	const isMaybe = texts.some((text) => MAYBE.test(text));
	const isUnclear = happened.journal.entries.some(
		(entry) => entry.by === id && isUnclearStart(entry),
	);
	return [
		...ours.map((text) => `${id}: a mistake of the code: ${text}`),
		...(isFailed ? [`${id}: fails without a reason: ${failures[0]}`] : []),
		...(isMaybe && !isUnclear ? [`${id}: no start was unclear, and one may have started`] : []),
	];
}

/** Whether a start and the wait for its run, or the wait for runs of before, cannot but succeed. */
function mustSucceed(happened: Happened, result: ExecutionResult): boolean {
	if (!isUntroubled(happened, result)) return false;
	if (isStarting(result)) return true;
	const { state } = happened;
	const { plan, targets, beganMs } = result;
	const isThere = (run: Happened['state']['runs'][number]) => run.listedMs < beganMs;
	if (plan.operation === 'run.wait')
		return targets.every(({ runId }) => state.byId.get(runId)?.outcome === 'completed');
	return (
		plan.operation === 'group.wait' &&
		targets.every(({ groupId }) => {
			const runs = state.runs.filter((run) => run.groupId === groupId);
			return runs.some(isThere) && runs.every(({ outcome }) => outcome === 'completed');
		})
	);
}

/** A wait for a group may cancel runs of all executions when its time is up. */
const cancelsLateGroup = ({ operation, options }: ExecutionResult['plan']): boolean =>
	operation === 'group.wait' && options.cancelRemote === 'onStopOrTimeout';

/** Time that all runs of the world take, one after the other at the worst, in ms. */
const longestQueueMs = ({ world, state }: Happened) => state.runs.length * world.workMs * 1.5;
/** A start without a Timeout is held back for so long, and so is a wait by default. */
const USUAL_TIMEOUT_MS = 600_000;

/** Whether there is no reason for which runs, or the waits for them, could fail. */
export function isUntroubled(happened: Happened, result: ExecutionResult): boolean {
	const { world, results } = happened;
	const { service } = world;
	const { options } = result.plan;
	const isTroubled =
		!metOnlyMildFaults(happened, result) ||
		world.crashes.length > 0 ||
		world.killsMs.length > 0 ||
		world.failingShare > 0 ||
		service.linkExpiryMs < 3_600_000 ||
		(service.goneOutput >= 0 && world.outputs === 1);
	const timeoutMs = options.timeout > 0 ? options.timeout * 1_000 : Number.POSITIVE_INFINITY;
	const isHurried =
		longestQueueMs(happened) > 0.7 * Math.min(timeoutMs, USUAL_TIMEOUT_MS) ||
		options.startTimeout > 0 ||
		options.maxQueued > 0 ||
		options.reuseRun !== 'never';
	const isCancelled = results.some(
		({ plan, stoppedMs, stoppedLaterMs }) =>
			plan.operation.endsWith('cancel') ||
			cancelsLateGroup(plan) ||
			stoppedMs !== null ||
			stoppedLaterMs !== null,
	);
	return !isTroubled && !isHurried && !isCancelled;
}
