import { networkAdvice } from '../../../nodes/core/http/networkAdvice';
import { classifyNetworkError } from '../../../nodes/core/http/networkError';

const https = new URL('https://smart-amber.pod.flowscale.ai');
const http = new URL('http://192.168.1.20:8188');
const adviceOn = (code: string, address = https, canIgnoreCertificate = true, message = 'x') =>
	networkAdvice(
		{ address, what: 'the deployment', canIgnoreCertificate },
		classifyNetworkError(Object.assign(new Error(message), { code })),
	);

it.each([
	[
		'ENOTFOUND',
		'There is no host with the name smart-amber.pod.flowscale.ai. Check the Base URL for typing errors, and that n8n has access to the internet.',
	],
	['EAI_AGAIN', 'There is no host with the name smart-amber.pod.flowscale.ai.'],
	[
		'ECONNREFUSED',
		'the connection was refused. Check the Base URL and its port, and that the deployment is running.',
	],
	['EHOSTUNREACH', 'n8n has no route to smart-amber.pod.flowscale.ai. Check the Base URL, and the'],
	['ETIMEDOUT', 'did not answer in time. Check the Base URL. If the deployment is starting up'],
	['ECONNABORTED', 'did not answer in time.'],
	['ECONNRESET', 'There was no answer from smart-amber.pod.flowscale.ai. The connection was lost'],
	['EPROTO', 'If this host has no certificate, enter the address with http:// in front.'],
	['CERT_HAS_EXPIRED', 'was not accepted: it has expired (CERT_HAS_EXPIRED)'],
	['ERR_TLS_CERT_ALTNAME_INVALID', 'was not accepted: it belongs to another host'],
	['DEPTH_ZERO_SELF_SIGNED_CERT', 'it is self-signed'],
	['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'no authority that n8n trusts has signed it'],
	['ERR_INVALID_CHAR', 'check the credential for line breaks and other special characters.'],
])('%s is said in words, with what to do', (code, text) => {
	expect(adviceOn(code)).toContain(text);
	expect(adviceOn(code)).toMatch(/Check|check|Enter|enter/);
});

it('https:// is advised where http:// was entered', () => {
	expect(adviceOn('ERR_SSL_WRONG_VERSION_NUMBER', http)).toBe(
		'192.168.1.20:8188 expects https://. Enter the Base URL with https:// in front.',
	);
});

it('Ignore SSL Issues is advised only where the credential has it', () => {
	expect(adviceOn('SELF_SIGNED_CERT_IN_CHAIN')).toContain('switch on Ignore SSL Issues');
	expect(adviceOn('SELF_SIGNED_CERT_IN_CHAIN', https, false)).toContain('NODE_EXTRA_CA_CERTS');
});

it('what n8n itself refuses is said in n8n’s words', () => {
	expect(adviceOn('', https, true, 'The host is blocked')).toContain('The host is blocked');
});
