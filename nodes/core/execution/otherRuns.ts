import { cleanText, firstFew } from '../errors';
import type { KnownRun } from '../runs/run';

/** How runs of a service are collected later, as its operations are called. */
export interface CollectOperations {
	/** Such as "Run > Wait". */
	byRun: string;
	/** Such as "Group > Wait", where the service has groups. */
	byGroup?: string;
}

/** The runs of a node's items, for the failure of one of them that ends the node. */
export interface OtherRuns {
	note(itemIndex: number, run: KnownRun): void;
	/** There is nothing to collect of this run: it was cancelled here, or did not succeed. */
	drop(runId: string): void;
	/**
	 * What becomes of the other items' runs, and how to collect them; undefined where there are none.
	 */
	describe(failedIndex: number): string | undefined;
}

const MOST_NAMED = 5;

export function createOtherRuns(serviceName: string, operations: CollectOperations): OtherRuns {
	const runs = new Map<number, KnownRun>();
	// By run: ten thousand that fail must not each go through all others.
	const dropped = new Set<string>();
	return {
		note: (itemIndex, run) => {
			dropped.delete(run.run_id);
			runs.set(itemIndex, run);
		},
		drop: (runId) => void dropped.add(runId),
		describe: (failedIndex) => {
			const failed = runs.get(failedIndex)?.run_id;
			const others = new Map<string, string | null>();
			for (const { run_id, group_id } of runs.values())
				if (run_id !== failed && !dropped.has(run_id)) others.set(run_id, group_id);
			return others.size === 0 ? undefined : textOf(others, serviceName, operations);
		},
	};
}

/** @param runs group by run ID */
function textOf(
	runs: ReadonlyMap<string, string | null>,
	serviceName: string,
	{ byRun, byGroup }: CollectOperations,
): string {
	const groups = [...new Set(runs.values())].filter((group) => group !== null && group !== '');
	const isGrouped = [...runs.values()].every((group) => group !== null && group !== '');
	const how =
		byGroup !== undefined && isGrouped
			? `${byGroup}, ${named(
					'group',
					groups.map((group) => `"${group}"`),
				)}`
			: `${byRun}, ${named('run ID', [...runs.keys()])}`;
	return `The other runs of this node continue at ${serviceName}, or have ended there. Collect them with ${how}.`;
}

/** Such as "run IDs a, b and 3 more". */
export const named = (word: string, names: string[]): string =>
	`${word}${names.length > 1 ? 's' : ''} ${firstFew(names, MOST_NAMED, (name) => cleanText(name))}`;
