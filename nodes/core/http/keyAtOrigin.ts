import type {
	IAuthenticate,
	ICredentialDataDecryptedObject,
	IHttpRequestOptions,
} from 'n8n-workflow';

/**
 * The HTTP Request node hands over options of n8n's older helper, which names some of them
 * differently.
 */
type AnyRequestOptions = IHttpRequestOptions & { uri?: string };

/**
 * Options of both of n8n's helpers that switch redirects off: a redirect would send the key to
 * whatever host it names.
 */
const NO_REDIRECTS = {
	disableFollowRedirect: true,
	followRedirect: false,
	followAllRedirects: false,
	maxRedirects: 0,
};

/**
 * A request with the headers of a credential, for the service's origin only, for every user of the
 * credential: our nodes, n8n's credential test, and the HTTP Request node. A path without a host is
 * one of the service, so the test needs no expression that repeats how a Base URL is read.
 * @param root address of the service; a path without a host continues its origin and path
 * @param refusal what the user reads when the request is for another origin
 * @throws Error with that text
 */
export function withKeyAtOrigin(
	options: IHttpRequestOptions,
	root: string,
	headers: Record<string, string>,
	refusal: string,
): IHttpRequestOptions {
	const { url, uri, baseURL }: AnyRequestOptions = options;
	const address = url ?? uri ?? '';
	const isPath = !baseURL && /^\/(?![/\\])/.test(address);
	const target = isPath ? `${root}${address}` : address;
	const isAtOrigin = (text: string) =>
		URL.canParse(text, baseURL) && new URL(text, baseURL).origin === new URL(root).origin;
	// n8n decides which of two addresses it takes.
	const isOther = uri !== undefined && uri !== address && !isAtOrigin(uri);
	if (isOther || !isAtOrigin(target)) throw new Error(refusal);
	return {
		...options,
		...(isPath ? { url: target } : {}),
		...NO_REDIRECTS,
		headers: { ...options.headers, ...headers },
	};
}

/**
 * The `authenticate` of a credential whose key is sent to the service's origin only, also when the
 * HTTP Request node uses the credential.
 * @param serviceName as the refusal of any other address names it
 */
export const keyOnlyAtOrigin =
	(
		serviceName: string,
		rootOf: (credentials: ICredentialDataDecryptedObject) => string,
		headersOf: (credentials: ICredentialDataDecryptedObject) => Record<string, string>,
	): IAuthenticate =>
	async (credentials, options) =>
		withKeyAtOrigin(
			options,
			rootOf(credentials),
			headersOf(credentials),
			`The ${serviceName} credential is only for the host of its Base URL`,
		);
