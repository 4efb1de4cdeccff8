import { type Run, timeOf } from './run';

/**
 * What makes two runs the same for a user. Files cannot be compared: the service shows its own
 * storage key for them.
 */
export interface RunIdentity {
	workflowId: string;
	/** Text parameters as they are sent; several values under one name are a list. */
	texts: Readonly<Record<string, string | string[]>>;
	/** Names of the parameters that are sent as files. */
	fileNames: readonly string[];
}

/**
 * Whether the service may have made this run of that request: same workflow, same text inputs, none
 * missing and none more.
 */
export function isSameRun(run: Run, { workflowId, texts, fileNames }: RunIdentity): boolean {
	if (run.workflow_id !== workflowId) return false;
	const received = Object.keys(run.inputs).filter((name) => !fileNames.includes(name));
	const sent = Object.entries(texts);
	return (
		received.length === sent.length &&
		sent.every(([name, value]) => {
			const key = wellFormed(name);
			return Object.hasOwn(run.inputs, key) && isSameValue(run.inputs[key], value);
		})
	);
}

/**
 * The runs that may have been made with these file parameters. The content of a file is not shown,
 * but most services show its parameter: where any of the runs has one, a run without it was made
 * without the file.
 */
export function runsWithFiles<T extends Run>(
	runs: readonly T[],
	fileNames: readonly string[],
): readonly T[] {
	const hasFile =
		({ inputs }: T) =>
		(name: string) =>
			Object.hasOwn(inputs, wellFormed(name));
	const areFilesShown = runs.some((run) => fileNames.some(hasFile(run)));
	return areFilesShown ? runs.filter((run) => fileNames.every(hasFile(run))) : runs;
}

/**
 * Whether a run was created after a start was sent.
 * @param sentAtMs by the service's clock
 * @param toleranceMs for clocks that show whole seconds
 */
export function isCreatedAfter(run: Run, sentAtMs: number, toleranceMs: number): boolean {
	const createdAt = timeOf(run.created_at);
	return !Number.isNaN(createdAt) && createdAt >= sentAtMs - toleranceMs;
}

/**
 * A key that is equal for a run and each request that `isSameRun` takes it for (and for some more),
 * so that thousands of runs need not be compared with thousands of requests.
 * @returns undefined for a request with lists, which services show in more than one way
 */
export function requestKey({ workflowId, texts }: RunIdentity): string | undefined {
	return Object.values(texts).some(Array.isArray) ? undefined : roughKey(workflowId, texts, []);
}

/** @param fileNames of the request that the run is looked for */
export function runKey({ workflow_id, inputs }: Run, fileNames: readonly string[]): string {
	return roughKey(workflow_id, inputs, fileNames);
}

function roughKey(workflowId: string | null, inputs: object, fileNames: readonly string[]) {
	const pairs = Object.entries(inputs)
		.filter(([name]) => !fileNames.includes(name))
		.map(([name, value]) => [wellFormed(name), roughly(value)]);
	return JSON.stringify([workflowId, ...pairs.sort(([a], [b]) => (a < b ? -1 : 1))]);
}

function isSameValue(received: unknown, sent: string | string[]): boolean {
	if (Array.isArray(sent)) {
		// Repeated fields are shown as a list, or as the last of them.
		return Array.isArray(received)
			? received.length === sent.length && sent.every((text, i) => isSameText(received[i], text))
			: isSameText(received, sent.at(-1) ?? '');
	}
	return isSameText(received, sent);
}

function isSameText(received: unknown, sent: string): boolean {
	if (typeof received === 'string')
		return formsOf(sent).has(withPlainBreaks(received)) || isSameJson(received, sent);
	if (typeof received === 'number') return isSameNumber(received, sent);
	if (typeof received === 'boolean') return String(received) === sent.trim().toLowerCase();
	if (received === null || received === undefined) return sent.trim() === '';
	return isSameJson(JSON.stringify(received), sent);
}

/** A form sends every line break as CRLF (WHATWG), and services show it either way. */
const withPlainBreaks = (text: string) => text.replace(/\r\n?/g, '\n');
/** A form sends half of a surrogate pair as U+FFFD (WHATWG: names and values are scalar values). */
const wellFormed = (text: string) => text.replace(/\p{Cs}/gu, '\uFFFD');
/** What Python takes for blank besides what JavaScript does. */
const PYTHON_BLANKS = '\u001c\u001d\u001e\u001f\u0085';
const isBlank = (char: string) => /\s/.test(char) || PYTHON_BLANKS.includes(char);

function withoutBlanks(text: string, side: 'start' | 'end'): string {
	// An expression like /\s+$/ takes quadratic time for a text with many blanks inside.
	let [from, to] = [0, text.length];
	while (side === 'start' && from < to && isBlank(text[from])) from++;
	while (side === 'end' && to > from && isBlank(text[to - 1])) to--;
	return text.slice(from, to);
}

/**
 * How a service may show a text that was sent: unchanged, without blanks around it or after it, and
 * NFC-normalised.
 */
function formsOf(sent: string): Set<string> {
	const text = withPlainBreaks(wellFormed(sent));
	const withoutTail = withoutBlanks(text, 'end');
	const trimmed = [
		text,
		text.trim(),
		withoutTail,
		withoutBlanks(text, 'start'),
		withoutBlanks(withoutTail, 'start'),
	];
	return new Set([...trimmed, ...trimmed.map((form) => form.normalize('NFC'))]);
}

const DECIMAL = /^[+-]?(\d+(?:\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;

/**
 * A JSON number: the service read the text as one. Integers that a double cannot hold are compared
 * digit by digit.
 */
function isSameNumber(received: number, sent: string): boolean {
	const text = sent.trim();
	if (!DECIMAL.test(text) || Number(text) !== received) return false;
	if (Number.isSafeInteger(received) || !Number.isInteger(received)) return true;
	return /^[+-]?\d+$/.test(text) && BigInt(text.replace('+', '')) === BigInt(received);
}

/**
 * The same JSON with other blanks between its tokens, as parsers write it again (`{"a": 1}` in
 * Python).
 */
function isSameJson(received: string, sent: string): boolean {
	if (!/^\s*[[{]/.test(sent)) return false;
	return compactJson(received) === compactJson(wellFormed(sent));
}

/**
 * A text without a closing quotation mark is matched to the end of the input, so that its start is
 * not tried again.
 */
const compactJson = (json: string) =>
	json.replace(
		/("[^"\\]*(?:\\[\s\S][^"\\]*)*"?)|\s+/g,
		(_, text: string | undefined) => text ?? '',
	);

/** A key that is equal for all forms of one value. */
function roughly(value: unknown): string {
	if (value === null || value === undefined) return '';
	if (typeof value === 'number') return `#${value}`;
	if (typeof value === 'object') return '{';
	const text = withPlainBreaks(wellFormed(String(value))).normalize('NFC');
	const trimmed = withoutBlanks(withoutBlanks(text, 'end'), 'start');
	if (/^[[{]/.test(trimmed)) return '{';
	return DECIMAL.test(trimmed) ? `#${Number(trimmed)}` : trimmed.toLowerCase();
}
