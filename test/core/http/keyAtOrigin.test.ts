import type { IHttpRequestOptions } from 'n8n-workflow';
import { withKeyAtOrigin } from '../../../nodes/core/http/keyAtOrigin';

const ROOT = 'https://pod.test/api/v1';
const send = (options: object) =>
	withKeyAtOrigin(options as IHttpRequestOptions, ROOT, { 'X-API-KEY': 'key' }, 'Not there');

it.each<[string, object]>([
	['the API', { url: `${ROOT}/runs` }],
	['the API, with n8n’s older helper', { uri: `${ROOT}/runs` }],
	['another path of the origin', { url: 'https://pod.test/files/a.png' }],
	['capitals and the usual port', { url: 'HTTPS://POD.TEST:443/x' }],
	['a path below a base', { url: 'runs', baseURL: `${ROOT}/` }],
	['backslashes, which are slashes', { url: 'https:\\\\pod.test\\x' }],
	['a user name at the origin', { url: 'https://me:secret@pod.test/x' }],
])('the key goes to %s, and follows no redirect', (_, options) =>
	expect(send(options)).toEqual({
		...options,
		headers: { 'X-API-KEY': 'key' },
		disableFollowRedirect: true,
		followRedirect: false,
		followAllRedirects: false,
		maxRedirects: 0,
	}),
);

it('a path alone is one of the API', () =>
	expect(send({ url: '/comfy/health' })).toMatchObject({ url: `${ROOT}/comfy/health` }));

it.each<[string, object]>([
	['another host', { url: 'https://other.test/api/v1/runs' }],
	['another host, with n8n’s older helper', { uri: 'https://other.test/' }],
	['another port', { url: 'https://pod.test:8443/x' }],
	['another scheme', { url: 'http://pod.test/x' }],
	['a host that begins alike', { url: 'https://pod.test.evil.test/x' }],
	['a host behind a user name', { url: 'https://pod.test@evil.test/x' }],
	['a host behind a user name with a slash', { url: 'https://pod.test%2f@evil.test/x' }],
	['a host without its scheme', { url: '//evil.test/x' }],
	['a host behind a slash and a backslash', { url: '/\\evil.test/x' }],
	['a host behind backslashes', { url: '\\\\evil.test/x' }],
	['a trailing dot', { url: 'https://pod.test./x' }],
	['letters that look alike', { url: 'https://p\u043ed.test/x' }],
	['a tab within the host', { url: 'https://pod.test\t.evil.test/x' }],
	['a link with another base', { url: '/x', baseURL: 'https://evil.test' }],
	['a link that ignores its base', { url: 'https://evil.test/x', baseURL: ROOT }],
	['two addresses', { url: `${ROOT}/runs`, uri: 'https://evil.test/x' }],
	['a script', { url: 'javascript:alert(1)' }],
	['a file', { url: 'file:///etc/passwd' }],
	['nothing', {}],
])('the key does not go to %s', (_, options) => expect(() => send(options)).toThrow('Not there'));
