import { monitorEventLoopDelay, performance, sleep } from '../simulator/platform';
import type { PackageOnEngine } from './openEngine';
import type { SimulatorProcess } from '../simulator/openSimulator';

/**
 * What the rows are measured with: the simulator in its own process, the built package on n8n's
 * engine in this one.
 */
export interface Harness extends PackageOnEngine {
	simulator: SimulatorProcess;
	isQuick: boolean;
	repeats: number;
}

export interface RowSpec {
	/** Key of its figure in what `measure` gives. */
	id: string;
	title: string;
	unit: string;
	/** The median must not be above it; without one the row is there to compare. */
	bound?: number;
	digits?: number;
}

export interface Measurement {
	rows: RowSpec[];
	/**
	 * One repeat: a figure for each row. `stallMs` is added where the work was done in this process.
	 */
	measure(harness: Harness, repeat: number): Promise<Record<string, number>>;
	/** All repeats at once, where each does little but sleep. */
	isSideBySide?: boolean;
	/** How often, where it is not the usual number: a figure that cannot vary is taken once. */
	repeats?: number;
	/** Not our code, or not in this process: its stalls say nothing of us. */
	isStallForeign?: boolean;
}

export interface Row extends RowSpec {
	value: number;
	least: number;
	most: number;
	repeats: number;
	verdict: 'holds' | 'MISSED' | 'compare';
}

export function median(values: number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	const middle = sorted.length >> 1;
	return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

export function rowOf(spec: RowSpec, values: number[]): Row {
	const value = median(values);
	const verdict = spec.bound === undefined ? 'compare' : value <= spec.bound ? 'holds' : 'MISSED';
	return {
		...spec,
		value,
		least: Math.min(...values),
		most: Math.max(...values),
		repeats: values.length,
		verdict,
	};
}

/** The probe's own period. */
const PERIOD_MS = 2;
/** A few of its periods. */
const SOME_TICKS_MS = 10;

/**
 * Begins to measure stalls. Node's probe counts from one of its ticks to the next, so that a block
 * before the first or after the last one would not be counted: it ticks before the work begins, and
 * once more when the work is done.
 * @returns ends the probe, with the longest time in which the event loop did nothing else, in ms;
 *   the probe's own period is taken off
 */
export async function probeStall(): Promise<() => Promise<number>> {
	const probe = monitorEventLoopDelay({ resolution: PERIOD_MS });
	probe.enable();
	await sleep(SOME_TICKS_MS);
	return async () => {
		await sleep(SOME_TICKS_MS);
		probe.disable();
		return Math.max(0, probe.max / 1e6 - PERIOD_MS);
	};
}

/** Work, how long it took, and its longest stall; both in ms. */
export async function withStall<T>(
	work: () => Promise<T>,
): Promise<{ result: T; ms: number; stallMs: number }> {
	const end = await probeStall();
	const began = performance.now();
	const result = await work();
	const ms = performance.now() - began;
	return { result, ms, stallMs: await end() };
}
