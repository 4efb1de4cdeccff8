import {
	dataOf,
	type JsonRecord,
	listOf,
	parsedJson,
	recordOf,
	textAt,
	textOf,
} from '../../core/json';
import { nodeErrorsText, noReasonOf, readErrorText, reasonText } from '../../core/runs/errorText';
import { mimeTypeOfLink, mimeTypeOfName, tellingType } from '../../core/files/fileType';
import { namesInLink, readDataUri } from '../../core/files/link';
import {
	type Output,
	type Run,
	createRun,
	parseTimestamp,
	percentOf,
	stateOf,
} from '../../core/runs/run';

/** What every JSON answer is wrapped in: `{status, data, errors, meta}`. */
export interface Envelope {
	status: string | undefined;
	data: unknown;
	meta: JsonRecord | undefined;
	/** `errors` beside the data. */
	errorText: string | undefined;
}

/**
 * A body without `data` that has one of these keys is the data itself. `id` is not among them,
 * since it may be the ID of a request.
 */
const BARE_KEYS = [
	'run_id',
	'runId',
	'_id',
	'runs',
	'workflows',
	'items',
	'results',
	'download_url',
	'file_content',
];

export function readEnvelope(body: unknown): Envelope {
	const envelope = recordOf(body);
	const isBare =
		Array.isArray(body) ||
		(envelope?.data === undefined && BARE_KEYS.some((key) => Object.hasOwn(envelope ?? {}, key)));
	const data = isBare ? body : dataIn(envelope);
	return {
		status: textAt(envelope, 'status')?.toLowerCase(),
		data,
		meta: recordOf(envelope?.meta),
		errorText: reasonText(envelope?.errors) ?? nodeErrorsText(envelope),
	};
}

/** A count of zero instead of the data it counts says that the list is empty. */
function dataIn(envelope: JsonRecord | undefined): unknown {
	const meta = recordOf(envelope?.meta);
	const counts = [envelope?.count, envelope?.total, envelope?.total_count, meta?.total_count];
	const isEmptyList =
		envelope?.data === undefined && counts.some((count) => Number(textOf(count)) === 0);
	return isEmptyList ? [] : envelope?.data;
}

/**
 * Whether an answer reports anything. An error may come with status 200 and with an empty list
 * beside it.
 */
export function isReported({ data, status }: Envelope): boolean {
	if (typeof data !== 'object' || data === null) return status === 'success';
	return Object.keys(data).length > 0 || stateOf(status ?? '') !== 'failed';
}

/**
 * The vendor's OpenAPI answers a start with a list of one run, every SDK reads an object. An object
 * under the key `run` is the same, wrapped once more.
 */
export function readOne(data: unknown): JsonRecord | undefined {
	const one = recordOf(Array.isArray(data) ? data[0] : data);
	return recordOf(one?.run) ?? one;
}

/** A list: `data` itself, below its documented name, or the only list that there is. */
export function readList(data: unknown, name: string): unknown[] | undefined {
	if (Array.isArray(data)) return data;
	const record = recordOf(data);
	const named = record?.[name];
	if (Array.isArray(named)) return named;
	// By their IDs, or none of them (PHP writes an empty list like that).
	const members = Object.values(recordOf(named) ?? {});
	if (recordOf(named) !== undefined && members.every((member) => recordOf(member) !== undefined))
		return members;
	const lists = Object.values(record ?? {}).filter(Array.isArray);
	return lists.length === 1 ? lists[0] : undefined;
}

/** Run ids go by four names. */
export function readRunId(record: JsonRecord | undefined): string | null {
	return (
		textAt(record, 'run_id', 'runId', '_id', 'id') ?? textAt(recordOf(record?._id), '$oid') ?? null
	);
}

/**
 * A run of the detail or a list, in any dialect; what is missing is null or empty.
 * @param errorText what the answer around it says went wrong
 */
export function readRun(record: JsonRecord, known: Partial<Run> = {}, errorText?: string): Run {
	const outputs = outputsIn(record.outputs).flatMap(
		([name, output], index) => readRunOutput(output, name ?? `output_${index + 1}`) ?? [],
	);
	const names = listOf(record.output_names ?? record.outputNames).flatMap(
		(name) => textOf(name) ?? [],
	);
	const status = readStatus(record)?.trim().toLowerCase() || 'unknown';
	const run = createRun({
		...known,
		run_id: readRunId(record) ?? known.run_id ?? null,
		workflow_id: textAt(record, 'workflow_id', 'workflowId') ?? known.workflow_id ?? null,
		group_id: textAt(record, 'group_id', 'groupId') ?? known.group_id ?? null,
		status,
		// The state that was known before is not used, since a poll is to learn the new one.
		state: stateOf(status),
		inputs:
			record.inputs === undefined || record.inputs === null
				? (known.inputs ?? {})
				: readInputs(record.inputs),
		output_names: names.length > 0 ? names : (known.output_names ?? []),
		outputs,
		created_at: readTime(record, 'created_at', 'createdAt') ?? known.created_at ?? null,
		started_at: readTime(record, 'started_at', 'startedAt'),
		completed_at: readTime(record, 'completed_at', 'completedAt'),
		progress: percentOf(record.progress),
	});
	return {
		...run,
		error_message:
			run.state === 'failed'
				? (readErrorText(record) ?? errorText ?? noReasonOf('Flowscale'))
				: null,
	};
}

