import { type JsonRecord, listOf, recordOf, textAt, textOf } from '../../../../../nodes/core/json';

/** Keys under which services and ComfyUI itself (`server.py`, `execution.py`) write a reason, the most telling first. */
const REASON_KEYS = ['exception_message', 'message', 'error', 'msg', 'detail', 'reason'] as const;
/** Within a reason only: at the top of an answer they are about something else. */
const NESTED_KEYS = ['exception_type', 'type', 'code', 'name'] as const;
const LIST_KEYS = ['node_errors', 'errors', 'error_details', 'messages'] as const;
/** A reason is nested a few levels deep; the limit ends the search in an answer that is nested without end. */
const MOST_LEVELS = 6;
const MOST_REASONS = 5;

/**
 * The reason in an answer, a callback or a run's data. Comflowy documents `error` as a text; it is also read as a list, as an
 * object, and in the forms that ComfyUI gives it, where the node and its cause are named. undefined: there is none.
 */
export function readErrorText(body: unknown): string | undefined {
	const record = recordOf(body);
	if (record === undefined) return undefined;
	return joined(reasonsIn(record, MOST_LEVELS)) ?? joined(reasonsOf(record.data, MOST_LEVELS));
}

function joined(reasons: string[]): string | undefined {
	const distinct = [...new Set(reasons)].slice(0, MOST_REASONS);
	return distinct.length === 0 ? undefined : distinct.join('; ');
}

function reasonsOf(value: unknown, levels: number): string[] {
	if (levels === 0) return [];
	const text = textOf(value)?.trim();
	if (text !== undefined) return text === '' ? [] : [text];
	// ComfyUI's history has pairs such as ["execution_error", {"exception_message": "…"}].
	if (Array.isArray(value) && value.length === 2 && recordOf(value[1]) !== undefined)
		return reasonsOf(value[1], levels - 1);
	if (Array.isArray(value)) return value.flatMap((entry) => reasonsOf(entry, levels - 1));
	const record = recordOf(value);
	return record === undefined ? [] : reasonsIn(record, levels);
}

/** The first key that says something, together with `details`, and the node that it is about. */
function reasonsIn(record: JsonRecord, levels: number): string[] {
	// ComfyUI answers a refused prompt with a general error beside the reasons of each node.
	const ofNodes = reasonsOfNodes(record.node_errors, levels - 1);
	const firstOf = (keys: readonly string[]) =>
		keys
			.map((key) => reasonsOf(valueAt(record, key), levels - 1))
			.find((reasons) => reasons.length > 0) ?? [];
	const general = firstOf(REASON_KEYS);
	const isAlone = ofNodes.length === 0 && general.length === 0;
	const listed = isAlone
		? LIST_KEYS.flatMap((name) => reasonsOf(valueAt(record, name), levels - 1))
		: [];
	const details = textAt(record, 'details')?.trim();
	const isBare = isAlone && listed.length === 0 && levels < MOST_LEVELS;
	const reasons = [...general, ...ofNodes, ...listed, ...(isBare ? firstOf(NESTED_KEYS) : [])];
	const node = nodeIn(record);
	return reasons.map(
		(reason, index) =>
			(node === undefined || reason.startsWith('Node ') ? '' : `${node}: `) +
			reason +
			(index === 0 && details && !reason.includes(details) ? ` (${details})` : ''),
	);
}

const valueAt = (record: JsonRecord, key: string) =>
	Object.hasOwn(record, key) ? record[key] : undefined;

/** `node_errors: {<node id>: {errors: [{type, message, details}], class_type}}` of ComfyUI's public `server.py`. */
function reasonsOfNodes(value: unknown, levels: number): string[] {
	if (levels <= 0) return [];
	return Object.entries(recordOf(value) ?? {}).flatMap(([id, entry]) => {
		const kind = textAt(recordOf(entry), 'class_type');
		const node = `Node ${id}${kind === undefined ? '' : ` (${kind})`}`;
		return reasonsOf(recordOf(entry)?.errors ?? listOf(entry), levels).map(
			(reason) => `${node}: ${reason}`,
		);
	});
}

function nodeIn(record: JsonRecord): string | undefined {
	const id = textAt(record, 'node_id');
	const kind = textAt(record, 'node_type', 'class_type');
	if (id === undefined && kind === undefined) return undefined;
	return `Node ${id ?? ''}${kind === undefined ? '' : ` (${kind})`}`.replace('  ', ' ');
}
