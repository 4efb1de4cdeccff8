import type { ICredentialDataDecryptedObject, IDataObject } from 'n8n-workflow';
import { ConfigurationError } from '../../../../nodes/core/errors';

export const CREDENTIAL = 'flowAiApi';
export const DEFAULT_BASE_URL = 'https://flowai.cc';

/**
 * Root of the API from what the user entered: with or without trailing slashes, with or without
 * `/v1/api`.
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
	const path = url.pathname.replace(/(?<!\/)\/+$/, '').replace(/\/v1(\/api)?$/, '');
	return `${url.origin}${path}/v1/api`;
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
