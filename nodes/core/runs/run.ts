import type { IDataObject } from 'n8n-workflow';

/** Our word for where a run stands, whatever the service calls it. */
export type RunState =
	| 'queued'
	| 'running'
	| 'succeeded'
	| 'failed'
	| 'cancelled'
	| 'timed_out'
	| 'unknown';

/** What `generation_status` says of an output that the service named and that could not be had. */
export const MISSING = 'missing';

/**
 * One file, text or other value that a run made. `download_url` or `file_content`; the last two
 * keys come with a download.
 */
export interface Output {
	filename: string;
	download_url?: string;
	/**
	 * A text, or any other JSON value but null: some output nodes give a number, a list or an object.
	 */
	file_content?: unknown;
	/** The service's word, null if it says none; ours for one that could not be had (`missing`). */
	generation_status: string | null;
	mime_type: string | null;
	binary_field?: string;
	file_size?: number;
}

/**
 * A run as every operation returns it. Times as the service wrote them, counted seconds as dates.
 */
export interface Run {
	run_id: string | null;
	workflow_id: string | null;
	group_id: string | null;
	status: string;
	state: RunState;
	finished: boolean;
	inputs: IDataObject;
	output_names: string[];
	outputs: Output[];
	created_at: string | null;
	started_at: string | null;
	completed_at: string | null;
	duration_seconds: number | null;
	error_message: string | null;
	/** From 0 to 100; null where the service does not report it. */
	progress: number | null;
}

/** A run whose id is known, which is what waiting, cancelling and adopting need. */
export type KnownRun = Run & { run_id: string };

/**
 * Words seen for the states of a run in the services' documents, SDKs and dashboards, and their
 * likely spellings. No service publishes a list (protocols 1.12): `queued`, `pending` and the
 * timeouts are inferred. A run with any other status counts as in progress until the service
 * reports a time for its end.
 */
const WORDS: ReadonlyArray<[RunState, readonly string[]]> = [
	['succeeded', ['completed', 'complete', 'success', 'succeeded', 'done', 'finished']],
	['failed', ['failed', 'failure', 'error', 'errored', 'crashed']],
	['cancelled', ['cancelled', 'canceled', 'aborted', 'stopped', 'terminated', 'interrupted']],
	['timed_out', ['timeout', 'time_out', 'timed_out', 'timedout', 'run_timeout', 'expired']],
	[
		'queued',
		[
			'queued',
			'enqueued',
			'pending',
			'waiting',
			'submitted',
			'created',
			'in_queue',
			'scheduled',
			'not_started',
			'preparing',
		],
	],
	[
		'running',
		[
			'running',
			'in_progress',
			'started',
			'processing',
			'executing',
			'generating',
			'uploading',
			'saving',
			'finalizing',
			'finalising',
			'post_processing',
			'cancelling',
			'canceling',
		],
	],
];

/**
 * The state that a service's status word stands for; letter case, spaces and dashes do not matter.
 */
export function stateOf(status: string): RunState {
	const word = status
		.trim()
		.toLowerCase()
		.replace(/[\s-]+/g, '_');
	return WORDS.find(([, words]) => words.includes(word))?.[0] ?? 'unknown';
}

/** Whether the state alone says that the run has ended. */
export function isFinished(state: RunState): boolean {
	return (
		state === 'succeeded' || state === 'failed' || state === 'cancelled' || state === 'timed_out'
	);
}

/**
 * A run with nothing known but what is given; `finished` and `duration_seconds` always follow from
 * the rest.
 */
export function createRun(known: Partial<Run>): Run {
	const run: Run = {
		run_id: null,
		workflow_id: null,
		group_id: null,
		status: 'unknown',
		state: stateOf(known.status ?? 'unknown'),
		finished: false,
		inputs: {},
		output_names: [],
		outputs: [],
		created_at: null,
		started_at: null,
		completed_at: null,
		duration_seconds: null,
		error_message: null,
		progress: null,
		...known,
	};
	run.finished = isFinished(run.state) || hasUnknownEnd(run);
	const seconds = (timeOf(run.completed_at) - timeOf(run.started_at)) / 1000;
	run.duration_seconds = Number.isFinite(seconds) ? seconds : null;
	return run;
}

