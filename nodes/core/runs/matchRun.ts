import { parsedJson } from '../json';
import { canonicalJson, canonicalText, wellFormed } from './canonicalJson';
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
	const files = new Set(fileNames.map(plainName));
	const received = new Map(
		Object.entries(run.inputs)
			.map(([name, value]) => [plainName(name), value] as const)
			.filter(([name]) => !files.has(name)),
	);
	const sent = Object.entries(texts);
	return (
		received.size === sent.length &&
		sent.every(([name, value]) => {
			const key = plainName(name);
			return received.has(key) && isSameValue(received.get(key), value);
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
	if (fileNames.length === 0) return runs;
	const files = fileNames.map(plainName);
	const shownBy = ({ inputs }: T) => {
		const names = new Set(Object.keys(inputs).map(plainName));
		return (name: string) => names.has(name);
	};
	const areFilesShown = runs.some((run) => files.some(shownBy(run)));
	return areFilesShown ? runs.filter((run) => files.every(shownBy(run))) : runs;
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
	const files = new Set(fileNames.map(plainName));
	const pairs = Object.entries(inputs)
		.map(([name, value]) => [plainName(name), value] as const)
		.filter(([name]) => !files.has(name))
		.map(([name, value]) => [name, roughly(value)]);
	return JSON.stringify([workflowId, ...pairs.sort(([a], [b]) => (a < b ? -1 : 1))]);
}

function isSameValue(received: unknown, sent: string | string[]): boolean {
	if (!Array.isArray(sent)) return isSameText(received, sent);
	// Repeated fields are shown as a list, as a list in JSON, or as the last of them.
	const list = typeof received === 'string' ? (parsedJson(received) ?? received) : received;
	if (Array.isArray(list) && list.length === sent.length)
		return sent.every((text, index) => isSameText(list[index], text));
	return !Array.isArray(received) && isSameText(received, sent.at(-1) ?? '');
}

function isSameText(received: unknown, sent: string): boolean {
	if (typeof received === 'string')
		return (
			formsOf(sent).has(withPlainBreaks(received)) || isSameJson(canonicalText(received), sent)
		);
	if (typeof received === 'number') return isSameNumber(received, sent);
	if (typeof received === 'boolean') return String(received) === sent.trim().toLowerCase();
	if (received === null || received === undefined) return sent.trim() === '';
	return isSameJson(canonicalJson(received), sent);
}

function isSameJson(canonical: string | undefined, sent: string): boolean {
	return canonical !== undefined && canonical === canonicalText(sent);
}

/** Services show names as they were sent, or NFC-normalised. */
const plainName = (name: string) => wellFormed(name).normalize('NFC');

/** A form sends every line break as CRLF (WHATWG), and services show it either way. */
const withPlainBreaks = (text: string) => text.replace(/\r\n?/g, '\n');
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
	// An exponent (1e21) was meant for a double.
	return !/^[+-]?\d+$/.test(text) || BigInt(text.replace('+', '')) === BigInt(received);
}

/** A key that is equal for all forms of one value. */
function roughly(value: unknown): string {
	if (value === null || value === undefined) return '';
	if (typeof value === 'number') return `#${value}`;
	if (typeof value === 'object') return canonicalJson(value);
	const text = withPlainBreaks(wellFormed(String(value))).normalize('NFC');
	const trimmed = withoutBlanks(withoutBlanks(text, 'end'), 'start');
	const json = canonicalText(trimmed);
	if (json !== undefined) return json;
	return DECIMAL.test(trimmed) ? `#${Number(trimmed)}` : trimmed.toLowerCase();
}
