import { DEEPEST_JSON } from './jsonText';

/** Where a text stops being JSON, and what is wrong there, in words. */
interface JsonFault {
	/** From 1. */
	line: number;
	column: number;
	reason: string;
}

/**
 * JavaScript's own messages differ from version to version and often name no place, so the text is
 * read once more here.
 */
function findJsonFault(text: string): JsonFault | undefined {
	const reader = { text, at: 0 };
	const reason =
		skipBlanks(reader) ?? readValue(reader, 0) ?? skipBlanks(reader) ?? readEnd(reader);
	if (reason === undefined) return undefined;
	const before = text.slice(0, reader.at).split('\n');
	return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1, reason };
}

/** `line 1, character 12: a value is missing`. */
export function describeJsonFault(text: string): string | undefined {
	const fault = findJsonFault(text);
	return fault && `line ${fault.line}, character ${fault.column}: ${fault.reason}`;
}

interface Reader {
	text: string;
	at: number;
}
/** A reason, with the reader left at the place of the fault; undefined when all is well. */
type Reason = string | undefined;

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /[\p{L}\p{N}_$'“”‘’[\].-]{1,30}/uy;
const SPECIAL: Record<string, string> = {
	"'": 'single quotes (JSON needs double quotes)',
	'“': 'typographic quotes (JSON needs straight ones)',
	'”': 'typographic quotes (JSON needs straight ones)',
	'\u00a0': 'a no-break space (JSON needs plain ones)',
	'/': 'a comment, which JSON does not know',
	'': 'the text ends too early',
};

function match({ text, at }: Reader, pattern: RegExp): string | undefined {
	pattern.lastIndex = at;
	return pattern.exec(text)?.[0];
}

function skipBlanks(reader: Reader): undefined {
	while (/[ \t\r\n\uFEFF]/.test(reader.text[reader.at] ?? '')) reader.at++;
}

const readEnd = (reader: Reader): Reason =>
	reader.at < reader.text.length ? 'more text after the end of the JSON' : undefined;

/** What stands where something else is expected. */
function found(reader: Reader): string {
	const [sign = ''] = reader.text.slice(reader.at);
	return SPECIAL[sign] ?? `"${match(reader, WORD) ?? sign}" stands here`;
}

function readValue(reader: Reader, depth: number): Reason {
	if (depth > DEEPEST_JSON) return 'too deeply nested';
	const sign = reader.text[reader.at] ?? '';
	if (sign === '{') return readList(reader, '}', () => readPair(reader, depth));
	if (sign === '[') return readList(reader, ']', () => readValue(reader, depth + 1));
	if (sign === '"') return readText(reader);
	if (/[,}\]]/.test(sign)) return 'a value is missing (does an expression return nothing?)';
	const literal = match(reader, NUMBER) ?? match(reader, /true|false|null/y);
	if (literal === undefined)
		return Object.hasOwn(SPECIAL, sign)
			? found(reader)
			: `${found(reader)}: a text needs double quotes around it`;
	reader.at += literal.length;
	return undefined;
}

function readPair(reader: Reader, depth: number): Reason {
	if (reader.text[reader.at] !== '"')
		return `${found(reader)}, where a name in double quotes is expected`;
	const reason = readText(reader) ?? skipBlanks(reader);
	if (reason !== undefined) return reason;
	if (reader.text[reader.at] !== ':') return `${found(reader)}, where a colon is expected`;
	reader.at++;
	skipBlanks(reader);
	return readValue(reader, depth + 1);
}

/** Members between brackets, with commas between them. */
function readList(reader: Reader, close: string, readMember: () => Reason): Reason {
	reader.at++;
	skipBlanks(reader);
	if (reader.text[reader.at] === close) {
		reader.at++;
		return undefined;
	}
	for (;;) {
		const reason = readMember();
		if (reason !== undefined) return reason;
		skipBlanks(reader);
		const sign = reader.text[reader.at];
		if (sign === close) {
			reader.at++;
			return undefined;
		}
		if (sign !== ',')
			return `${found(reader)}, where a comma or ${close} is due (a quotation mark inside a text?)`;
		const comma = reader.at++;
		skipBlanks(reader);
		if (reader.text[reader.at] === close) {
			reader.at = comma;
			return `an extra comma before ${close}`;
		}
	}
}

function readText(reader: Reader): Reason {
	for (reader.at++; reader.at < reader.text.length; reader.at++) {
		const sign = reader.text[reader.at];
		if (sign === '"') {
			reader.at++;
			return undefined;
		}
		if (sign === '\n' || sign === '\r') return 'a line break inside a text';
		if (sign < ' ') return 'a tab or control character inside a text';
		if (sign === '\\') {
			if (match(reader, /\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/y) === undefined)
				return 'a backslash that starts no escape of JSON (write two for one)';
			reader.at++;
		}
	}
	return 'a text without its closing quotation mark';
}
