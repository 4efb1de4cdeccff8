import type { Random } from '../random';
import type { ReceivedPart } from '../receiveForm';
import type { RunEvent, SimulatedOutput, SimulatedRun } from './simulatedRun';
import type { SimulatedWorkflow } from './simulatedWorkflow';

/** Where a file name leads. */
export interface FoundFile {
	run: SimulatedRun;
	output: SimulatedOutput;
	index: number;
}

export interface RunStore {
	/** All runs, in the order started. */
	all: SimulatedRun[];
	/** Makes a queued run and remembers it. `given` overrides any field. */
	add(
		workflow: SimulatedWorkflow,
		groupId: string | null,
		parts: ReceivedPart[],
		given?: Partial<SimulatedRun>,
	): SimulatedRun;
	get(id: string): SimulatedRun | undefined;
	/** By file name, or by output name, which means its first file. */
	findFile(name: string): FoundFile | undefined;
	/** Adds an event to the run's stream. */
	report(run: SimulatedRun, event: string | null, data: Record<string, unknown>): void;
	/** Calls `listener` for each event to come; the returned function ends that. */
	listen(run: SimulatedRun, listener: (event: RunEvent) => void): () => void;
	clear(): void;
}

const plannedOutputs = (workflow: SimulatedWorkflow, random: Random): SimulatedOutput[] =>
	workflow.outputs.map((source) => {
		const name = `${source.name}_${random.code()}`;
		const files = source.count
			? Array.from(
					{ length: source.count },
					(_, index) => `${name}_${String(index + 1).padStart(6, '0')}.${source.extension}`,
				)
			: [`${name}.${source.extension}`];
		return { name, files, source };
	});

/** A queued run as it is first remembered. */
function queuedRun(
	random: Random,
	workflow: SimulatedWorkflow,
	groupId: string | null,
	parts: ReceivedPart[],
): SimulatedRun {
	return {
		id: random.uuid(),
		promptId: random.uuid(),
		teamId: 'team_123',
		workflowId: workflow.id,
		workflow,
		groupId,
		state: 'queued',
		parts,
		inputs: Object.fromEntries(
			parts.filter(({ file }) => !file).map(({ name, value }) => [name, value]),
		),
		files: parts.flatMap(({ file }) => file ?? []),
		outputs: plannedOutputs(workflow, random),
		createdAt: Date.now(),
		startedAt: null,
		completedAt: null,
		cancelRequestedAt: null,
		container: null,
		errorText: null,
		events: [],
	};
}

/** The service's memory. It knows nothing of time. */
export function createRunStore(random: Random): RunStore {
	const all: SimulatedRun[] = [];
	const byId = new Map<string, SimulatedRun>();
	const byFile = new Map<string, FoundFile>();
	const listeners = new Map<string, Set<(event: RunEvent) => void>>();

	return {
		all,
		add: (workflow, groupId, parts, given = {}) => {
			const run = { ...queuedRun(random, workflow, groupId, parts), ...given };
			all.push(run);
			byId.set(run.id, run);
			for (const output of run.outputs) {
				byFile.set(output.name, { run, output, index: 0 });
				output.files.forEach((file, index) => byFile.set(file, { run, output, index }));
			}
			return run;
		},
		get: (id) => byId.get(id),
		findFile: (name) => byFile.get(name),
		report: (run, event, data) => {
			const received = { seq: run.events.length + 1, event, data };
			run.events.push(received);
			listeners.get(run.id)?.forEach((listener) => listener(received));
		},
		listen: (run, listener) => {
			const heard = listeners.get(run.id) ?? new Set();
			listeners.set(run.id, heard.add(listener));
			return () => {
				heard.delete(listener);
				if (heard.size === 0) listeners.delete(run.id);
			};
		},
		clear: () => {
			all.length = 0;
			byId.clear();
			byFile.clear();
		},
	};
}
