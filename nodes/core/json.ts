import type { IDataObject } from 'n8n-workflow';

/** Narrowing of what came over the wire. Nothing here throws; what does not fit is absent. */
export type JsonRecord = Record<string, unknown>;

export function recordOf(value: unknown): JsonRecord | undefined {
	return typeof value === 'object' && value !== null && !Array.isArray(value)
		? (value as JsonRecord)
		: undefined;
}

export function listOf(value: unknown): unknown[] {
	return Array.isArray(value) ? value : [];
}

/** A non-empty text; numbers are written out, since ids come as either. */
export function textOf(value: unknown): string | undefined {
	if (typeof value === 'number' && Number.isFinite(value)) return String(value);
	return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Any value as a text for the wire: an object as JSON, a date as its ISO time without JSON's quotation marks, nothing as ''. */
export function asText(value: unknown): string {
	if (typeof value !== 'object' || value === null) return String(value ?? '');
	const json = JSON.stringify(value);
	return textOf(parsedJson(json)) ?? json;
}

/** The first of several keys that holds a text. Own keys only: `__proto__` and its like stay what they are. */
export function textAt(record: JsonRecord | undefined, ...keys: string[]): string | undefined {
	for (const key of keys) {
		const text = record && Object.hasOwn(record, key) ? textOf(record[key]) : undefined;
		if (text !== undefined) return text;
	}
	return undefined;
}

/** An object with these pairs that no key can turn into something else (a wire key may well be `__proto__`). */
export function dataOf(pairs: Array<[string, unknown]>): IDataObject {
	return Object.fromEntries(pairs.filter(([key]) => key !== '__proto__')) as IDataObject;
}

/** The value of a JSON text, with or without a byte order mark; undefined when it is none. */
export function parsedJson(text: string): unknown {
	try {
		return JSON.parse(text.replace(/^\uFEFF/, '')) as unknown;
	} catch {
		return undefined;
	}
}
