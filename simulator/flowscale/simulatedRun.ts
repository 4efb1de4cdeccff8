import type { ReceivedPart } from '../receiveForm';
import type { RunState } from './dialect';
import type { RunInputs, SimulatedWorkflow, WorkflowOutput } from './simulatedWorkflow';

/** One output of a run: `filename_prefix_58358_5WWF7GQUYF` and the files it stands for. */
export interface SimulatedOutput {
	/** Name without extension. */
	name: string;
	/** File names; a batch of images has several (`<name>_000001.png`). */
	files: string[];
	source: WorkflowOutput;
}

/** An entry of a run's event stream. */
export interface RunEvent {
	/** From 1, without gaps. */
	seq: number;
	/** Name of the event, null for an unnamed one. */
	event: string | null;
	data: Record<string, unknown>;
}

/** A run at the service. Its fields change as time passes. Times are ms since 1970. */
export interface SimulatedRun extends RunInputs {
	/**
	 * ComfyUI's own id, shown in the queue. Sources do not say that it equals the run id, so here it
	 * does not.
	 */
	promptId: string;
	teamId: string;
	workflowId: string;
	workflow: SimulatedWorkflow;
	groupId: string | null;
	state: RunState;
	/** Form as received, in its order. */
	parts: ReceivedPart[];
	outputs: SimulatedOutput[];
	createdAt: number;
	startedAt: number | null;
	completedAt: number | null;
	cancelRequestedAt: number | null;
	/** Index of the container that works on it, from 0. */
	container: number | null;
	errorText: string | null;
	events: RunEvent[];
}

export const isOver = (run: SimulatedRun): boolean =>
	run.state !== 'queued' && run.state !== 'running';
