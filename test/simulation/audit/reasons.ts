import type { ExecutionResult, Happened } from '../happened';
import { allTexts, isStarting } from './facts';
import { metOnlyMildFaults } from './mild';

/** Words of errors that are mistakes of the code, and of nobody else. */
const OURS =
	/is not a function|is not iterable|Cannot read prop|is not defined|Maximum call stack|\[object |Unexpected token|ended without a run|has no waiter|\bNaN\b/;

/** A failure has a reason: where nothing went wrong, nothing fails. */
export function auditReasons(happened: Happened, result: ExecutionResult): string[] {
	const ours = allTexts(result).filter((text) => OURS.test(text));
	const failures = result.runs.flatMap(({ error, items = [] }) => [
		...(error ? [error.message] : []),
		...items.flatMap(({ json }) => (typeof json.error === 'string' ? [json.error] : [])),
	]);
	const isFailed = failures.length > 0 && isUntroubled(happened, result);
	return [
		...ours.map((text) => `${result.id}: a mistake of the code: ${text}`),
		...(isFailed ? [`${result.id}: fails without a reason: ${failures[0]}`] : []),
	];
}

/** Whether there is no reason for which a start, or the wait for its run, could fail. */
function isUntroubled(happened: Happened, result: ExecutionResult): boolean {
	const { world, results } = happened;
	const { service } = world;
	const { options } = result.plan;
	const isTroubled =
		!metOnlyMildFaults(happened, result) ||
		world.crashes.length > 0 ||
		world.killsMs.length > 0 ||
		world.failingShare > 0 ||
		service.mostUnfinished > 0 ||
		service.linkExpiryMs < 3_600_000;
	const isHurried =
		(options.timeout > 0 && options.timeout < 600) ||
		world.workMs > 30_000 ||
		options.startTimeout > 0 ||
		options.maxQueued > 0 ||
		options.reuseRun !== 'never';
	const isCancelled = results.some(
		({ plan, stoppedMs }) => plan.operation.endsWith('cancel') || stoppedMs !== null,
	);
	return isStarting(result) && !isTroubled && !isHurried && !isCancelled;
}
