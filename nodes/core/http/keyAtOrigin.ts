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
 * credential: our nodes, n8n's credential test, and the HTTP Request node.
 * @param root any address of the service
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
	const target = URL.canParse(address, baseURL) ? new URL(address, baseURL) : undefined;
	if (target?.origin !== new URL(root).origin) throw new Error(refusal);
	return { ...options, ...NO_REDIRECTS, headers: { ...options.headers, ...headers } };
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
			`The ${serviceName} credential is only for the service at its Base URL`,
		);

/**
 * What n8n's credential test says about each redirect. It knows the status alone; our nodes name
 * the target.
 * @param what that which was reached, such as "The deployment"
 */
export function redirectRules(what: string) {
	return [301, 302, 303, 307, 308].map((value) => ({
		type: 'responseCode' as const,
		properties: {
			value,
			message: `${what} redirects to another address (HTTP ${value}), where the key is not sent. Open the Base URL in a browser and enter the address that it leads to.`,
		},
	}));
}
