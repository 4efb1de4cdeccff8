import type { IDataObject } from 'n8n-workflow';
import type { SimulatedRun } from '../../simulator/flowscale/startFlowscale';

const words = {
	queued: 'queued',
	running: 'running',
	completed: 'succeeded',
	failed: 'failed',
	cancelled: 'cancelled',
	timeout: 'timed_out',
} as const;
/** Time stamps of the simulator's default dialect: whole seconds. */
const stamp = (ms: number | null) =>
	ms === null ? null : `${new Date(ms).toISOString().slice(0, 19)}Z`;

/** The item that a run of the simulator must become; `known` overrides what it says of itself. */
export function runItem(run: SimulatedRun, known: IDataObject = {}): IDataObject {
	const { startedAt, completedAt, state } = run;
	const seconds = (ms: number) => Math.floor(ms / 1000);
	return {
		run_id: run.id,
		workflow_id: run.workflowId,
		group_id: run.groupId,
		status: state,
		state: words[state],
		finished: state !== 'queued' && state !== 'running',
		inputs: run.inputs,
		output_names: run.outputs.map(({ name }) => name),
		outputs: [],
		created_at: stamp(run.createdAt),
		started_at: stamp(startedAt),
		completed_at: stamp(completedAt),
		duration_seconds:
			startedAt !== null && completedAt !== null ? seconds(completedAt) - seconds(startedAt) : null,
		error_message: run.errorText,
		progress: null,
		...known,
	};
}

/** A run as the answer to its start reports it: IDs, and the texts that were sent. */
export function startedItem(run: SimulatedRun, known: IDataObject = {}): IDataObject {
	return runItem(run, {
		status: 'queued',
		state: 'queued',
		finished: false,
		output_names: [],
		created_at: null,
		started_at: null,
		completed_at: null,
		duration_seconds: null,
		error_message: null,
		...known,
	});
}

/** An output of a run by link, as the run itself lists it. */
export function linkedOutput(
	run: SimulatedRun,
	known: IDataObject = {},
	output = 0,
	file = 0,
): IDataObject {
	const { files, source } = run.outputs[output];
	const link = expect.stringMatching(
		new RegExp(`^http://127\\.0\\.0\\.1:\\d+/generations/${run.id}/${files[file]}\\?`),
	) as string;
	return {
		filename: files[file],
		download_url: link,
		generation_status: null,
		mime_type: source.mimeType,
		...known,
	};
}
