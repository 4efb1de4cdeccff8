import { isNothing, type JsonRecord, listOf, parsedJson, recordOf, textAt, textOf } from '../json';

/**
 * Keys under which services and ComfyUI itself (`server.py`, `execution.py`) write a reason, the
 * most specific first; compared without letter case, `_` and `-`.
 */
const REASON_KEYS = [
	'exceptionmessage',
	'errormessage',
	'errors',
	'detail',
	'errordescription',
	'error',
	'message',
	'msg',
	'failurereason',
	'failedreason',
	'reason',
	'statusmessage',
	'statusdetails',
	'failure',
	'errormsg',
	'err',
	'fault',
	'faultstring',
] as const;
/** Read within a reason only: at the top of an answer these keys are about something else. */
const NESTED_KEYS = [
	'exceptiontype',
	'type',
	'code',
	'name',
	'title',
	'description',
	'text',
] as const;
const LIST_KEYS = ['errordetails', 'messages'] as const;
/** Members of an error that say nothing to a user, where the others are named after fields. */
const NO_FIELDS =
	/^(traceback|stack|timestamp|extrainfo|ctx|input|url|promptid|runid|id|executed|current(in|out)puts)$/;
/**
 * A reason is nested a few levels deep; the limit ends the search in an answer that is nested
 * without end.
 */
const MOST_LEVELS = 6;
const MOST_REASONS = 5;
const MOST_FIELDS = 50;

/**
 * The reason in an answer, a callback or a run's data, in any form that services and ComfyUI give
 * it: a text, a list, an object, FastAPI's fields, ComfyUI's node errors and exceptions. The node
 * and the field that it is about are named. undefined: there is none.
 */
export function readErrorText(body: unknown): string | undefined {
	const record = recordOf(body);
	if (record === undefined) return undefined;
	const at = keysOf(record);
	return (
		joined(reasonsIn(record, MOST_LEVELS)) ??
		joined([at('data')].flat().flatMap((entry) => reasonsOf(entry, MOST_LEVELS))) ??
		joined(reasonsOf(recordOf(at('result')), MOST_LEVELS))
	);
}

/** As `readErrorText`, of what stands under a key that is there for reasons. */
export function reasonText(value: unknown): string | undefined {
	return joined(reasonsOf(value, MOST_LEVELS - 1));
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

/** The values of a record by their keys in small letters, without `_` and `-`. */
function keysOf(record: JsonRecord): (key: string) => unknown {
	const plain = new Map(
		Object.entries(record)
			.reverse()
			.map(([key, value]) => [plainKey(key), value]),
	);
	return (key) => plain.get(key);
}

const plainKey = (key: string) => key.slice(0, 50).toLowerCase().replace(/[_-]/g, '');

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

/** Some services pass on the error of what they called as JSON in a text. */
function reasonsInText(text: string, levels: number): string[] {
	if (isNothing(text)) return [];
	const value = /^[[{]/.test(text) ? parsedJson(text) : undefined;
	const reasons = value === undefined ? [] : reasonsOf(value, levels - 1);
	return reasons.length > 0 ? reasons : [text];
}

/** The first key that says something, together with `details`, and the node that it is about. */
function reasonsIn(record: JsonRecord, levels: number): string[] {
	const at = keysOf(record);
	// ComfyUI answers a refused prompt with a general error beside the reasons of each node.
	const ofNodes = reasonsOfNodes(record.node_errors, levels - 1);
	const firstOf = (keys: readonly string[]) => {
		const found = keys
			.map((key) => reasonsOf(at(key), levels - 1))
			.filter((reasons) => reasons.length > 0);
		// `error: 1` and `error: 500` say less than a message beside them.
		return (
			found.find((reasons) => !reasons.every((reason) => /^\d+$/.test(reason))) ?? found[0] ?? []
		);
	};
	const general = firstOf(REASON_KEYS);
	// ComfyUI's history has them in `status`, beside its word.
	const ofStatus = reasonsOf(recordOf(record.status)?.messages, levels - 1);
	const listed = LIST_KEYS.flatMap((name) => reasonsOf(at(name), levels - 1));
	const details = textAt(record, 'details')?.trim();
	const known = [...general, ...ofNodes, ...listed, ...ofStatus];
	const isBare = known.length === 0 && levels < MOST_LEVELS;
	const reasons = isBare ? bareReasons(record, firstOf(NESTED_KEYS), levels) : known;
	const place = nodeIn(record) ?? fieldIn(record);
	return reasons.map(
		(reason, index) =>
			(place === undefined || reason.startsWith('Node ') ? '' : `${place}: `) +
			reason +
			(index === 0 && details && !reason.includes(details) ? ` (${details})` : ''),
	);
}

/** Of an error whose keys are no words for a reason: `{"text_51536": ["is required"]}`. */
function bareReasons(record: JsonRecord, nested: string[], levels: number): string[] {
	if (nested.length > 0) return nested;
	return Object.entries(record)
		.filter(([key, entry]) => typeof entry !== 'number' && !NO_FIELDS.test(plainKey(key)))
		.slice(0, MOST_FIELDS)
		.flatMap(([key, entry]) =>
			/^\d+$/.test(key)
				? reasonsOfNodes({ [key]: entry }, levels - 1)
				: reasonsOf(entry, levels - 1).map((reason) => `${key}: ${reason}`),
		);
}

/** Where ComfyUI writes what kind of node it is. */
const KIND_KEYS = ['class_type', 'node_type'];

/**
 * `node_errors: {<node id>: {errors: [{type, message, details}], class_type}}` of ComfyUI's public
 * `server.py`; also as a list, as JSON in a text, and with a text for each node.
 */
function reasonsOfNodes(value: unknown, levels: number): string[] {
	if (levels <= 0) return [];
	const read = typeof value === 'string' ? parsedJson(value) : value;
	if (Array.isArray(read)) return read.flatMap((entry) => reasonsOf(entry, levels));
	return Object.entries(recordOf(read) ?? {}).flatMap(([id, entry]) => {
		const record = recordOf(entry);
		const kind = textAt(record, ...KIND_KEYS);
		const node = `Node ${id}${kind === undefined ? '' : ` (${kind})`}`;
		const rest = Object.entries(record ?? {}).filter(([key]) => !KIND_KEYS.includes(key));
		const parts = record === undefined ? entry : (record.errors ?? Object.fromEntries(rest));
		const reasons = reasonsOf(parts, levels);
		return reasons.map((reason) => `${node}: ${reason}`);
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
