import { ConfigurationError } from '../errors';
import { readWebAddress } from './webAddress';

/** Where a service has its API, below the address that a user enters. */
export interface ApiPlace {
	/** Path of the API, such as `/v1/api`. */
	path: string;
	/** The end of an entered address that stands for the API itself, and is left off. */
	entered: RegExp;
	/** An address that is right. */
	example: string;
}

/**
 * Root of an API from what the user entered: with or without scheme, trailing slashes and the
 * API's own path.
 * @returns without a trailing slash
 * @throws ConfigurationError
 */
export function apiRootAt(address: string, { path, entered, example }: ApiPlace): string {
	const url = readWebAddress(address);
	if (url === undefined)
		throw new ConfigurationError(
			'The Base URL of the credential is not a web address',
			`Enter an address such as ${example}.`,
		);
	if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '')
		throw new ConfigurationError(
			'The Base URL of the credential has more than a host and a path',
			`Enter the address alone, for example ${example}.`,
		);
	const base = url.pathname.replace(/(?<!\/)\/+$/, '').replace(entered, '');
	return `${url.origin}${base}${path}`;
}
