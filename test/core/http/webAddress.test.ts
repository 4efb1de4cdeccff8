import {
	headerText,
	isThisMachine,
	readWebAddress,
	redirectTarget,
} from '../../../nodes/core/http/webAddress';

it.each([
	['smart-amber-tgdsf.pod.flowscale.ai', 'https://smart-amber-tgdsf.pod.flowscale.ai/'],
	['  smart-amber.pod.flowscale.ai/api/v1/ ', 'https://smart-amber.pod.flowscale.ai/api/v1/'],
	['smart-amber.pod.flowscale.ai:8443', 'https://smart-amber.pod.flowscale.ai:8443/'],
	['//smart-amber.pod.flowscale.ai', 'https://smart-amber.pod.flowscale.ai/'],
	['https//smart-amber.pod.flowscale.ai', 'https://smart-amber.pod.flowscale.ai/'],
	['https:smart-amber.pod.flowscale.ai', 'https://smart-amber.pod.flowscale.ai/'],
	['HTTPS://Smart-Amber.pod.flowscale.ai', 'https://smart-amber.pod.flowscale.ai/'],
	['http://smart-amber.pod.flowscale.ai', 'http://smart-amber.pod.flowscale.ai/'],
	['\u200bsmart-amber.pod.flowscale.ai\ufeff', 'https://smart-amber.pod.flowscale.ai/'],
	['localhost', 'http://localhost/'],
	['localhost:3000', 'http://localhost:3000/'],
	['LOCALHOST:3000/api/v1', 'http://localhost:3000/api/v1'],
	['flowscale.localhost', 'http://flowscale.localhost/'],
	['host.docker.internal:8188', 'http://host.docker.internal:8188/'],
	['127.0.0.1:8188', 'http://127.0.0.1:8188/'],
	['192.168.1.20', 'http://192.168.1.20/'],
	['203.0.113.7:443', 'https://203.0.113.7/'],
	['[::1]:8188', 'http://[::1]:8188/'],
	['2001:db8::1', 'http://[2001:db8::1]/'],
	['https://localhost:8443', 'https://localhost:8443/'],
	['localhost.example.com', 'https://localhost.example.com/'],
	['127.0.0.1.example.com', 'https://127.0.0.1.example.com/'],
])('%s means %s', (entered, address) => {
	expect(readWebAddress(entered)?.href).toBe(address);
});

it.each([
	'',
	'   ',
	'the address of my deployment',
	'ftp://a.example',
	'file:///etc/passwd',
	'javascript:alert(1)',
	'javascript:1',
	'mailto:me@a.example',
	'data:text/html,<p>',
	'https://',
	'http://a b',
])('"%s" is no address of the web', (entered) => {
	expect(readWebAddress(entered)).toBeUndefined();
});

it.each([
	['http://localhost:1', true],
	['http://127.8.8.8', true],
	['http://[::1]', true],
	['http://host.docker.internal', false],
	['http://192.168.1.20', false],
	['https://localhost.example.com', false],
])('%s is this machine: %p', (address, expected) => {
	expect(isThisMachine(new URL(address))).toBe(expected);
});
it.each([
	['/caf\u00c3\u00a9.png', '/café.png'],
	['/caf\u00e9.png', '/caf\u00e9.png'],
	['/a.png', '/a.png'],
	['/日.png', '/日.png'],
])('the header %j is read as %j', (received, text) => expect(headerText(received)).toBe(text));

it.each([
	[undefined, 'nowhere'],
	['', 'nowhere'],
	['  ', 'nowhere'],
	['https://user:secret@other.test/x?a=b@c', 'https://other.test/x?a=b@c'],
	['//secret@other.test', '//other.test'],
	['HTTPS://OTHER.TEST./X', 'HTTPS://OTHER.TEST./X'],
	['/users/me@home', '/users/me@home'],
	['javascript:alert(1)', 'javascript:alert(1)'],
])('a redirect to %j is named %j', (location, target) =>
	expect(redirectTarget(location)).toBe(target),
);
