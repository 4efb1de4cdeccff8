import type { ICredentialDataDecryptedObject } from 'n8n-workflow';
import { linksOf, ownPrompt, startOf, two, useHarness } from '../../harness/useHarness';

const harness = useHarness();

describe('an address in the credential', () => {
	it.each([
		[
			'with user name and password',
			(url: string) => url.replace('http://', 'http://user:pass@'),
			'The Base URL of the credential contains a user name or password',
		],
		[
			'of another scheme',
			(url: string) => url.replace('http://', 'ftp://'),
			'The Base URL of the credential is not a web address',
		],
		[
			'of a file',
			() => 'file:///etc/passwd',
			'The Base URL of the credential is not a web address',
		],
		[
			'with script',
			() => 'javascript:alert(1)',
			'The Base URL of the credential is not a web address',
		],
		[
			'with a query',
			(url: string) => `${url}/?x=1`,
			'The Base URL of the credential has a query or fragment',
		],
		[
			'with a fragment',
			(url: string) => `${url}/#top`,
			'The Base URL of the credential has a query or fragment',
		],
		['that is blank', () => '  ', 'The credential has no Base URL'],
	])('%s is refused before any request', async (_, urlOf, message) => {
		const { node, error, requests } = await harness({
			credential: ({ baseUrl }) => ({ baseUrl: urlOf(baseUrl) }),
		});
		expect((await error(node('cluster.getHealth'))).message).toBe(message);
		expect(requests()).toBe(0);
	});

	it.each([
		['without scheme', (url: string) => url.replace('http://', '')],
		['with slashes in front', (url: string) => url.replace('http:', '')],
		['with slashes behind', (url: string) => `${url}///`],
		['with the API’s path', (url: string) => `${url}/api/v1`],
		['with the API’s path and a slash', (url: string) => `${url}/api/v1/`],
		['with blanks around', (url: string) => `  ${url}\n`],
	])('%s is understood', async (_, urlOf) => {
		const { node, items, flowscale } = await harness({
			credential: ({ baseUrl }) => ({ baseUrl: urlOf(baseUrl) }),
		});
		expect(await items(node('cluster.getHealth'))).toHaveLength(20);
		expect(flowscale.journal.map(({ url }) => url)).toEqual([
			'/api/v1/comfy/health',
			'/api/v1/comfy/health',
		]);
	});
});

describe('a secret in the credential that no header can carry', () => {
	const headers = (name: string, value: string) => ({
		authentication: 'headers',
		headers: { header: [{ name, value }] },
	});
	it.each<[string, ICredentialDataDecryptedObject, string]>([
		['a key with a line break and a header behind it', { apiKey: 'abc\r\nX-Evil: 1' }, 'API key'],
		['the dots of a masked field', { apiKey: '••••••••' }, 'API key'],
		[
			'a header value with a line break',
			headers('Authorization', 'Bearer a\nX-Evil: 1'),
			'custom header',
		],
		['a header name with a colon', headers('X-Evil: 1\r\nX', 'a'), 'custom header'],
	])('is refused before any request: %s', async (_, credential, label) => {
		const { node, error, requests } = await harness({ credential: () => credential });
		const { message } = await error(node('workflow.execute', startOf('solid', {})));
		expect(message).toBe(`The ${label} in the credential contains a character that cannot be sent`);
		expect(requests()).toBe(0);
	});
});

describe('an ID', () => {
	it.each([
		['a path', '../../comfy/health', '/api/v1/runs/..%2F..%2Fcomfy%2Fhealth'],
		['a query', 'a?group_id=b#c', '/api/v1/runs/a%3Fgroup_id%3Db%23c'],
		['an encoded path', '%2e%2e%2fcomfy', '/api/v1/runs/%252e%252e%252fcomfy'],
		['another host', '//evil.invalid/x', '/api/v1/runs/%2F%2Fevil.invalid%2Fx'],
		['a back slash', '..\\..\\x', '/api/v1/runs/..%5C..%5Cx'],
		['letters of the world', 'läuft ✓', '/api/v1/runs/l%C3%A4uft%20%E2%9C%93'],
	])('that is %s stays one segment of the path', async (_, runId, path) => {
		const { node, items, flowscale } = await harness();
		const out = await items(node('run.get', { runId }, { onError: 'continueRegularOutput' }));
		expect(out.map(({ json }) => json.error)).toEqual(
			Array.from({ length: 2 }, () => expect.stringContaining('does not know the run')),
		);
		expect(flowscale.journal.map(({ url }) => url)).toEqual([path, path]);
	});

	it.each([
		['the folder above', '..'],
		['the folder itself', '.'],
		['a line break and a header', 'a\r\nX-Evil: 1'],
		['half a character', 'a\ud800'],
		['nothing', '  '],
		['201 characters', 'a'.repeat(201)],
	])('that is %s is refused before any request', async (_, runId) => {
		const { node, items, requests } = await harness();
		const out = await items(
			node(
				'run.cancel',
				{ runId: `={{ ${JSON.stringify(runId)} }}` },
				{ onError: 'continueRegularOutput' },
			),
		);
		expect(linksOf(out)).toEqual([{ item: 0 }, { item: 1 }]);
		for (const { json } of out)
			expect(json.error).toMatch(/^Run (is empty|is not an ID|contains control characters)/);
		expect(requests()).toBe(0);
	});
});

describe('a group', () => {
	it.each([
		['a second parameter', 'a&workflow_id=other'],
		['a line break and a header', 'a\r\nX-Evil: 1'],
		['a fragment and a percent sign', 'a#b%00c'],
		['letters of the world', 'Größe ✓ 日本'],
	])('with %s arrives as it is, and changes nothing else', async (_, groupId) => {
		const { node, items, flowscale } = await harness();
		await items(
			node('workflow.execute', {
				...startOf('image', ownPrompt, {}),
				groupId: `={{ ${JSON.stringify(groupId)} }}`,
			}),
			two,
		);
		expect(flowscale.runs.map((run) => run.groupId)).toEqual([groupId, groupId]);
		for (const { query, headers } of flowscale.journal) {
			expect(Object.keys(query).sort()).toEqual(['group_id', 'workflow_id']);
			expect(headers).not.toHaveProperty('x-evil');
		}
	});
});
