import { parsedJson, recordOf } from '../json';

/** A form sends half of a surrogate pair as U+FFFD (WHATWG: names and values are scalar values). */
export const wellFormed = (text: string) => text.replace(/\p{Cs}/gu, '\uFFFD');

/**
 * A text that is equal for equal JSON values, however a parser or a database writes them again:
 * other blanks, another order of keys, escapes in place of characters, `1.0` for `1`, NFC.
 * @param value as `parsedJson` gives it, integers beyond 2^53 as text
 */
export function canonicalJson(value: unknown): string {
	if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
	const record = recordOf(value);
	if (record !== undefined) {
		const pairs = Object.entries(record).map(([key, entry]) => [
			canonicalJson(key),
			canonicalJson(entry),
		]);
		return `{${pairs
			.sort(([a], [b]) => (a < b ? -1 : 1))
			.map((pair) => pair.join(':'))
			.join(',')}}`;
	}
	const plain = typeof value === 'string' ? wellFormed(value).normalize('NFC') : value;
	return JSON.stringify(plain) ?? 'null';
}

/** The canonical form of a text that holds a JSON object or list; undefined for any other text. */
export function canonicalText(text: string): string | undefined {
	if (!/^\s*[[{]/.test(text)) return undefined;
	const value = parsedJson(text);
	return value === undefined ? undefined : canonicalJson(value);
}
