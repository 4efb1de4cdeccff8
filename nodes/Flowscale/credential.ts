import type { ICredentialDataDecryptedObject, IDataObject } from 'n8n-workflow';
import { ConfigurationError } from '../core/errors';
import { readWebAddress } from '../core/http/webAddress';
import { listOf, recordOf, textAt } from '../core/json';

export const CREDENTIAL = 'flowscaleApi';

/**
 * Root of the API from what the user entered: with or without scheme, trailing slashes and
 * `/api/v1`.
 * @throws ConfigurationError
 */
export function apiRootOf(credentials: ICredentialDataDecryptedObject | IDataObject): string {
	const entered = String(credentials.baseUrl ?? '').trim();
	if (entered === '')
		throw new ConfigurationError(
			'The credential has no Base URL',
			'Enter the address that the deployment’s dashboard shows.',
		);
	const url = readWebAddress(entered);
	if (url === undefined)
		throw new ConfigurationError(
			'The Base URL of the credential is not a web address',
			'Enter the address of the deployment, for example https://smart-amber-tgdsf.pod.flowscale.ai.',
		);
	if (url.username !== '' || url.password !== '')
		throw new ConfigurationError(
			'The Base URL of the credential contains a user name or password',
			'Choose Custom Headers as Authentication instead.',
		);
	if (url.search !== '' || url.hash !== '')
		throw new ConfigurationError(
			'The Base URL of the credential has a query or fragment',
			'Leave out everything from ? or # on.',
		);
	const path = url.pathname.replace(/(?<!\/)\/+$/, '').replace(/\/api\/v1$/, '');
	return `${url.origin}${path}/api/v1`;
}

/**
 * Headers that authenticate a request: the key (vendor's OpenAPI: `X-API-KEY`), or the headers of
 * the user's own proxy.
 */
export function authHeadersOf(
	credentials: ICredentialDataDecryptedObject | IDataObject,
): Record<string, string> {
	if (credentials.authentication === 'none') return {};
	if (credentials.authentication !== 'headers')
		return checked({ 'X-API-KEY': String(credentials.apiKey ?? '').trim() }, 'API key');
	const headers = listOf(recordOf(credentials.headers)?.header).map(recordOf);
	const pairs = headers.flatMap((header): Array<[string, string]> => {
		const name = textAt(header, 'name')?.trim();
		return name ? [[name, textAt(header, 'value')?.trim() ?? '']] : [];
	});
	return checked(Object.fromEntries(pairs), 'custom header');
}

/**
 * Node would refuse to send the request, and that looks like a lost connection. A start would then
 * count as one that may have arrived.
 */
function checked(headers: Record<string, string>, label: string): Record<string, string> {
	for (const [name, value] of Object.entries(headers)) {
		const isSendable =
			/^[\w!#$%&'*+.^`|~-]+$/.test(name) && /^[\t\x20-\x7e\x80-\xff]*$/.test(value);
		if (!isSendable)
			throw new ConfigurationError(
				`The ${label} in the credential contains a character that cannot be sent`,
				'Usual causes are line breaks, the dots of a masked field and typographic quotes. Copy it again.',
			);
	}
	return headers;
}

/**
 * Secrets that must never appear in a text: the key, header values, and tokens without their scheme
 * word.
 */
export function secretsOf(credentials: ICredentialDataDecryptedObject | IDataObject): string[] {
	return textsIn(Object.values(authHeadersOf(credentials)));
}

/**
 * Values that are secret for certain. A tenant's name in a header is not: it may be part of a link,
 * and links must stay whole.
 */
export function keysOf(credentials: ICredentialDataDecryptedObject | IDataObject): string[] {
	const headers = Object.entries(authHeadersOf(credentials)).filter(([name]) =>
		/key|auth|token|secret|passw|cookie|session/i.test(name),
	);
	return textsIn(headers.map(([, value]) => value));
}

function textsIn(values: string[]): string[] {
	return values.flatMap((value) => [
		value,
		value.split(' ').at(-1) ?? '',
		...passwordsIn(value),
		...cookiesIn(value),
	]);
}

/** `Basic dXNlcjpwYXNz`: a service may well show what it decoded. */
function passwordsIn(value: string): string[] {
	const [, encoded] = /^Basic\s+([\w+/=-]{4,2000})$/i.exec(value) ?? [];
	if (encoded === undefined) return [];
	const pair = Buffer.from(encoded, 'base64').toString('utf8');
	return [pair, pair.slice(pair.indexOf(':') + 1)];
}

/** `session=4f2a…; theme=dark`: each value that is long enough to be a secret. */
function cookiesIn(value: string): string[] {
	if (!/^[^=;\s]+=[^;]*(;|$)/.test(value)) return [];
	const values = value.split(';').map((pair) => pair.slice(pair.indexOf('=') + 1).trim());
	return values.filter(({ length }) => length >= 8);
}