/** ComfyUI's own history has `status: {status_str, completed, messages}`. */
function readStatus(record: JsonRecord): string | undefined {
	return (
		textAt(record, 'status') ??
		textAt(recordOf(record.status), 'status_str', 'status') ??
		textAt(record, 'state')
	);
}

/** A time, as text or as databases export it: `{"$date": "2024-01-15T10:30:00Z"}`. */
function readTime(record: JsonRecord, ...keys: string[]): string | null {
	const text =
		textAt(record, ...keys) ??
		keys.map((key) => textAt(recordOf(record[key]), '$date')).find((date) => date !== undefined);
	return text === undefined ? null : parseTimestamp(text);
}

/**
 * Inputs come as `{path, value}`, or as an object or its JSON text; a file has its link or storage
 * key instead of a value.
 */
function readInputs(received: unknown): Run['inputs'] {
	const inputs = typeof received === 'string' ? parsedJson(received) : received;
	if (!Array.isArray(inputs)) return dataOf(Object.entries(recordOf(inputs) ?? {}));
	return dataOf(
		inputs.flatMap((input): Array<[string, unknown]> => {
			const record = recordOf(input);
			const name = textAt(record, 'path', 'name', 'key');
			return name === undefined
				? []
				: [[name, record?.value ?? record?.url ?? record?.s3_key ?? null]];
		}),
	);
}

/**
 * The outputs of a run, each with the key that it stands under: a list, one output without a list,
 * or an object of outputs by their names.
 */
function outputsIn(received: unknown): Array<[key: string | undefined, output: unknown]> {
	const value = typeof received === 'string' ? parsedJson(received) : received;
	const record = recordOf(value);
	if (record === undefined) return listOf(value).map((output) => [undefined, output]);
	const isOne = ['filename', 'name', 'url', 'download_url', 'file_content'].some((key) =>
		Object.hasOwn(record, key),
	);
	if (isOne) return [[undefined, record]];
	// Nothing but records and links, so that any other object is no output.
	return Object.entries(record).flatMap(
		([key, entry]): Array<[string, unknown]> =>
			recordOf(entry) !== undefined || isLink(entry) ? [[key, entry]] : [],
	);
}

const isLink = (value: unknown) =>
	/^\s*(?:https?:\/\/|data:[^,]{0,200},)/i.test(textOf(value)?.slice(0, 300) ?? '');

/** The record of an output that is nothing but its link or its value; undefined: there is none. */
export function bareOutput(value: unknown): JsonRecord | undefined {
	if (isLink(value)) return { url: value };
	return value === null || value === undefined || value === '' ? undefined : { data: value };
}

/**
 * An output inside a run: `{filename, url}`. An output without a link is requested by its name.
 * @param otherwise its name where it has none, but a link or a value
 */
function readRunOutput(value: unknown, otherwise: string): Output | undefined {
	const record = recordOf(value) ?? (isLink(value) ? { url: value } : undefined);
	const filename =
		textAt(record, 'filename', 'name') ??
		namesInLink(linkIn(record) ?? '').find((name) => mimeTypeOfName(name) !== null) ??
		textAt(record, 'label', 'parameter_name') ??
		(record === undefined ? textOf(value) : undefined);
	if (filename !== undefined) return outputOf(filename, record);
	const isThere = record !== undefined && (linkIn(record) ?? valueIn(record)) !== undefined;
	return isThere ? outputOf(otherwise, record) : undefined;
}

function linkIn(record: JsonRecord | undefined): string | undefined {
	const data = textAt(record, 'data');
	// The dashboard's dialect has a text in `data`. It is a file only where it is a data URI.
	return (
		textAt(record, 'download_url', 'url') ??
		(data !== undefined && readDataUri(data) ? data : undefined)
	);
}

/**
 * The value of an output that is no file: a text, a number, a list, an object, `false`. Flowscale's
 * SDK has it in `file_content`, the dashboard's dialect in `data` (protocols 1.20). Empty texts are
 * real: a run may well write nothing.
 */
function valueIn(record: JsonRecord | undefined): unknown {
	const hasContent = record !== undefined && Object.hasOwn(record, 'file_content');
	return (hasContent ? record.file_content : undefined) ?? record?.data ?? undefined;
}

/** An output of the output endpoint, or of a run. */
export function outputOf(filename: string, record: JsonRecord | undefined): Output {
	const link = linkIn(record);
	const content = link === undefined ? valueIn(record) : undefined;
	const ofValue = typeof content === 'object' ? 'application/json' : 'text/plain';
	return {
		filename,
		...(link === undefined ? {} : { download_url: link }),
		...(content === undefined ? {} : { file_content: content }),
		generation_status: textAt(record, 'generation_status') ?? null,
		mime_type:
			tellingType(textAt(record, 'content_type', 'mime_type')) ??
			mimeTypeOfName(filename) ??
			(link !== undefined ? mimeTypeOfLink(link) : content !== undefined ? ofValue : null),
		...(link === undefined ? {} : sizeIn(record)),
	};
}

/** The size in bytes that some deployments list with a file. */
function sizeIn(record: JsonRecord | undefined): Pick<Output, 'file_size'> {
	const bytes = Number(textAt(record, 'size') ?? Number.NaN);
	return Number.isSafeInteger(bytes) && bytes > 0 ? { file_size: bytes } : {};
}

/**
 * The OpenAPI names a container by its address, the SDKs by a label; without either it gets its
 * position.
 */
export function containerOf(entry: unknown, index: number): string {
	return (
		textAt(recordOf(entry), 'container', 'url', 'comfy_uri', 'name', 'id') ??
		`container #${index + 1}`
	);
}
