import { NodeApiError, NodeOperationError } from 'n8n-workflow';
import type { INode, JsonObject } from 'n8n-workflow';

/** Something the user can mend: what is wrong, and in `hint` what to do next. */
export class ConfigurationError extends Error {
	constructor(
		message: string,
		readonly hint?: string,
	) {
		super(message);
	}
}

export interface FailureFacts {
	/** HTTP status that the service answered with. */
	status?: number;
	/** Network code such as `ECONNREFUSED`. */
	code?: string;
	hint?: string;
	runId?: string | null;
	state?: string;
	/** From the service's Retry-After. */
	retryAfterMs?: number;
	/** Whether the same read may well succeed a little later. */
	isRetryable?: boolean;
}

/** The service, the network or a run did not do what was asked. */
export class ServiceError extends Error {
	constructor(
		message: string,
		readonly facts: FailureFacts = {},
	) {
		super(message);
	}
}

/** The execution was stopped while something was under way. n8n counts it as canceled, not as failed, by that word. */
export class ExecutionCancelledError extends Error {
	constructor() {
		super('The execution was canceled');
	}
}

const LONGEST_TEXT = 500;

/** Service text made fit to read: one line, no control characters or markup, at most 500 characters. */
export function cleanText(text: string): string {
	const isPage = /^\s*<(!doctype|html|\?xml)/i.test(text);
	const visible = (
		isPage
			? text
					.slice(0, 20_000)
					.replace(/<(script|style)[\s\S]*?(<\/\1>|$)/gi, ' ')
					.replace(/<[^<>]*>/g, ' ')
			: text.slice(0, 5_000)
	)
		.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ')
		.replace(/\s+/g, ' ')
		.trim();
	// Without half a character at the cut.
	return visible.length > LONGEST_TEXT
		? `${visible.slice(0, LONGEST_TEXT).replace(/\p{Cs}$/u, '')}…`
		: visible;
}

/** The one sentence or two that a failed item carries under "continue on fail": what happened, the run and its state. */
export function failureText(error: unknown): string {
	const { message, description } = readable(error);
	return description && description !== message ? `${message} – ${description}` : message;
}

/** What the user reads in the editor: message on top, what to do next below it. File names and reasons in it are the service's. */
export function readable(error: unknown): { message: string; description?: string } {
	if (error instanceof ServiceError) {
		const { runId, state, hint } = error.facts;
		const known = [runId ? `Run ${runId}` : '', state ? `state ${state}` : '']
			.filter(Boolean)
			.join(', ');
		const text = cleanText(error.message);
		const named = known && !text.includes(runId ?? known) ? `${text} (${known})` : text;
		return { message: named, description: hint };
	}
	if (error instanceof ConfigurationError)
		return { message: cleanText(error.message), description: error.hint };
	if (error instanceof NodeApiError || error instanceof NodeOperationError)
		return { message: error.message, description: error.description ?? undefined };
	return { message: cleanText(error instanceof Error ? error.message : String(error)) };
}

/**
 * The one place where our failures become n8n's. `NodeApiError` swaps its message for a stock phrase when it is given
 * a network code, so it gets our sentence alone and never the cause (which would carry the request and its key).
 */
export function toNodeError(
	node: INode,
	error: unknown,
	itemIndex?: number,
): NodeApiError | NodeOperationError {
	if (error instanceof NodeApiError || error instanceof NodeOperationError) return error;
	const { message, description } = readable(error);
	if (error instanceof ServiceError && error.facts.status !== undefined) {
		const httpCode = String(error.facts.status);
		const response: JsonObject = { message, httpCode };
		return inOwnWords(
			new NodeApiError(node, response, { message, description, httpCode, itemIndex }),
			message,
		);
	}
	const reason =
		error instanceof ServiceError || error instanceof ConfigurationError ? message : asError(error);
	return inOwnWords(
		new NodeOperationError(node, reason, { message, description, itemIndex }),
		message,
	);
}

/**
 * n8n swaps any message that contains a network code for a stock phrase. For ECONNRESET it reads "You can retry the request
 * immediately": the opposite of what a user must know about a run that may have started, and without its group or ID.
 */
function inOwnWords<T extends NodeApiError | NodeOperationError>(error: T, message: string): T {
	error.message = message;
	return error;
}

/** A failure that names the run it is about, so that whoever reads it can find the run again. One error may be about many. */
export function ofRun<T>(
	error: T,
	run: { run_id: string; state?: string } | undefined,
): T | ServiceError {
	if (!(error instanceof ServiceError) || error.facts.runId || run === undefined) return error;
	return new ServiceError(error.message, { ...error.facts, runId: run.run_id, state: run.state });
}

function asError(error: unknown): Error | string {
	return error instanceof Error ? error : String(error);
}
