import type { VirtualTime } from './virtualTime';
import type { Crash, ServiceTraits } from './world';

export interface SimOutput {
	name: string;
	file: string;
	content: string;
	mimeType: string;
}

export interface SimRun {
	id: string;
	workflowId: string;
	groupId: string | null;
	texts: Record<string, string>;
	/** Of each file parameter: the bytes as text. */
	files: Record<string, string>;
	createdMs: number;
	/** When whoever sent the start got an answer; null: never. */
	answeredMs: number | null;
	startedMs: number | null;
	endedMs: number | null;
	/** Stamp of its end, by the clock of the machine that worked on it. */
	stampMs: number | null;
	outcome: 'completed' | 'failed' | 'cancelled' | null;
	outputs: SimOutput[];
	/** Who sent the start: one current of an execution, or somebody else. */
	by: string;
	/** Its place among the tries of that execution; a process that was killed in between counts. */
	attempt: number;
	/** When it is listed at all, and when its end is; by our clock. */
	listedMs: number;
	endListedMs: number | null;
	container: number | null;
	isForgotten: boolean;
	events: SimEvent[];
}

export interface SimEvent {
	seq: number;
	text: string;
}

export interface StartForm {
	texts: Record<string, string>;
	files: Record<string, string>;
}

/** What the simulated deployment knows. Times are by our clock unless they are stamps. */
export interface SimState {
	readonly time: VirtualTime;
	readonly traits: ServiceTraits;
	readonly runs: SimRun[];
	readonly byId: Map<string, SimRun>;
	readonly byOutput: Map<string, { run: SimRun; index: number }>;
	/** The run that each container works on. */
	readonly working: Array<SimRun | null>;
	readonly waiting: SimRun[];
	readonly listeners: Map<string, Set<(event: SimEvent) => void>>;
	readonly planOf: (run: SimRun) => { workMs: number; isFailing: boolean };
	readonly random: () => number;
	/** Names the outputs of a new run. */
	readonly outputs: number;
}

/** A run that never ends is ended by the deployment's own watchdog. */
const WATCHDOG_MS = 3_600_000;

/** What a run makes is made from its own inputs, so that a swapped result shows. */
const contentOf = ({ id, texts, files }: SimRun, output: number, fileBytes: number) =>
	`${output} of ${id}: ${JSON.stringify([texts, files])}`.padEnd(fileBytes, '.');

/** @param planOf what a run's work takes, in ms, and whether it fails; asked once for each run */
export function createState(
	time: VirtualTime,
	traits: ServiceTraits,
	outputs: number,
	random: () => number,
	planOf: SimState['planOf'],
): SimState {
	return {
		time,
		traits,
		outputs,
		random,
		planOf,
		runs: [],
		byId: new Map(),
		byOutput: new Map(),
		working: Array.from({ length: traits.containers }, () => null),
		waiting: [],
		listeners: new Map(),
	};
}

export interface NewRun {
	workflowId: string;
	groupId: string | null;
	form: StartForm;
	by: string;
	attempt: number;
}

export function startRun(state: SimState, order: NewRun): SimRun {
	const { runs, traits, time, random } = state;
	const nowMs = time.now();
	const run: SimRun = {
		id: `run-${String(runs.length).padStart(6, '0')}`,
		workflowId: order.workflowId,
		groupId: order.groupId,
		texts: order.form.texts,
		files: order.form.files,
		createdMs: nowMs,
		answeredMs: null,
		startedMs: null,
		endedMs: null,
		stampMs: null,
		outcome: null,
		outputs: [],
		by: order.by,
		attempt: order.attempt,
		listedMs: nowMs + traits.listLagMs * random(),
		endListedMs: null,
		container: null,
		isForgotten: false,
		events: [],
	};
	run.outputs = Array.from({ length: state.outputs }, (_, i) => {
		const name = traits.hasOneFileName ? `out_${run.id}` : `out_${i}_${run.id}`;
		const content = contentOf(run, i, traits.fileBytes);
		return { name, file: `${name}.png`, content, mimeType: 'image/png' };
	});
	runs.push(run);
	state.byId.set(run.id, run);
	for (const [index, { name, file }] of run.outputs.entries())
		for (const known of [name, file])
			if (!state.byOutput.has(known)) state.byOutput.set(known, { run, index });
	announce(state, run, 'queued');
	state.waiting.push(run);
	assign(state);
	return run;
}

/** Gives waiting runs to containers that are free. */
function assign(state: SimState): void {
	const { working, waiting, time } = state;
	for (const [container, current] of working.entries()) {
		if (current !== null) continue;
		const run = waiting.shift();
		if (run === undefined) return;
		if (run.outcome !== null || run.isForgotten) return assign(state);
		working[container] = run;
		run.container = container;
		run.startedMs = time.now();
		announce(state, run, 'running');
		const { workMs, isFailing } = state.planOf(run);
		time.after(workMs, () => {
			if (working[container] !== run) return;
			end(state, run, isFailing ? 'failed' : 'completed');
		});
	}
}

/** Ends a run, and gives its container to the next. */
export function end(state: SimState, run: SimRun, outcome: NonNullable<SimRun['outcome']>): void {
	const { working, traits, time, random } = state;
	if (run.outcome !== null) return;
	const nowMs = time.now();
	run.outcome = outcome;
	run.endedMs = nowMs;
	run.endListedMs = nowMs + traits.endLagMs * random();
	const place = (run.container ?? 0) % 2 === 0 ? 0 : 1;
	run.stampMs = nowMs + traits.skewMs + place * traits.stampSkewMs;
	announce(state, run, outcome);
	if (run.container !== null && working[run.container] === run) working[run.container] = null;
	assign(state);
}

/** A container dies, with what it works on. */
export function crash(state: SimState, { container, run: fate }: Crash): void {
	const { working, traits, time } = state;
	const place = container % traits.containers;
	const run = working[place];
	working[place] = null;
	if (run !== null) {
		if (fate === 'failed') end(state, run, 'failed');
		else if (fate === 'stuck') time.after(WATCHDOG_MS, () => end(state, run, 'failed'));
		else run.isForgotten = true;
	}
	assign(state);
}

/** Whether the run shows its outputs. */
export const hasOutputs = (
	{ time, traits }: Pick<SimState, 'time' | 'traits'>,
	{ outcome, endedMs }: SimRun,
) => outcome === 'completed' && endedMs !== null && time.now() - endedMs >= traits.outputsLateMs;

export function announce({ listeners }: SimState, run: SimRun, status: string): void {
	const seq = run.events.length + 1;
	const text = `id: ${seq}\nevent: run_status\ndata: ${JSON.stringify({ run_id: run.id, status })}\n\n`;
	const event = { seq, text };
	run.events.push(event);
	for (const listener of [...(listeners.get(run.id) ?? [])]) listener(event);
}
