import { mimeTypeOfName } from '../../../../../nodes/core/files/fileType';

/** Query parameters by which links are signed, dated or kept out of caches (S3, Google, CloudFront, Azure, OSS, COS and others). */
const SIGNATURE =
	/^(x-(amz|goog|oss|cos|tos)-.+|q-.+|awsaccesskeyid|ossaccesskeyid|googleaccessid|signature|sign|sig|expires?|exp|e|policy|key-pair-id|token|auth|auth_key|hash|h?mac|se|sp|spr|sr|st|sv|sks?|ske|skt|skv|skoid|sktid|t|ts|time|timestamp|rand|random|nonce|_|v|cb)$/i;
/** Query parameters that name the file, as in ComfyUI's `/view?filename=a.png&subfolder=&type=output`. */
const NAMES = ['filename', 'file_name', 'file', 'name', 'path', 'key', 'object', 'f'];
const EXTENSION = /\.[A-Za-z0-9]{1,12}$/;
/** For links that are paths: any host serves to take them apart. */
const BASE = 'http://relative.invalid';

const partsOf = (link: string): URL | undefined =>
	/^data:/i.test(link) || !URL.canParse(link, BASE) ? undefined : new URL(link, BASE);

/** What a link leads to, without its signature: equal for two links to one file. */
export function fileKeyOf(link: string): string {
	const parts = partsOf(link);
	if (parts === undefined) return link;
	const query = [...parts.searchParams].filter(([name]) => !SIGNATURE.test(name)).sort();
	return JSON.stringify([parts.origin, parts.pathname, query]);
}

/** The same without any query where the path names a file: whatever else a host appends leads to the same file. */
export function pathKeyOf(link: string): string {
	const parts = partsOf(link);
	return parts !== undefined && mimeTypeOfName(parts.pathname) !== null
		? JSON.stringify([parts.origin, parts.pathname])
		: fileKeyOf(link);
}

/** The file's name: the end of the path, or a parameter of the query; undefined where neither looks like one. */
export function fileNameIn(link: string): string | undefined {
	const parts = partsOf(link);
	if (parts === undefined) return undefined;
	const disposition = [...parts.searchParams].find(([name]) => /content-disposition$/i.test(name));
	const named = NAMES.flatMap((name) => parts.searchParams.get(name) ?? []);
	const inPath = decoded(lastOf(parts.pathname));
	const candidates = [
		...(mimeTypeOfName(inPath) === null ? [] : [inPath]),
		...named.map(lastOf),
		/filename="?([^";]+)/i.exec(disposition?.[1] ?? '')?.[1] ?? '',
		inPath,
	];
	return candidates.find((name) => EXTENSION.test(name));
}

const lastOf = (path: string) => path.split(/[\\/]/).at(-1) ?? '';

function decoded(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}