/**
 * Whether a run ended in a way that only the service has a word for, such as "moderated" or
 * "partially_completed": the word is unknown, but there is a time for the end. A run without any
 * word may be a list entry that leaves it out.
 */
export function hasUnknownEnd({ state, status, completed_at }: Run): boolean {
	// Some services write a time of the year 1, or "None", for what has not happened yet.
	return state === 'unknown' && status !== 'unknown' && timeOf(completed_at) > 0;
}

/**
 * Progress in percent, rounded to a tenth, from what a service reports: a number or its text, of a
 * hundred or (below 1) of one, or ComfyUI's `{value, max}`. The field is in the vendor's own types,
 * its scale in no source (protocols 1.20).
 */
export function percentOf(received: unknown): number | null {
	if (typeof received === 'object' && received !== null) {
		const { value, max } = received as { value?: unknown; max?: unknown };
		return Number(max) > 0 ? asPercent((100 * Number(value)) / Number(max)) : null;
	}
	if (typeof received === 'number')
		return asPercent(received > 0 && received < 1 ? received * 100 : received);
	if (typeof received !== 'string' || !/^\s*[\d.]+\s*%?\s*$/.test(received)) return null;
	return received.includes('%') ? asPercent(parseFloat(received)) : percentOf(parseFloat(received));
}

function asPercent(number: number): number | null {
	if (!Number.isFinite(number) || number < 0) return null;
	return Math.min(100, Math.round(number * 10) / 10);
}

/** A run of which only the id is known. */
export function runWithId(runId: string): KnownRun {
	return { ...createRun({ run_id: runId }), run_id: runId };
}

/**
 * The run as found, completed by what is known from an earlier answer: list entries may hold little
 * more than id, status and outputs.
 */
export function withKnown(found: KnownRun, known: KnownRun): KnownRun {
	return {
		...found,
		workflow_id: found.workflow_id ?? known.workflow_id,
		group_id: found.group_id ?? known.group_id,
		inputs: Object.keys(found.inputs).length > 0 ? found.inputs : known.inputs,
		output_names: found.output_names.length > 0 ? found.output_names : known.output_names,
		created_at: found.created_at ?? known.created_at,
	};
}

/** Below it a count of time is in seconds: as milliseconds it would lie in 1973. */
const LEAST_MILLIS = 1e11;
/** From here on it is in microseconds, and a thousand times later in nanoseconds. */
const LEAST_MICROS = 1e14;

/**
 * A time stamp that is counted since 1970, in seconds or smaller units, as a date; any other stays
 * as the service wrote it.
 */
export function parseTimestamp(text: string): string {
	const count = /^\d{9,19}(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
	if (Number.isNaN(count)) return text;
	let ms = count < LEAST_MILLIS ? count * 1000 : count;
	while (ms >= LEAST_MICROS) ms /= 1000;
	return new Date(ms).toISOString();
}

/** A date with its year first, as in ISO 8601, or with the month's name, as in HTTP's headers. */
const DATE = /^\d{4}-\d|^[a-z]{3},? /i;
const ZONE = /(?:z|gmt|utc|[+-]\d{2}:?\d{2})$/i;

/**
 * Epoch milliseconds of a service's time stamp; one without a zone is UTC. NaN when there is none
 * or it is unreadable.
 */
export function timeOf(stamp: string | null): number {
	const text = stamp?.trim() ?? '';
	// JavaScript takes "0" and "-1" for years, and services write them for "not yet".
	if (!DATE.test(text)) return Number.NaN;
	const isoText = /^\d/.test(text) ? text.replace(/ ?(?:utc|gmt)$/i, 'Z') : text;
	const isZoned = ZONE.test(isoText) || !/t|\s\d/i.test(isoText);
	return Date.parse(isZoned ? isoText : `${isoText}Z`);
}
