import type { ICredentialDataDecryptedObject, IDataObject } from 'n8n-workflow';
import { ConfigurationError } from '../../../../nodes/core/errors';

export const CREDENTIAL = 'comflowyApi';
export const DEFAULT_BASE_URL = 'https://app.comflowy.com';

/**
 * Root of the API from what the user entered: with or without trailing slashes, with or without
 * `/api/open/v0`.
 * @throws ConfigurationError
 */
export function apiRootOf(credentials: ICredentialDataDecryptedObject | IDataObject): string {
	const entered = String(credentials.baseUrl ?? '').trim() || DEFAULT_BASE_URL;
	const url = URL.canParse(entered) ? new URL(entered) : undefined;
	if (url === undefined || !/^https?:$/.test(url.protocol))
		throw new ConfigurationError(
			'The Base URL of the credential is not a web address',
			`It starts with https://, for example ${DEFAULT_BASE_URL}.`,
		);
	if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
		throw new ConfigurationError(
			'The Base URL of the credential has more than a host and a path',
			`Enter the address alone, for example ${DEFAULT_BASE_URL}.`,
		);
	const path = url.pathname.replace(/(?<!\/)\/+$/, '').replace(/\/api\/open\/v0$/, '');
	return `${url.origin}${path}/api/open/v0`;
}

/**
 * Secrets that must never appear in a text: the key, and the access token that n8n fetched for it.
 */
export function secretsOf(credentials: ICredentialDataDecryptedObject | IDataObject): string[] {
	return [credentials.apiKey, credentials.accessToken].map((value) => String(value ?? '').trim());
}
