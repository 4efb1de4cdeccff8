import { execFileSync, execPath, join, projectDir } from '../../simulator/platform';
import { AXES, type Axes, type Cell, EXCLUSIONS, reasonAgainst } from './axes';

const names = Object.keys(AXES) as Array<keyof Axes>;
const quoted = (values: readonly string[]) => values.map((value) => `"${value}"`).join(', ');

/** In PICT's language, with one wait mode. */
const modelOf = (waitMode: Cell['waitMode']): string =>
	[
		...names.map(
			(axis) => `${axis}: ${(axis === 'waitMode' ? [waitMode] : AXES[axis]).join(', ')}`,
		),
		...EXCLUSIONS.map(([, ruledOut]) => {
			const [first, ...others] = Object.entries(ruledOut).map(
				([axis, values]) => `[${axis}] IN {${quoted(values)}}`,
			);
			return `IF ${first} THEN NOT (${others.join(' AND ')});`;
		}),
	].join('\n');

const cover = (model: string): Cell[] =>
	JSON.parse(
		execFileSync(execPath, [join(projectDir, 'test/settings/cover.mjs')], {
			input: model,
			encoding: 'utf8',
		}),
	) as Cell[];

/**
 * Every possible pair of values occurs, and every triple with a wait mode: the pairs are covered
 * anew for each wait mode. Deterministic, so a cell keeps its number until an axis changes.
 */
export const cells: Cell[] = AXES.waitMode.flatMap((waitMode) => cover(modelOf(waitMode)));

interface Missing {
	waitMode: Cell['waitMode'];
	pair: Partial<Cell>;
	/** Undefined: nothing rules it out, so it ought to be in a cell. */
	reason: string | undefined;
}

/** Pairs of values that are in no cell, by wait mode, with the reason. */
export const missing: Missing[] = AXES.waitMode.flatMap((waitMode) => {
	const rows = cells.filter((cell) => cell.waitMode === waitMode);
	const values = names
		.filter((axis) => axis !== 'waitMode')
		.map((axis) => AXES[axis].map((value) => ({ [axis]: value }) as Partial<Cell>));
	const pairs = values.flatMap((ones, index) =>
		ones.flatMap((one) =>
			values.slice(index + 1).flatMap((others) => others.map((other) => ({ ...one, ...other }))),
		),
	);
	const isIn = (pair: Partial<Cell>, cell: Cell) =>
		(Object.keys(pair) as Array<keyof Axes>).every((axis) => pair[axis] === cell[axis]);
	return pairs
		.filter((pair) => !rows.some((cell) => isIn(pair, cell)))
		.map((pair) => ({ waitMode, pair, reason: reasonAgainst({ ...pair, waitMode }) }));
});

/** How many cells there are, and what makes pairs of values impossible, for people. */
export function summary(): string {
	const counts = new Map<string, number>();
	for (const { reason = 'for no reason' } of missing)
		counts.set(reason, (counts.get(reason) ?? 0) + 1);
	const lines = [...counts].map(([reason, count]) => `  ${count} pairs: ${reason}`);
	return [`${cells.length} cells. Impossible, over all wait modes:`, ...lines, ''].join('\n');
}

/** Evenly spread over all cells, for a suite that has no time for all. */
export function shareOf(all: Cell[], count: number): Cell[] {
	const step = Math.max(1, all.length / count);
	return Array.from(
		{ length: Math.min(count, all.length) },
		(_, index) => all[Math.floor(index * step)],
	);
}
