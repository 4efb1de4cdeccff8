import { mimeTypeOfName } from './fileType';
import { partsOfLink } from './link';

/**
 * Query parameters by which links are signed, dated or kept out of caches (S3, Google, CloudFront,
 * Azure, OSS, COS and others).
 */
const SIGNATURE =
	/^(x-(amz|goog|oss|cos|tos)-.+|q-.+|awsaccesskeyid|ossaccesskeyid|googleaccessid|signature|sign|sig|expires?|exp|e|policy|key-pair-id|token|auth|auth_key|hash|h?mac|se|sp|spr|sr|st|sv|sks?|ske|skt|skv|skoid|sktid|t|ts|time|timestamp|rand|random|nonce|_|v|cb)$/i;

/** What a link leads to, without its signature: equal for two links to one file. */
export function fileKeyOf(link: string): string {
	const parts = partsOfLink(link);
	if (parts === undefined) return link;
	const query = [...parts.searchParams].filter(([name]) => !SIGNATURE.test(name)).sort();
	return JSON.stringify([parts.origin, parts.pathname, query]);
}

/**
 * The same without any query where the path names a file: whatever else a host appends leads to the
 * same file.
 */
export function pathKeyOf(link: string): string {
	const parts = partsOfLink(link);
	return parts !== undefined && mimeTypeOfName(parts.pathname) !== null
		? JSON.stringify([parts.origin, parts.pathname])
		: fileKeyOf(link);
}
