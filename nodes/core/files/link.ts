/** A picture, film or sound written into its own link (RFC 2397). */
export interface DataUri {
	mimeType: string;
	/** Its bytes, decoded when they are wanted. */
	bytes(): Buffer;
}

/** undefined: the link leads elsewhere. */
export function readDataUri(link: string): DataUri | undefined {
	const head = /^data:((?:image|video|audio)\/[\w.+-]+)(;[^,]*)?,/i.exec(link.slice(0, 1_000));
	if (head === null) return undefined;
	const isBase64 = /;\s*base64\s*$/i.test(head[2] ?? '');
	return {
		mimeType: head[1].toLowerCase(),
		bytes: () => Buffer.from(unescaped(link.slice(head[0].length)), isBase64 ? 'base64' : 'utf8'),
	};
}

/** A lone % is taken as it stands. */
function unescaped(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}

/** A link as an address of its own: some proxies hand out paths, or addresses without a scheme. What is neither stays as it is. */
export function absoluteLink(link: string, root: string): string {
	return URL.canParse(link, root) ? new URL(link, root).href : link;
}
