/** Names that mean this machine, or the one that a container runs on. */
const LOCAL_NAME = /^(localhost|.*\.localhost|host\.docker\.internal)$/;
/** As the URL parser writes an IP address. */
const IP_ADDRESS = /^(\d+\.\d+\.\d+\.\d+|\[[0-9a-f:.]+\])$/;
/** Schemes that are written without slashes; `name:8188` is a host and its port. */
const OTHER_SCHEME =
	/^(about|blob|data|file|ftps?|git|javascript|mailto|sftp|ssh|tel|urn|vbscript|wss?):/i;
/** `2001:db8::1`, which a URL has in brackets; a host name with a port has one colon. */
const BARE_IP_V6 = /^[0-9a-f]*:[0-9a-f]*:[0-9a-f:.]*$/i;

/**
 * The web address that a person means. Without a scheme it is `https://`, or `http://` for this
 * machine and for IP addresses, which seldom have a certificate; port 443 is always `https://`.
 * @returns undefined for what is no address of the web, such as `ftp://` or a sentence
 */
export function readWebAddress(entered: string): URL | undefined {
	const text = entered.replace(/[\p{Cc}\p{Cf}]/gu, '').trim();
	if (OTHER_SCHEME.test(text)) return undefined;
	const url = parse(hasScheme(text) ? text : withScheme(text));
	return url && /^https?:$/.test(url.protocol) ? url : undefined;
}

/** Whether the host is this machine, which is another one inside of a container. */
export function isThisMachine({ hostname }: URL): boolean {
	return /^(localhost|.*\.localhost|127\.\d+\.\d+\.\d+|0\.0\.0\.0|\[::1?\])$/.test(hostname);
}

/** `localhost:3000` has none, although the URL parser would read one. */
const hasScheme = (text: string) => /^[a-z][a-z\d+.-]*:\/\//i.test(text) || /^https?:/i.test(text);

function withScheme(text: string): string {
	// `//host` of a link in a page, and `https//host` of a slip.
	const bare = text.replace(/^https?\/\//i, '').replace(/^\/+/, '');
	const host = BARE_IP_V6.test(bare) ? `[${bare}]` : bare;
	const { hostname, port } = parse(`http://${host}`) ?? {};
	const isPlain = hostname !== undefined && isLocal(hostname) && port !== '443';
	return `${isPlain ? 'http' : 'https'}://${host}`;
}

const isLocal = (hostname: string) => LOCAL_NAME.test(hostname) || IP_ADDRESS.test(hostname);
const parse = (text: string) => (URL.canParse(text) ? new URL(text) : undefined);

/**
 * A header as it was meant: Node reads one byte for each character (RFC 9110, 5.5), and most servers
 * write UTF-8.
 */
export function headerText(header: string): string {
	if (!/[\x80-\xff]/.test(header) || /[^\0-\xff]/.test(header)) return header;
	const text = Buffer.from(header, 'latin1').toString('utf8');
	return text.includes('\ufffd') ? header : text;
}

/**
 * Where an answer redirects to, as a message names it: without a user name and a password, which may
 * be in an address.
 */
export function redirectTarget(location: string | undefined): string {
	const target = headerText(location ?? '').trim();
	if (target === '') return 'nowhere';
	return target.replace(/^([a-z][a-z\d+.-]{0,20}:)?\/\/[^/@\s]{0,500}@/i, '$1//');
}
