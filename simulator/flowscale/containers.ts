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
	/** Puts a queued run at the end of the line. */
	submit(run: SimulatedRun): void;
	/** Ends a run that is not over yet, and gives its container to the next. `extra` overrides fields of the run. */
	finish(run: SimulatedRun, how: Ending, extra?: Partial<SimulatedRun>): void;
	clear(): void;
}

/** The deployment's machines: each works on one run at a time, all share one line (protocols: queue). */
export function createContainers(parts: {
	count: number;
	store: RunStore;
	timers: Timers;
	dialect: Dialect;
	workMs: (run: SimulatedRun) => number;
	/** The deployment's "Generation Run Timeout". */
	runTimeoutMs: number;
}): Containers {
	const { store, timers, dialect } = parts;
	const working: Array<SimulatedRun | null> = Array.from({ length: parts.count }, () => null);
	const waiting: SimulatedRun[] = [];
	const callOff = new Map<string, Array<() => void>>();

	const tellState = (run: SimulatedRun) => {
		const word = dialect.words[run.state] ?? run.state;
		store.tell(run, 'run_status', {
			run_id: run.id,
			status: word,
			...(run.errorText === null ? {} : { error: run.errorText }),
		});
	};

	const finish = (run: SimulatedRun, how: Ending, extra: Partial<SimulatedRun> = {}) => {
		if (isOver(run)) return;
		callOff.get(run.id)?.forEach((stop) => stop());
		callOff.delete(run.id);
		if (waiting.includes(run)) waiting.splice(waiting.indexOf(run), 1);
		if (run.container !== null) working[run.container] = null;
		const completedAt = Date.now();
		const startedAt = run.startedAt ?? (how === 'completed' ? completedAt : null);
		Object.assign(run, { state: how, startedAt, completedAt, container: null }, extra);
		if (how === 'completed') {
			run.outputs
				.flatMap(({ files }) => files)
				.forEach((filename) => store.tell(run, null, { type: 'output', filename }));
		}
		// only the output endpoint tells of a timeout where the dialect has it so: the stream just stays silent
		if (how !== 'timeout' || dialect.runTimeout === 'status') tellState(run);
		startNext();
	};

	const start = (run: SimulatedRun, container: number) => {
		working[container] = run;
		Object.assign(run, { state: 'running', startedAt: Date.now(), container });
		tellState(run);
		const workMs = parts.workMs(run);
		const { failure } = run.workflow;
		callOff.set(run.id, [
			timers.after(workMs / 2, () =>
				store.tell(run, 'progress', { type: 'progress', value: 10, max: 20 }),
			),
			workMs > parts.runTimeoutMs
				? timers.after(parts.runTimeoutMs, () => finish(run, 'timeout'))
				: timers.after(workMs, () =>
						finish(run, failure ? 'failed' : 'completed', { errorText: failure ?? null }),
					),
		]);
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
			tellState(run);
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
