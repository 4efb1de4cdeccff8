import type { Run } from './run';
import { timeOf } from './run';

/** What makes two runs the same for a user. Files cannot be compared: the service shows its own storage key for them. */
export interface RunIdentity {
	workflowId: string;
	/** Text parameters as they were sent; several values under one name are a list. */
	texts: Readonly<Record<string, string | string[]>>;
	/** Names of the parameters that were sent as files. */
	fileNames: readonly string[];
}

/** Same workflow, same text inputs, none missing and none more. */
export function isSameRun(run: Run, { workflowId, texts, fileNames }: RunIdentity): boolean {
	if (run.workflow_id !== workflowId) return false;
	const told = Object.keys(run.inputs).filter((name) => !fileNames.includes(name));
	const sent = Object.keys(texts);
	return (
		told.length === sent.length &&
		sent.every(
			(name) => Object.hasOwn(run.inputs, name) && isSameValue(run.inputs[name], texts[name]),
		)
	);
}

/**
 * Whether a run was created after a start was sent.
 * @param sentAtMs by the service's clock
 * @param toleranceMs for clocks that are told in whole seconds
 */
export function isCreatedAfter(run: Run, sentAtMs: number, toleranceMs: number): boolean {
	const createdAt = timeOf(run.created_at);
	return !Number.isNaN(createdAt) && createdAt >= sentAtMs - toleranceMs;
}

function isSameValue(told: unknown, sent: string | string[]): boolean {
	if (Array.isArray(sent)) {
		// Repeated fields are told as a list, or as the last of them.
		return Array.isArray(told)
			? told.length === sent.length && sent.every((text, i) => isSameText(told[i], text))
			: isSameText(told, sent.at(-1) ?? '');
	}
	return isSameText(told, sent);
}

function isSameText(told: unknown, sent: string): boolean {
	if (typeof told === 'string')
		return withPlainBreaks(told) === withPlainBreaks(sent) || isSameNumber(told, sent);
	if (typeof told === 'number') return isSameNumber(String(told), sent);
	if (typeof told === 'boolean') return String(told) === sent.toLowerCase();
	if (told === null || told === undefined) return sent === '';
	return JSON.stringify(told) === sent;
}

/** A form sends every line break as CRLF (WHATWG), and the service may tell it either way. */
const withPlainBreaks = (text: string) => text.replace(/\r\n?/g, '\n');

function isSameNumber(a: string, b: string): boolean {
	return a.trim() !== '' && b.trim() !== '' && Number(a) === Number(b);
}
