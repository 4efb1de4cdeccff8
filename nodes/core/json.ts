import type { IDataObject } from 'n8n-workflow';
import { LongInteger, readJson, writtenJson } from './jsonText';

/** Narrowing of what came over the wire. Nothing here throws; what does not fit is absent. */
export type JsonRecord = Record<string, unknown>;

export function recordOf(value: unknown): JsonRecord | undefined {
	return typeof value === 'object' &&
		value !== null &&
		!Array.isArray(value) &&
		!(value instanceof LongInteger)
		? (value as JsonRecord)
		: undefined;
}

export function listOf(value: unknown): unknown[] {
	return Array.isArray(value) ? value : [];
}

/** A non-empty text; numbers are written out, since ids come as either. */
export function textOf(value: unknown): string | undefined {
	if (typeof value === 'number' && Number.isFinite(value)) return String(value);
	if (value instanceof LongInteger) return value.digits;
	return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Texts that stand where something could be said, such as Python's word for nothing. */
const NOTHING = /^(?:0|null|none|nil|undefined|nan|true|false|\{\}|\[\])?$/i;
const DEEPEST_NOTHING = 6;

/**
 * Whether a value has nothing to say: it is empty, or a word for nothing, or holds nothing else.
 */
export function isNothing(value: unknown, levels = DEEPEST_NOTHING): boolean {
	if (typeof value === 'string')
		return NOTHING.test(value.replace(/[\s"'\p{Cc}\p{Cf}]/gu, '').slice(0, 20));
	if (typeof value !== 'object' || value === null) return typeof value === 'boolean' || !value;
	return levels > 0 && Object.values(value).every((entry) => isNothing(entry, levels - 1));
}

/**
 * The words of a field of several choices. An expression may give a list, JSON of a list, or a text
 * with commas, semicolons, bars or lines.
 */
export function chosenWords(given: unknown): string[] {
	const parsed = typeof given === 'string' ? (parsedJson(given) ?? given) : given;
	const values = Array.isArray(parsed) ? parsed.flat(3) : [parsed];
	return values
		.flatMap((value) => (textOf(value) ?? '').split(/[,;|\n]/))
		.map((word) => word.trim().replace(/^\[?'|'\]?$/g, ''))
		.filter((word) => word !== '');
}

/**
 * Any value as a text for the wire: an object as JSON, a date as its ISO time without JSON's
 * quotation marks, nothing as ''.
 */
export function asText(value: unknown): string {
	if (typeof value !== 'object' || value === null) return String(value ?? '');
	const json = writtenJson(value);
	return json.startsWith('"') ? (textOf(parsedJson(json)) ?? json) : json;
}

/**
 * The first of several keys that holds a text. Own keys only: `__proto__` and its like stay what
 * they are.
 */
export function textAt(record: JsonRecord | undefined, ...keys: string[]): string | undefined {
	for (const key of keys) {
		const text = record && Object.hasOwn(record, key) ? textOf(record[key]) : undefined;
		if (text !== undefined) return text;
	}
	return undefined;
}

/**
 * An object with these pairs that no key can turn into something else (a wire key may well be
 * `__proto__`).
 */
export function dataOf(pairs: Array<[string, unknown]>): IDataObject {
	return Object.fromEntries(pairs.filter(([key]) => key !== '__proto__')) as IDataObject;
}

/**
 * The value of a JSON text that a service sent; undefined when it is none, or nested too deep.
 * Integers beyond 2^53 are texts of their digits, Python's NaN and Infinity are null.
 */
export function parsedJson(text: string): unknown {
	const read = readJson(text);
	return 'value' in read ? read.value : undefined;
}

/**
 * The value of a JSON text that a user entered and that will be sent: as `parsedJson`, but long
 * integers stay marked, and NaN is refused.
 */
export function parsedUserJson(text: string): unknown {
	const read = readJson(text, { areDigitsMarked: true, isStrict: true });
	return 'value' in read ? read.value : undefined;
}
