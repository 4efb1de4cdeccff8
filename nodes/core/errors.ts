import { NodeApiError, NodeOperationError } from 'n8n-workflow';
import type { INode, JsonObject } from 'n8n-workflow';

/** Something the user can fix: what is wrong, and in `hint` what to do next. */
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
	/** For a wait that took too long: how its last poll failed. */
	lastFailure?: string;
	/** A start got no clear answer, and its run was not found. */
	isStartUnclear?: boolean;
	/** The run was to be cancelled because its time was up, and its cancel has not been accepted. */
	isCancelOpen?: boolean;
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

/** Whether the service answered with one of these HTTP statuses. */
export function hasStatus(error: unknown, ...statuses: number[]): error is ServiceError {
	return error instanceof ServiceError && statuses.includes(error.facts.status ?? 0);
}

/** For `catch`: a failure of the service as a value. @throws any other */
export function orServiceError(error: unknown): ServiceError {
	if (error instanceof ServiceError) return error;
	throw error;
}

/**
 * The execution was stopped while something was in progress. n8n counts it as canceled, not as
 * failed, by that word.
 */
export class ExecutionCancelledError extends Error {
	constructor() {
		super('The execution was canceled');
	}
}

const LONGEST_TEXT = 500;
const LONGEST_ADVICE = 4_000;
/** Only this many characters of a service's text are read. */
const LONGEST_READ = 20_000;
/** Where a page begins, everything in angle brackets is markup. */
const PAGE = /<(?:!doctype|html|head|body|\?xml)\b/i;
/**
 * Elsewhere only what is surely a tag: "<lora:detail:0.8>", "expected <int>" and "<image>" are words
 * of ComfyUI's, "<torch.Tensor at 0x7f>" is one of Python's.
 */
const TAG = /<(\/?)([a-z][\w:.-]{0,40})([\s/][^<>]{0,2000})?>/gi;
const TAG_NAMES = new Set(
	(
		'a address applet article aside b bdi bdo big blockquote body br button canvas caption center code ' +
		'colgroup dd del details dialog div dl dt em embed fieldset figcaption figure font footer form ' +
		'frame frameset h1 h2 h3 h4 h5 h6 head header hr html i iframe img input ins kbd legend li link ' +
		'main marquee math meta nav noframes noscript ol p plaintext pre samp script section select small ' +
		'span strike strong style sub summary sup svg table tbody td textarea tfoot th thead title tr tt u ' +
		'ul wbr xmp'
	).split(' '),
);
/** Comments, and what XML and PHP write in angle brackets. */
const ASIDE = /<!--[^<>]{0,2000}-->|<!\[CDATA\[|\]\]>|<[?!][a-z][^<>]{0,2000}>/gi;
const [BELL, ESCAPE, SEQUENCE] = ['\u0007', '\u001b', '\u009b'];
/** Names of characters that pages have in plain sentences, and that make no markup. */
const CHARACTERS: Readonly<Record<string, string>> = {
	'&nbsp;': ' ',
	'&quot;': '"',
	'&#34;': '"',
	'&apos;': "'",
	'&#39;': "'",
	'&#x27;': "'",
	'&amp;': '&',
};

/** Without the colours and links of a terminal (ECMA-48), which programs write into their messages. */
function withoutColours(text: string): string {
	const [first, ...others] = text.replaceAll(SEQUENCE, `${ESCAPE}[`).split(ESCAPE);
	return [first, ...others.map(afterEscape)].join('');
}

