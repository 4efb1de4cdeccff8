import type { ICredentialDataDecryptedObject, IDataObject } from 'n8n-workflow';
import { apiRootAt } from '../../../../nodes/core/http/baseUrl';

export const CREDENTIAL = 'comflowyApi';
export const DEFAULT_BASE_URL = 'https://app.comflowy.com';

/**
 * Root of the API from what the user entered: with or without scheme, trailing slashes and
 * `/api/open/v0`.
 * @throws ConfigurationError
 */
export function apiRootOf(credentials: ICredentialDataDecryptedObject | IDataObject): string {
	return apiRootAt(String(credentials.baseUrl ?? '').trim() || DEFAULT_BASE_URL, {
		path: '/api/open/v0',
		entered: /\/api\/open\/v0$/,
		example: DEFAULT_BASE_URL,
	});
}

/**
 * Secrets that must never appear in a text: the key, and the access token that n8n fetched for it.
 */
export function secretsOf(credentials: ICredentialDataDecryptedObject | IDataObject): string[] {
	return [credentials.apiKey, credentials.accessToken].map((value) => String(value ?? '').trim());
}

/** The header that proves who asks. */
export function authHeadersOf(
	credentials: ICredentialDataDecryptedObject | IDataObject,
): Record<string, string> {
	return { Authorization: `Bearer ${String(credentials.accessToken ?? '')}` };
}
