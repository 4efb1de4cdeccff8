import type { Readable } from '../platform';
import type { ReceivedFile } from '../receiveForm';

export type InputType =
	| 'string'
	| 'number'
	| 'int'
	| 'boolean'
	| 'json'
	| 'image'
	| 'video'
	| 'audio';

export interface WorkflowInput {
	/** `<widget>_<5 digits>` (protocols: execute, field names). */
	name: string;
	type: InputType;
	/** True unless said otherwise. */
	required?: boolean;
	/**
	 * Type that the workflow list declares, where it differs: an upload has been seen declared as
	 * `string`.
	 */
	listedType?: string;
	/** The dashboard's name for it, which only its declarations contain. */
	label?: string;
	/** The values that it takes, a `combo` of the dashboard's declarations. */
	options?: string[];
}

/** Bytes of a file: whole, or made while they are sent. */
export type Content = Buffer | { size: number; stream(): Readable };

/** What a run received, which is all that an output is made from. */
export interface RunInputs {
	id: string;
	/** Text parts by parameter; the last one wins. */
	inputs: Record<string, string>;
	files: ReceivedFile[];
}

export interface WorkflowOutput {
	/** `<widget>_<5 digits>`; ten characters are added per run. */
	name: string;
	/** Type word in the workflow list. */
	type: string;
	extension: string;
	mimeType: string;
	/** Files per run (1). */
	count?: number;
	/** Ms after the run's end, and after the service's usual delay, at which it is there (0). */
	lateMs?: number;
	/** The file number `index` (from 0) of this output, the same bytes at every call. */
	make(run: RunInputs, index: number): Content | Promise<Content>;
}

/** A ComfyUI workflow deployed as an API. */
export interface SimulatedWorkflow {
	id: string;
	name: string;
	description: string | null;
	inputs: WorkflowInput[];
	outputs: WorkflowOutput[];
	/** Set for a workflow whose runs all fail, with this text. */
	failure?: string;
}