/** What is left of a text that begins behind an escape character. */
function afterEscape(text: string): string {
	if (!text.startsWith(']')) return text.replace(/^(?:\[[\d;:?]{0,50}[@-~]|\\)/, '');
	// A link's address ends with a bell, or before the next escape character.
	const bell = text.indexOf(BELL);
	return bell < 0 ? '' : text.slice(bell + 1);
}

/**
 * Service text made fit to read: one line, no control characters or markup wherever it stands, at
 * most 500 characters.
 */
export function cleanText(text: string, longest = LONGEST_TEXT): string {
	const visible = withoutMarkup(withoutColours(text.slice(0, LONGEST_READ)))
		.replace(/&(?:nbsp|quot|apos|amp|#34|#39|#x27);/gi, (name) => CHARACTERS[name.toLowerCase()])
		.replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ')
		.replace(/\s+/g, ' ')
		.trim();
	// Without half a character at the cut.
	return visible.length > longest
		? `${visible.slice(0, longest).replace(/\p{Cs}$/u, '')}…`
		: visible;
}

function withoutMarkup(text: string): string {
	const page = text.search(PAGE);
	const isPage = page !== -1;
	const marked = isPage ? text.slice(page) : text;
	const plain = marked.replace(/<(script|style)\b[\s\S]*?(?:<\/\1>|$)/gi, ' ');
	if (!isPage) return withoutTags(plain.replace(ASIDE, ' '));
	// The last one is a tag that was cut off at the end.
	return text.slice(0, page) + plain.replace(/<[^<>]*>/g, ' ').replace(/<[^<>]*$/, ' ');
}

/** Without what has an element's name, an attribute, or an end tag. */
function withoutTags(text: string): string {
	const ended = new Set(
		[...text.matchAll(/<\/([a-z][\w:.-]{0,40})\s*>/gi)].map(([, name]) => name),
	);
	const isTag = (name: string, rest: string) =>
		TAG_NAMES.has(name.toLowerCase()) || ended.has(name) || /[\w-]\s*=/.test(rest);
	const plain = text.replace(TAG, (tag: string, slash: string, name: string, rest = '') =>
		slash !== '' || isTag(name, rest as string) ? ' ' : tag,
	);
	// One that was cut off at the end.
	return plain.replace(/<\/?([a-z]\w{0,40})\s[^<>]*$/i, (tag: string, name: string) =>
		isTag(name, tag) ? ' ' : tag,
	);
}

/** The first of these as texts, and how many more there are: "a, b and 3 more". */
export function firstFew<T>(
	all: readonly T[],
	most: number,
	textOf: (one: T) => string,
	separator = ', ',
): string {
	const more = all.length > most ? ` and ${all.length - most} more` : '';
	return all.slice(0, most).map(textOf).join(separator) + more;
}

/**
 * The sentences that a failed item carries under "continue on fail": what happened, what to do, and
 * the run and its state. "The run failed: CUDA out of memory. Lower the image size. (run
 * 40e1f2bc-…)"
 */
export function failureText(error: unknown): string {
	const { reason, advice, run } = partsOf(error);
	const isAdvised = advice !== undefined && advice !== '' && advice !== reason;
	const text = isAdvised ? `${reason.replace(/[.\s]$/, '')}. ${advice}` : reason;
	return run === '' ? text : `${text} (${run})`;
}

/**
 * What the user reads in the editor: message on top, what to do next below it. File names and
 * reasons in it are the service's.
 */
export function readable(error: unknown): { message: string; description?: string } {
	const { reason, advice, run } = partsOf(error);
	return { message: run === '' ? reason : `${reason} (${run})`, description: advice };
}

/** Names of inputs and files in it, and what came of an answer, are the service's. */
const cleanAdvice = (hint: string | undefined) => hint && cleanText(hint, LONGEST_ADVICE);

/** A failure as a user reads it: what happened, what to do next, and which run it is about. */
function partsOf(error: unknown): { reason: string; advice?: string; run: string } {
	if (error instanceof ServiceError) {
		const { runId, state, hint } = error.facts;
		const reason = cleanText(error.message);
		// What follows the first colon or full stop may be the service's words.
		const [head] = reason.split(/[:.] /);
		const isStateSaid = state === undefined || head.includes(state.replace('_', ' '));
		const facts = [
			runId && !reason.includes(runId) ? `run ${cleanText(runId)}` : '',
			isStateSaid ? '' : `state ${state}`,
		];
		// An error that names its run says all about it.
		const isNamed = Boolean(runId) && reason.includes(runId ?? '');
		return {
			reason,
			advice: cleanAdvice(hint),
			run: isNamed ? '' : facts.filter(Boolean).join(', '),
		};
	}
	if (error instanceof ConfigurationError)
		return { reason: cleanText(error.message), advice: cleanAdvice(error.hint), run: '' };
	if (error instanceof NodeApiError || error instanceof NodeOperationError)
		return { reason: error.message, advice: error.description ?? undefined, run: '' };
	return { reason: cleanText(error instanceof Error ? error.message : String(error)), run: '' };
}

/**
 * The one place where our failures become n8n's. `NodeApiError` swaps its message for a stock
 * phrase when it is given a network code, so it gets our sentence alone and never the cause (which
 * would carry the request and its key).
 * @param more what to know besides, such as what becomes of other items
 */
export function toNodeError(
	node: INode,
	error: unknown,
	itemIndex?: number,
	more?: string,
): NodeApiError | NodeOperationError {
	const { message, description: advice } = readable(error);
	const description = [advice, more].filter(Boolean).join(' ') || undefined;
	if (error instanceof NodeApiError || error instanceof NodeOperationError)
		return more === undefined ? error : Object.assign(error, { description });
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
 * n8n swaps any message that contains a network code for a stock phrase. For ECONNRESET it reads
 * "You can retry the request immediately": the opposite of what a user must know about a run that
 * may have started, and without its group or ID.
 */
function inOwnWords<T extends NodeApiError | NodeOperationError>(error: T, message: string): T {
	error.message = message;
	return error;
}

/**
 * A failure that names its run, so that the user can find the run. One error may be about many
 * runs.
 */
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
