import { isNothing, parsedJson, recordOf, textOf } from '../../../../../nodes/core/json';
import { type ApiRequest, pathTo } from '../../../../../nodes/core/http/transport';

/** The result of a workflow. `total_time` is in seconds; null where it is not reported. */
export interface WorkflowAnswer {
	output: unknown;
	total_time: number | null;
}

/** An entry of the log that a stream carries. */
export interface LogEvent {
	event: string;
	node: string | null;
	type: string | null;
	message: string | null;
	data: unknown;
}

/** FlowAI's one path (vendor's API page): the answer is the result itself. */
export function runRequest(
	workflowId: string,
	input: Record<string, unknown>,
	isStreamed: boolean,
): ApiRequest {
	return {
		method: 'POST',
		path: `/workflow/run${pathTo(workflowId)}`,
		headers: {
			'Content-Type': 'application/json',
			Accept: isStreamed ? 'text/event-stream, application/json' : 'application/json',
		},
		body: isStreamed ? { input, stream: true } : { input },
	};
}

/** Keys are shown with a capital in streams (`Node`, `Content`) and in small letters elsewhere. */
export function valueAt(value: unknown, key: string): unknown {
	const record = recordOf(value);
	const name = record && Object.keys(record).find((raw) => raw.toLowerCase() === key);
	return name === undefined ? undefined : record?.[name];
}

/**
 * The result in a value; undefined: there is none. A result may have any JSON type, null included,
 * but an empty one beside an error is none.
 */
export function readAnswer(body: unknown): WorkflowAnswer | undefined {
	// Frameworks put a single result into a list.
	const value: unknown = Array.isArray(body) && body.length === 1 ? body[0] : body;
	// Some gateways put every answer under `data`.
	const holder = valueAt(value, 'output') === undefined ? valueAt(value, 'data') : value;
	const output = valueAt(holder, 'output');
	const isNothing = output === null || output === '';
	if (output === undefined || (isNothing && [value, holder].some(hasError))) return undefined;
	const time = [holder, value]
		.map((part) => valueAt(part, 'total_time') ?? valueAt(part, 'totaltime'))
		.find((received) => received !== undefined);
	const seconds = Number(time ?? Number.NaN);
	return { output, total_time: Number.isFinite(seconds) ? seconds : null };
}

function hasError(value: unknown): boolean {
	const error = valueAt(value, 'error');
	return typeof error === 'object' && error !== null
		? Object.keys(error).length > 0
		: Boolean(error);
}

const REASON_KEYS = ['error', 'message', 'msg', 'detail', 'reason', 'errors'];
/** These are read only within a reason; at the top of an event they mean something else. */
const NESTED_KEYS = ['type', 'code', 'name'];
const MOST_LEVELS = 5;

/**
 * Error text of any body: FlowAI documents none, and writes keys either way. It may be a text, a
 * list or an object.
 */
export function readErrorText(body: unknown): string | undefined {
	return (
		reasonIn(body, ['error'], MOST_LEVELS) ??
		reasonIn(valueAt(body, 'data'), REASON_KEYS, MOST_LEVELS) ??
		reasonIn(body, REASON_KEYS, MOST_LEVELS)
	);
}

/** Error text of a refused request's answer; a body without information is not shown. */
export function errorTextOf(body: unknown): string | undefined {
	return readErrorText(body) ?? (body !== undefined && isNothing(body) ? '' : undefined);
}

function reasonIn(value: unknown, keys: readonly string[], levels: number): string | undefined {
	for (const key of keys) {
		const reason = reasonOf(valueAt(value, key), levels);
		if (reason !== undefined) return reason;
	}
	return undefined;
}

function reasonOf(value: unknown, levels: number): string | undefined {
	if (levels === 0) return undefined;
	if (Array.isArray(value)) return joined(value.map((entry) => reasonOf(entry, levels - 1)));
	if (isNothing(value)) return undefined;
	return textOf(value) ?? reasonIn(value, [...REASON_KEYS, ...NESTED_KEYS], levels - 1);
}

function joined(texts: Array<string | undefined>): string | undefined {
	const distinct = [...new Set(texts.flatMap((text) => text ?? []))].slice(0, MOST_LEVELS);
	return distinct.length === 0 ? undefined : distinct.join('; ');
}

/** A text piece of an LLM node. Reasoning comes beside or instead of the answer's own text. */
export function readPiece(value: unknown): { node: string; content: string; reasoning: string } {
	const [node, content, reasoning] = ['node', 'content', 'reasoning'].map((key) =>
		valueAt(value, key),
	);
	return { node: asText(node), content: asText(content), reasoning: asText(reasoning) };
}

export function readLogEvent(event: string, data: string): LogEvent {
	const value = parsedJson(data);
	const textIn = (key: string) => asText(valueAt(value, key)) || null;
	const isMessage =
		recordOf(value) !== undefined &&
		['node', 'msg', 'type'].some((key) => valueAt(value, key) !== undefined);
	return {
		event,
		node: textIn('node'),
		type: textIn('type'),
		message: textIn('msg'),
		data: isMessage ? (valueAt(value, 'data') ?? null) : (value ?? data),
	};
}

function asText(value: unknown): string {
	return typeof value === 'string'
		? value
		: value === null || value === undefined
			? ''
			: JSON.stringify(value);
}
