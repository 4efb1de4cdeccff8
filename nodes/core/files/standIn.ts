import { cleanText } from '../errors';
import { binaryTypeOf, hasSignature, textTypeOf } from './bytesType';
import { tellingType } from './fileType';

/** The beginning of an answer that should be a file. */
export interface FileStart {
	status: number;
	contentType: string | undefined;
	/** Content-Range, which a part of a file is sent with. */
	contentRange?: string;
	/** The first bytes of its body; empty: there are none. */
	head: Uint8Array;
}

const PAGE = /^(text\/html|application\/xhtml\+xml)/;
const XML = /^(application|text)\/xml$/;
const JSON_TYPE = /^(application|text)\/(json|problem\+json)$/;
/** Formats of pictures and models that are texts, and the MIME types that hosts give them. */
const WRITTEN_AS_TEXT: Readonly<Record<string, RegExp>> = {
	'image/svg+xml': XML,
	'model/gltf+json': JSON_TYPE,
	'model/obj': /^text\/plain$/,
	'model/stl': /^text\/plain$/,
	'model/ply': /^text\/plain$/,
};
/** Keys that an error's or a progress report's JSON begins with. */
const REPORT_KEYS =
	/^\s*\{\s*"(error|errors|message|detail|details|status|statusCode|status_code|code|success|state)"\s*:/i;

/** In a text that stands for a picture, whatever type it is given. */
const EXCUSE =
	/denied|error|expired|forbidden|not (found|ready)|pending|process|time(d )?out|unauthori|unavailable|wait|warming/i;

/**
 * What came in place of a file, in words; undefined when it may well be the file. Gateways, object
 * stores and proxies answer 200 with a page, an error or a progress report while a file is not
 * there.
 * @param expected MIME type that the output's record, name or link promises; null: nobody says
 */
export function standInFor(start: FileStart, expected: string | null): string | undefined {
	const { status, contentType, contentRange, head } = start;
	const type = tellingType(contentType);
	const what = `HTTP ${status}, ${contentType?.trim() || 'no type'}`;
	if (status === 202 || status === 204 || status === 205) return withText(what, head);
	if (status === 206 && !isComplete(contentRange)) return `${what}: a part of it`;
	if (head.length === 0) return isText(expected ?? type ?? '') ? undefined : 'it is empty';
	if (!isInPlaceOf(expected, type, head)) return undefined;
	return withText(what, head);
}

/** A cache may answer with 206 although nothing but the whole file was asked for (RFC 9110, 14.4). */
function isComplete(contentRange: string | undefined): boolean {
	const [, last, total] = /^bytes 0-(\d+)\/(\d+)$/i.exec(contentRange?.trim() ?? '') ?? [];
	return total !== undefined && Number(last) + 1 === Number(total);
}

const isText = (type: string) => type.startsWith('text/') && !PAGE.test(type);

function isInPlaceOf(expected: string | null, type: string | undefined, head: Uint8Array): boolean {
	const binary = binaryTypeOf(head);
	if (binary !== null) return false;
	const text = textTypeOf(head);
	if (expected === null) return isPageOrReport(type, text, head);
	const isPage = (kind: string | null | undefined) => isMarkup(kind) && !fits(expected, kind);
	if (isText(expected)) return isPage(type);
	if (isMarkup(expected) || Object.hasOwn(WRITTEN_AS_TEXT, expected))
		return isPage(type) || isPage(text);
	if (text === 'text/plain' && hasSignature(expected) && EXCUSE.test(wordsOf(head, 200)))
		return true;
	return type?.startsWith('text/') === true || isMarkup(type) || isMarkup(text);
}

const isMarkup = (type: string | null | undefined) =>
	typeof type === 'string' && (PAGE.test(type) || XML.test(type) || JSON_TYPE.test(type));

/** Whether a text of one kind may be a file of the other. */
function fits(expected: string, type: string | null | undefined): boolean {
	const also = Object.hasOwn(WRITTEN_AS_TEXT, expected) ? WRITTEN_AS_TEXT[expected] : undefined;
	const kinds = [PAGE, XML, JSON_TYPE];
	return (
		also?.test(type ?? '') === true ||
		kinds.some((kind) => kind.test(expected) && kind.test(type ?? ''))
	);
}

/**
 * Of a file that nobody described: pages, errors in XML, and JSON that reports something are none.
 */
function isPageOrReport(type: string | undefined, text: string | null, head: Uint8Array): boolean {
	if (text === 'image/svg+xml') return false;
	const isReport = REPORT_KEYS.test(wordsOf(head, 200));
	const isJson = JSON_TYPE.test(type ?? '') || text === 'application/json';
	return isJson ? isReport : [type, text].some((kind) => isMarkup(kind));
}

/** With the first words of a text that came. */
function withText(what: string, head: Uint8Array): string {
	const words = textTypeOf(head) === null ? '' : cleanText(wordsOf(head, 2_000)).slice(0, 120);
	return words === '' ? what : `${what}: ${words}`;
}

const wordsOf = (head: Uint8Array, most: number): string =>
	Buffer.from(head.subarray(0, most)).toString('utf8');
