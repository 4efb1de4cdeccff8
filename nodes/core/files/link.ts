import { headerText } from '../http/webAddress';

/** A file written into its own link (RFC 2397). */
export interface DataUri {
	mimeType: string;
	/** Its bytes, decoded when they are wanted. */
	bytes(): Buffer;
}

/** undefined: the link leads elsewhere. */
export function readDataUri(link: string): DataUri | undefined {
	const head = /^\s*data:\s*([\w.+-]+\/[\w.+-]+)?(;(?:"[^"]*"|[^,"])*)?,/i.exec(
		link.slice(0, 1_000),
	);
	if (head === null) return undefined;
	const isBase64 = /;\s*base64\s*$/i.test(head[2] ?? '');
	const body = () => percentDecoded(link.slice(head[0].length));
	return {
		// The type of a link that names none (RFC 2397).
		mimeType: head[1]?.toLowerCase() ?? 'text/plain',
		bytes: () => (isBase64 ? Buffer.from(body().toString('latin1'), 'base64') : body()),
	};
}

/**
 * Bytes of a percent-encoded text, which need not be UTF-8. A text with a lone % is taken as it
 * stands.
 */
function percentDecoded(text: string): Buffer {
	if (!text.includes('%') || /%(?![0-9a-f]{2})/i.test(text)) return Buffer.from(text, 'utf8');
	try {
		return Buffer.from(decodeURIComponent(text), 'utf8');
	} catch {
		const bytes = text.replace(/%(..)/g, (_, code: string) =>
			String.fromCharCode(Number.parseInt(code, 16)),
		);
		return Buffer.from(bytes, 'latin1');
	}
}

/**
 * A link as a full address: some proxies return paths, or addresses without a scheme. What is
 * neither stays as it is.
 */
export function absoluteLink(link: string, root: string): string {
	return URL.canParse(link, root) ? new URL(link, root).href : link;
}

/**
 * Parts of a link's query that name the file, in small letters and in the order in which they are
 * believed.
 */
const NAMING_PARAMETERS = ['filename', 'file_name', 'file', 'name', 'key', 'path', 'object', 'f'];
/** Parts of a query that hold a Content-Disposition (S3 and Google, Azure). */
const DISPOSITION_PARAMETER = /content-disposition$|^rscd$/i;

/** A base for links that are paths, so that they can be parsed; the host does not matter. */
const BASE = 'http://relative.invalid';

/** A link taken apart; undefined for one that holds its file, or is no link. */
export function partsOfLink(link: string): URL | undefined {
	return !/^data:/i.test(link) && URL.canParse(link, BASE) ? new URL(link, BASE) : undefined;
}

/** Texts of a link that may be file names: the end of its path, then parts of its query. */
export function namesInLink(link: string): string[] {
	const url = partsOfLink(link);
	if (url === undefined) return [];
	const query = [...url.searchParams];
	const dispositions = query.filter(([name]) => DISPOSITION_PARAMETER.test(name));
	const plain = new Map(query.map(([name, value]) => [name.toLowerCase(), value]));
	return [
		// Behind a semicolon are parameters of the path, such as a session's ID.
		decoded(lastSegment(url.pathname).split(';')[0]),
		...NAMING_PARAMETERS.map((name) => lastSegment(plain.get(name) ?? '')),
		...dispositions.map(([, value]) => nameInDisposition(value) ?? ''),
	].filter((name) => name !== '');
}

/** The file name of a Content-Disposition header (RFC 6266); undefined when it has none. */
export function nameInDisposition(header: string | undefined): string | undefined {
	if (header === undefined || header.length > 4_000) return undefined;
	const encoded = /filename\*\s*=\s*"?(?:utf-8|iso-8859-1)'[^']*'([^;\s"]+)/i.exec(header)?.[1];
	const text = headerText(header);
	const quoted = /filename\s*=\s*"((?:[^"\\]|\\[^])*)"/i.exec(text)?.[1];
	const bare = /filename\s*=\s*([^";]+)/i.exec(text)?.[1].trim();
	const named = quoted?.replace(/\\(["\\])/g, '$1') ?? bare;
	const name = encoded === undefined ? named : decoded(encoded);
	return name === undefined || name === '' ? undefined : lastSegment(name);
}

const lastSegment = (path: string) => path.split(/[\\/]/).at(-1) ?? '';

function decoded(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}
