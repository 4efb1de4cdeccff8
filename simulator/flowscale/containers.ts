import type { Timers } from '../timers';
import type { Dialect, RunState } from './dialect';
import type { RunStore } from './runStore';
import { isOver, type SimulatedRun } from './simulatedRun';

export type Ending = Exclude<RunState, 'queued' | 'running'>;

export interface Containers {
	/** Runs at work, by container; null for an idle one. */
	working: Array<SimulatedRun | null>;
	/** Runs that wait, oldest first. */
	waiting: SimulatedRun[];
	/** Puts a queued run at the end of the queue. */
	submit(run: SimulatedRun): void;
	/**
	 * Ends a run that is not over yet, and gives its container to the next. `extra` overrides fields
	 * of the run.
	 */
	finish(run: SimulatedRun, how: Ending, extra?: Partial<SimulatedRun>): void;
	clear(): void;
}

export interface ContainerParts {
	count: number;
	store: RunStore;
	timers: Timers;
	dialect: Dialect;
	workMs: (run: SimulatedRun) => number;
	/** The deployment's "Generation Run Timeout". */
	runTimeoutMs: number;
}

/**
 * The deployment's machines: each works on one run at a time, all share one queue (protocols:
 * queue).
 */
export function createContainers(parts: ContainerParts): Containers {
	const working: Array<SimulatedRun | null> = Array.from({ length: parts.count }, () => null);
	const waiting: SimulatedRun[] = [];
	const callOff = new Map<string, Array<() => void>>();

	const finish = (run: SimulatedRun, how: Ending, extra: Partial<SimulatedRun> = {}) => {
		if (isOver(run)) return;
		callOff.get(run.id)?.forEach((stop) => stop());
		callOff.delete(run.id);
		if (waiting.includes(run)) waiting.splice(waiting.indexOf(run), 1);
		if (run.container !== null) working[run.container] = null;
		endRun(run, how, extra);
		tellEnd(run, how, parts);
		startNext();
	};

	const start = (run: SimulatedRun, container: number) => {
		working[container] = run;
		Object.assign(run, { state: 'running', startedAt: Date.now(), container });
		tellState(run, parts);
		callOff.set(run.id, planWork(run, parts, finish));
	};

	function startNext() {
		working.forEach((run, container) => {
			const next = run === null ? waiting.shift() : undefined;
			if (next) start(next, container);
		});
	}

	return {
		working,
		waiting,
		submit: (run) => {
			waiting.push(run);
			tellState(run, parts);
			startNext();
		},
		finish,
		clear: () => {
			callOff.forEach((stops) => stops.forEach((stop) => stop()));
			callOff.clear();
			waiting.length = 0;
			working.fill(null);
		},
	};
}

function tellState(run: SimulatedRun, { store, dialect }: ContainerParts): void {
	store.report(run, 'run_status', {
		run_id: run.id,
		status: dialect.words[run.state] ?? run.state,
		...(run.errorText === null ? {} : { error: run.errorText }),
	});
}

function endRun(run: SimulatedRun, how: Ending, extra: Partial<SimulatedRun>): void {
	const completedAt = Date.now();
	const startedAt = run.startedAt ?? (how === 'completed' ? completedAt : null);
	Object.assign(run, { state: how, startedAt, completedAt, container: null }, extra);
}

function tellEnd(run: SimulatedRun, how: Ending, parts: ContainerParts): void {
	if (how === 'completed') {
		run.outputs
			.flatMap(({ files }) => files)
			.forEach((filename) => parts.store.report(run, null, { type: 'output', filename }));
	}
	// where the dialect has it so, only the output endpoint reports a timeout, and the stream stays
	// silent
	if (how !== 'timeout' || parts.dialect.runTimeout === 'status') tellState(run, parts);
}

/**
 * Schedules the half-way progress and the end of a run that begins its work; the returned function
 * cancels both.
 */
function planWork(
	run: SimulatedRun,
	{ store, timers, workMs: workMsOf, runTimeoutMs }: ContainerParts,
	finish: Containers['finish'],
): Array<() => void> {
	const workMs = workMsOf(run);
	const { failure } = run.workflow;
	return [
		timers.after(workMs / 2, () =>
			store.report(run, 'progress', { type: 'progress', value: 10, max: 20 }),
		),
		workMs > runTimeoutMs
			? timers.after(runTimeoutMs, () => finish(run, 'timeout'))
			: timers.after(workMs, () =>
					finish(run, failure ? 'failed' : 'completed', { errorText: failure ?? null }),
				),
	];
}
