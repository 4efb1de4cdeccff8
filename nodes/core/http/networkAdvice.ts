import type { NetworkFailure } from './networkError';
import { isThisMachine } from './webAddress';

/** Who did not answer. */
export interface Unreached {
	address: URL;
	/** What is expected at the address, such as "the deployment". */
	what: string;
	/** Whether the credential has the switch Ignore SSL Issues. */
	canIgnoreCertificate: boolean;
}

/** What the texts of `classifyNetworkError` begin with, and what to say and do instead of each. */
const ADVICE: Array<[RegExp, (who: Unreached, failure: NetworkFailure) => string]> = [
	[
		/^Its name could not be resolved/,
		({ address }) =>
			`There is no host with the name ${address.hostname}. Check the Base URL for typing errors, and that n8n has access to the internet.`,
	],
	[
		/^The connection was refused/,
		({ address, what }) =>
			`Nothing answers at ${address.host}: the connection was refused. ${
				isThisMachine(address)
					? 'Check the port. If n8n runs in Docker, this address leads to n8n itself: use host.docker.internal, or the other program’s name in Docker’s network.'
					: `Check the Base URL and its port, and that ${what} is running.`
			}`,
	],
	[
		/^It cannot be reached/,
		({ address }) =>
			`n8n has no route to ${address.host}. Check the Base URL, and the firewall or proxy of n8n’s network.`,
	],
	[/^No secure connection/, noSecureConnection],
	[/^Its certificate/, badCertificate],
	[
		/^It did not answer in time/,
		({ address, what }) =>
			`${address.host} did not answer in time. Check the Base URL. If ${what} is starting up, try again in two minutes.`,
	],
	[/^The request could not be written/, (_, { text }) => `${text}.`],
];

/** OpenSSL's and Node's codes for what is wrong with a certificate, in words. */
const CERTIFICATE_FAULTS: Array<[RegExp, string]> = [
	[/EXPIRED/, 'it has expired'],
	[/NOT_YET_VALID/, 'it is not valid yet'],
	[/ALTNAME|HOSTNAME/, 'it belongs to another host'],
	[/SELF_SIGNED/, 'it is self-signed'],
	[/REVOKED/, 'it was revoked'],
	[/UNABLE_TO|CA\b|ISSUER|CHAIN/, 'no authority that n8n trusts has signed it'],
];

/**
 * What went wrong on the way, and what to do, in words that need no list of codes: for the test of
 * a credential, of which n8n shows this text alone.
 */
export function networkAdvice(who: Unreached, failure: NetworkFailure): string {
	const [, advice] = ADVICE.find(([pattern]) => pattern.test(failure.text)) ?? [];
	if (advice) return advice(who, failure);
	// n8n 1.x replaces a text in which it finds a usual code, such as ECONNRESET.
	const reason = failure.text.replace(/ \([A-Z_]+\)/, '');
	const scheme =
		who.address.protocol === 'http:' ? ' If this host expects https://, enter it in front.' : '';
	return `There was no answer from ${who.address.host}. ${reason}. Check the Base URL, and try again.${scheme}`;
}

function noSecureConnection({ address }: Unreached, { code }: NetworkFailure): string {
	if (address.protocol === 'http:')
		return `${address.host} expects https://. Enter the Base URL with https:// in front.`;
	return `No secure connection to ${address.host} was possible (${code}). Check the Base URL and its port. If this host has no certificate, enter the address with http:// in front.`;
}

function badCertificate(
	{ address, canIgnoreCertificate }: Unreached,
	{ code }: NetworkFailure,
): string {
	const [, fault] = CERTIFICATE_FAULTS.find(([pattern]) => pattern.test(code)) ?? [];
	const what = `The certificate of ${address.host} was not accepted: ${fault ?? `n8n cannot verify it`} (${code}).`;
	return canIgnoreCertificate
		? `${what} Check the Base URL. If you trust this host, switch on Ignore SSL Issues.`
		: `${what} Check the Base URL. Behind a company’s proxy, n8n needs its certificate (NODE_EXTRA_CA_CERTS).`;
}
