import { AXES, type Cell, reasonAgainst } from './axes';
import { cover } from './covering';

const coverings = AXES.waitMode.map((waitMode) =>
	cover({ ...AXES, waitMode: [waitMode] as const }, reasonAgainst),
);

/**
 * Every pair of values occurs, and every triple with a wait mode: the pairs are covered anew for
 * each wait mode. Deterministic, so a cell keeps its number until an axis changes.
 */
export const cells: Cell[] = coverings.flatMap(({ rows }) => rows as Cell[]);

/** Pairs that n8n or a service makes impossible, by wait mode, with the reason. */
export const impossible: Array<{ waitMode: string; pair: string[]; reason: string }> =
	coverings.flatMap((covering, index) =>
		covering.impossible.map((one) => ({ waitMode: AXES.waitMode[index], ...one })),
	);

/** Evenly spread over all cells, for a suite that has no time for all. */
export function shareOf(all: Cell[], count: number): Cell[] {
	const step = Math.max(1, all.length / count);
	return Array.from(
		{ length: Math.min(count, all.length) },
		(_, index) => all[Math.floor(index * step)],
	);
}
