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
	const received = Object.keys(run.inputs).filter((name) => !fileNames.includes(name));
	const sent = Object.keys(texts);
	return (
		received.length === sent.length &&
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

function isSameValue(received: unknown, sent: string | string[]): boolean {
	if (Array.isArray(sent)) {
		// Repeated fields are told as a list, or as the last of them.
		return Array.isArray(received)
			? received.length === sent.length && sent.every((text, i) => isSameText(received[i], text))
			: isSameText(received, sent.at(-1) ?? '');
	}
	return isSameText(received, sent);
}

function isSameText(received: unknown, sent: string): boolean {
	if (typeof received === 'string')
		return withPlainBreaks(received) === withPlainBreaks(sent) || isSameNumber(received, sent);
	if (typeof received === 'number') return isSameNumber(String(received), sent);
	if (typeof received === 'boolean') return String(received) === sent.toLowerCase();
	if (received === null || received === undefined) return sent === '';
	return JSON.stringify(received) === sent;
}

/** A form sends every line break as CRLF (WHATWG), and the service may tell it either way. */
const withPlainBreaks = (text: string) => text.replace(/\r\n?/g, '\n');

function isSameNumber(a: string, b: string): boolean {
	return a.trim() !== '' && b.trim() !== '' && Number(a) === Number(b);
}
