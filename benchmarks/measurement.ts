import { monitorEventLoopDelay } from '../simulator/platform';
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

/**
 * @returns ends the probe, with the longest time in which the event loop did nothing else, in ms;
 *   the probe's own period is taken off
 */
export function probeStall(): () => number {
	const periodMs = 2;
	const probe = monitorEventLoopDelay({ resolution: periodMs });
	probe.enable();
	return () => {
		probe.disable();
		return Math.max(0, probe.max / 1e6 - periodMs);
	};
}

/** Work, and its longest stall in ms. */
export async function withStall<T>(
	work: () => Promise<T>,
): Promise<{ result: T; stallMs: number }> {
	const end = probeStall();
	try {
		const result = await work();
		return { result, stallMs: end() };
	} finally {
		end();
	}
}
