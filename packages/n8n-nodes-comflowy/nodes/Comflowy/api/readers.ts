import { type JsonRecord, listOf, recordOf, textAt, textOf } from '../../../../../nodes/core/json';
import { readDataUri } from '../../../../../nodes/core/files/link';
import { extensionFor, mimeTypeOfName } from '../../../../../nodes/core/files/fileType';
import { type KnownRun, type Output, createRun, stateOf } from '../../../../../nodes/core/runs/run';

/** An output that says which node of the ComfyUI workflow made it; null where only the flat list of images has it. */
export interface NodeOutput extends Output {
	node_id: string | null;
}

/** Comflowy's own words: `{success, data}`, or `{success: false, error}`; tolerant of an answer without the wrapping. */
export interface Reply {
	isRefused: boolean;
	data: JsonRecord | undefined;
	error: string | undefined;
}

const RUN_KEYS = ['run_id', 'runId'];
const STATUS_KEYS = ['status', 'state', 'type'];

export function readReply(body: unknown): Reply {
	const record = recordOf(body);
	const wrapped = listOf(record?.data).length === 1 ? listOf(record?.data)[0] : record?.data;
	const isBare =
		record !== undefined &&
		(!('success' in record) ||
			(!('data' in record) && textAt(record, ...RUN_KEYS, ...STATUS_KEYS) !== undefined));
	const data = recordOf(wrapped) ?? (isBare ? record : undefined);
	return { isRefused: record?.success === false, data, error: readErrorText(body) };
}

/** The id of a run that was started. Told as a bare text it has a digit in it, as ids have and words like "queued" have not. */
export function readRunId(body: unknown): string | undefined {
	const { isRefused, data } = readReply(body);
	if (isRefused) return undefined;
	const received = recordOf(body)?.data;
	const bare = textOf(listOf(received).length === 1 ? listOf(received)[0] : received)?.trim();
	return (
		textAt(data, ...RUN_KEYS, 'id') ??
		(bare !== undefined && /^[\w-]*\d[\w-]*$/.test(bare) ? bare : undefined)
	);
}

export function readErrorText(body: unknown): string | undefined {
	const record = recordOf(body);
	return (
		textAt(record, 'error', 'message') ??
		textAt(recordOf(record?.error), 'message') ??
		textAt(recordOf(record?.data), 'error')
	);
}

/** A run as `/check` and the result callback tell it: `status` or `type`, `output_images`, `full_outputs`. */
export function readRun(
	runId: string,
	data: JsonRecord,
	known: { workflow_id?: string | null } = {},
): KnownRun {
	const words = STATUS_KEYS.flatMap((key) => textAt(data, key)?.toLowerCase() ?? []);
	const status = words.find((word) => stateOf(word) !== 'unknown') ?? words[0] ?? 'unknown';
	const outputs = readOutputs(data);
	const run = createRun({
		workflow_id: known.workflow_id ?? textAt(data, 'workflow_id') ?? null,
		status,
		state: stateOf(status),
		outputs,
		output_names: [...new Set(outputs.flatMap(({ node_id: node }) => node ?? []))],
	});
	return {
		...run,
		run_id: runId,
		error_message:
			run.state === 'failed' ? (readErrorText(data) ?? 'The service gave no reason') : null,
	};
}

/** Images by node first, then those that only the flat list has. Only `images` is documented; other lists count as well. */
export function readOutputs(data: JsonRecord): NodeOutput[] {
	const byNode = Object.entries(recordOf(data.full_outputs) ?? {}).flatMap(([node, lists]) =>
		Object.values(recordOf(lists) ?? { list: lists }).flatMap((list) =>
			imagesIn(list).flatMap((entry, index) => outputOf(entry, node, index) ?? []),
		),
	);
	const known = new Set(byNode.map(({ download_url: link }) => link));
	const flat = imagesIn(data.output_images).flatMap(
		(entry, index) => outputOf(entry, null, index) ?? [],
	);
	return [
		...byNode,
		...flat.filter(({ download_url: link }) => link === undefined || !known.has(link)),
	];
}

const isLink = (text: string | undefined) => /^(https?:\/\/|data:|\/)/i.test(text ?? '');

/** A list, or its only image without the list. */
function imagesIn(received: unknown): unknown[] {
	if (Array.isArray(received)) return received;
	const isImage = isLink(textOf(received)) || recordOf(received) !== undefined;
	return isImage ? [received] : [];
}

const placeOf = (node: string | null) => (node === null ? 'output' : `node_${node}`);

/** A link, or a relative one: without blanks, and with a file's extension, which is no decimal. */
const isAddress = (text: string) =>
	isLink(text) || /^\S+\.(?=\d?[a-z])[a-z0-9]{1,12}([?#&]\S*)?$/i.test(text);

/**
 * An image comes as its address; sibling endpoints wrap it as `{url}` or `{filename}`, which may hold the address, too. What is
 * neither is a node's text or number (ComfyUI's own answers have lists like `text: ["a cat"]`).
 */
function outputOf(entry: unknown, node: string | null, index: number): NodeOutput | undefined {
	const record = recordOf(entry);
	const text = textOf(entry);
	if (text !== undefined && (typeof entry === 'number' || !isAddress(text))) {
		const filename = `${placeOf(node)}_${index + 1}.txt`;
		return {
			filename,
			file_content: text,
			generation_status: null,
			mime_type: mimeTypeOfName(filename),
			node_id: node,
		};
	}
	const received = textAt(record, 'filename', 'name');
	const link =
		text ?? textAt(record, 'url', 'download_url') ?? (isLink(received) ? received : undefined);
	const name =
		(isLink(received) ? undefined : received) ?? (link === undefined ? undefined : nameIn(link));
	if (link === undefined && name === undefined) return undefined;
	const extension = extensionFor(readDataUri(link ?? '')?.mimeType ?? '') ?? 'png';
	const filename = name ?? `${placeOf(node)}_${index + 1}.${extension}`;
	return {
		filename,
		...(link === undefined ? {} : { download_url: link }),
		generation_status: null,
		mime_type: mimeTypeOfName(filename),
		node_id: node,
	};
}

/** The file name at the end of a link's path. */
function nameIn(link: string): string | undefined {
	if (/^data:/i.test(link)) return undefined;
	const path = URL.canParse(link) ? new URL(link).pathname : link.replace(/[?#].*$/, '');
	const last = path.split('/').at(-1) ?? '';
	return /\.[A-Za-z0-9]{1,12}$/.test(last) ? decoded(last) : undefined;
}

function decoded(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}
