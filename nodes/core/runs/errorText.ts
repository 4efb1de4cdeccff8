import { type JsonRecord, listOf, parsedJson, recordOf, textAt, textOf } from '../json';

/**
 * Keys under which services and ComfyUI itself (`server.py`, `execution.py`) write a reason, the
 * most specific first.
 */
const REASON_KEYS = [
	'exception_message',
	'error_message',
	'errors',
	'detail',
	'error',
	'message',
	'msg',
	'failure_reason',
	'reason',
	'status_message',
] as const;
/** Within a reason only: at the top of an answer they are about something else. */
const NESTED_KEYS = ['exception_type', 'type', 'code', 'name'] as const;
const LIST_KEYS = ['error_details', 'messages'] as const;
/**
 * A reason is nested a few levels deep; the limit ends the search in an answer that is nested
 * without end.
 */
const MOST_LEVELS = 6;
const MOST_REASONS = 5;

/**
 * The reason in an answer, a callback or a run's data, in any form that services and ComfyUI give
 * it: a text, a list, an object, FastAPI's fields, ComfyUI's node errors and exceptions. The node
 * and the field that it is about are named. undefined: there is none.
 */
export function readErrorText(body: unknown): string | undefined {
	const record = recordOf(body);
	if (record === undefined) return undefined;
	return joined(reasonsIn(record, MOST_LEVELS)) ?? joined(reasonsOf(record.data, MOST_LEVELS));
}

/** As `readErrorText`, of what stands under a key that is there for reasons. */
export function reasonText(value: unknown): string | undefined {
	return joined(reasonsOf(value, MOST_LEVELS));
}

/**
 * What ComfyUI says about single nodes, for example beside the ID of a run that it started all the
 * same.
 */
export function nodeErrorsText(record: JsonRecord | undefined): string | undefined {
	return joined(reasonsOfNodes(record?.node_errors, MOST_LEVELS));
}

/** The reason of a failed run that gives none. */
export const noReasonOf = (serviceName: string) => `${serviceName} gave no reason`;

function joined(reasons: string[]): string | undefined {
	const distinct = [...new Set(reasons)].slice(0, MOST_REASONS);
	return distinct.length === 0 ? undefined : distinct.join('; ');
}

function reasonsOf(value: unknown, levels: number): string[] {
	if (levels === 0) return [];
	const text = textOf(value)?.trim();
	if (text !== undefined) return reasonsInText(text, levels);
	// ComfyUI's history has pairs such as ["execution_error", {"exception_message": "…"}].
	if (
		Array.isArray(value) &&
		(textOf(value[0]) ?? '').startsWith('execution_') &&
		recordOf(value[1]) !== undefined
	)
		return reasonsOf(value[1], levels - 1);
	if (Array.isArray(value)) return value.flatMap((entry) => reasonsOf(entry, levels - 1));
	const record = recordOf(value);
	return record === undefined ? [] : reasonsIn(record, levels);
}

/** Some services hand on the error of what they called as JSON in a text. */
function reasonsInText(text: string, levels: number): string[] {
	if (text === '') return [];
	const value = /^[[{]/.test(text) ? parsedJson(text) : undefined;
	const reasons = value === undefined ? [] : reasonsOf(value, levels - 1);
	return reasons.length > 0 ? reasons : [text];
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
	const listed = LIST_KEYS.flatMap((name) => reasonsOf(valueAt(record, name), levels - 1));
	const details = textAt(record, 'details')?.trim();
	const known = [...general, ...ofNodes, ...listed];
	const isBare = known.length === 0 && levels < MOST_LEVELS;
	const reasons = isBare ? firstOf(NESTED_KEYS) : known;
	const place = nodeIn(record) ?? fieldIn(record);
	return reasons.map(
		(reason, index) =>
			(place === undefined || reason.startsWith('Node ') ? '' : `${place}: `) +
			reason +
			(index === 0 && details && !reason.includes(details) ? ` (${details})` : ''),
	);
}

const valueAt = (record: JsonRecord, key: string) =>
	Object.hasOwn(record, key) ? record[key] : undefined;

/**
 * `node_errors: {<node id>: {errors: [{type, message, details}], class_type}}` of ComfyUI's public
 * `server.py`.
 */
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

/** FastAPI names the place first (`query`, `body`); the user knows only the field. */
function fieldIn(record: JsonRecord): string | undefined {
	const place = listOf(record.loc)
		.map(textOf)
		.filter((part) => part !== undefined);
	return (place.length > 1 ? place.slice(1) : place).join('.') || undefined;
}
