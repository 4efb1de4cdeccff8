import type { ICredentialDataDecryptedObject, IDataObject } from 'n8n-workflow';
import { apiRootAt } from '../../../../nodes/core/http/baseUrl';

export const CREDENTIAL = 'flowAiApi';
export const DEFAULT_BASE_URL = 'https://flowai.cc';

/**
 * Root of the API from what the user entered: with or without scheme, trailing slashes and
 * `/v1/api`.
 * @throws ConfigurationError
 */
export function apiRootOf(credentials: ICredentialDataDecryptedObject | IDataObject): string {
	return apiRootAt(String(credentials.baseUrl ?? '').trim() || DEFAULT_BASE_URL, {
		path: '/v1/api',
		entered: /\/v1(\/api)?$/,
		example: DEFAULT_BASE_URL,
	});
}

/** Secrets that must never appear in a text. */
export function secretsOf(credentials: ICredentialDataDecryptedObject | IDataObject): string[] {
	return [String(credentials.apiKey ?? '').trim()];
}

/** The header that authenticates a request. */
export function authHeadersOf(
	credentials: ICredentialDataDecryptedObject | IDataObject,
): Record<string, string> {
	return { 'X-API-KEY': String(credentials.apiKey ?? '').trim() };
}
