/**
 * Deepest nesting of lists and objects that is read. A value nested deeper cannot be copied or
 * stored by n8n without a stack overflow.
 */
export const DEEPEST_JSON = 200;

/**
 * An integer that JavaScript's numbers cannot hold, such as a seed of 64 bits: its digits, and the
 * mark that they were written without quotation marks, so that the writer writes them that way.
 * Only values that become a request contain these; an item or a message shows the digits as text.
 */
export class LongInteger {
	constructor(readonly digits: string) {}

	toString(): string {
		return this.digits;
	}

	toJSON(): string {
		return this.digits;
	}
}

export type ReadJson = { value: unknown } | { problem: 'notJson' | 'tooDeep' };

export interface JsonReading {
	/** Long integers become `LongInteger` instead of a text of their digits. */
	areDigitsMarked?: boolean;
	/**
	 * Python writes NaN and Infinity, which JSON does not know; they are read as null, unless this is
	 * set.
	 */
	isStrict?: boolean;
}

const QUOTE = 34;
const BACKSLASH = 92;
const NOT_FINITE = /^[-+]?(nan|inf|infinity)$/i;
const INTEGER = /^-?(?:0|[1-9]\d*)$/;
/** Fewer digits than this are a number that JavaScript holds. */
const FEWEST_LONG_DIGITS = 16;

/**
 * The value of a JSON text, in time linear to its length. Integers beyond 2^53 keep their digits,
 * as text; Python's NaN, Infinity and -Infinity are null; a byte order mark is skipped. Never
 * throws.
 */
export function readJson(text: string, reading: JsonReading = {}): ReadJson {
	const plain = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
	const mark = reading.areDigitsMarked ? unusedMark(plain) : '';
	const prepared = preparedJson(plain, mark, reading.isStrict === true);
	if (prepared === undefined) return { problem: 'tooDeep' };
	try {
		const value = JSON.parse(prepared) as unknown;
		return { value: mark === '' ? value : withLongIntegers(value, mark) };
	} catch {
		return { problem: 'notJson' };
	}
}

/** What to say of a text that would be JSON, if it were not nested so deep; undefined: it is not. */
export function tooDeepIn(text: string): string | undefined {
	const read = readJson(text);
	return 'problem' in read && read.problem === 'tooDeep'
		? `JSON that is nested more than ${DEEPEST_JSON} levels deep`
		: undefined;
}

/**
 * `JSON.stringify` whose long integers (`LongInteger`, bigint) are written as the digits they are;
 * undefined is written as null.
 */
export function writtenJson(value: unknown): string {
	let hasLong = false;
	const write = (mark: string) =>
		JSON.stringify(value, function (this: Record<string, unknown>, key, entry: unknown) {
			const raw = this[key];
			if (!(raw instanceof LongInteger) && typeof raw !== 'bigint') return entry;
			hasLong = true;
			return `${mark}${raw}`;
		}) ?? 'null';
	const plain = write('');
	if (!hasLong) return plain;
	const mark = unusedMark(plain);
	return write(mark).replace(new RegExp(`"${mark}(-?\\d+)"`, 'g'), '$1');
}

/** A private character that a JSON text holds neither as it is nor escaped. */
function unusedMark(text: string): string {
	const small = text.toLowerCase();
	for (let code = 0xe000; code < 0xf8ff; code++) {
		const mark = String.fromCharCode(code);
		if (!text.includes(mark) && !small.includes(`\\u${code.toString(16)}`)) return mark;
	}
	return '';
}

/**
 * The text with what `JSON.parse` would round or refuse written as text or null; undefined where it
 * is nested too deep.
 */
function preparedJson(text: string, mark: string, isStrict: boolean): string | undefined {
	const pieces: string[] = [];
	let copied = 0;
	let depth = 0;
	for (let at = 0; at < text.length; ) {
		const code = text.charCodeAt(at);
		if (code === QUOTE) at = endOfText(text, at);
		else if (isWordCharacter(code)) {
			const end = endOfWord(text, at);
			const word = replacedWord(text, at, end, mark, isStrict);
			if (word !== undefined) {
				pieces.push(text.slice(copied, at), word);
				copied = end;
			}
			at = end;
		} else {
			// Both kinds of brackets differ from their like by a single bit: [ and {, ] and }.
			if ((code | 32) === 123 && ++depth > DEEPEST_JSON) return undefined;
			if ((code | 32) === 125) depth--;
			at++;
		}
	}
	return copied === 0 ? text : [...pieces, text.slice(copied)].join('');
}

/** What is written in place of a number or word; undefined: nothing else. */
function replacedWord(
	text: string,
	start: number,
	end: number,
	mark: string,
	isStrict: boolean,
): string | undefined {
	const isDigit = text.charCodeAt(end - 1) >= 48 && text.charCodeAt(end - 1) <= 57;
	if (isDigit && end - start < FEWEST_LONG_DIGITS && !isExponential(text, start, end))
		return undefined;
	const word = text.slice(start, end);
	if (INTEGER.test(word))
		return Number.isSafeInteger(Number(word)) ? undefined : `"${mark}${word}"`;
	if (isStrict) return undefined;
	// A number beyond JavaScript's, such as 1e400, is what Python calls Infinity.
	const isInfinite = isDigit && /^-?\d/.test(word) && Math.abs(Number(word)) === Infinity;
	return isInfinite || NOT_FINITE.test(word) ? 'null' : undefined;
}

function isExponential(text: string, start: number, end: number): boolean {
	for (let at = start; at < end; at++) if ((text.charCodeAt(at) | 32) === 101) return true;
	return false;
}

/** Letters, digits, and what stands in numbers: + - . */
function isWordCharacter(code: number): boolean {
	const small = code | 32;
	return (
		(code >= 48 && code <= 57) ||
		(small >= 97 && small <= 122) ||
		code === 43 ||
		code === 45 ||
		code === 46
	);
}

function endOfWord(text: string, start: number): number {
	let end = start + 1;
	while (end < text.length && isWordCharacter(text.charCodeAt(end))) end++;
	return end;
}

/**
 * The place behind the quotation mark that ends this text: the first mark with an even number of
 * backslashes before it.
 */
function endOfText(text: string, start: number): number {
	for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
		let backslashes = 0;
		while (text.charCodeAt(end - 1 - backslashes) === BACKSLASH) backslashes++;
		if (backslashes % 2 === 0) return end + 1;
	}
	return text.length;
}

function withLongIntegers(value: unknown, mark: string): unknown {
	if (typeof value === 'string')
		return value.startsWith(mark) ? new LongInteger(value.slice(mark.length)) : value;
	if (typeof value !== 'object' || value === null) return value;
	if (Array.isArray(value)) return value.map((entry) => withLongIntegers(entry, mark));
	// A key may be `__proto__`, which an assignment would not set.
	return Object.fromEntries(
		Object.entries(value).map(([key, entry]) => [key, withLongIntegers(entry, mark)]),
	);
}
