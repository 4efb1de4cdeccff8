import type { ICredentialDataDecryptedObject } from 'n8n-workflow';
import type { Fault } from '../../../simulator/flowscale/startFlowscale';
import { selfSigned } from '../../../simulator/selfSigned';
import { testCredential } from '../../harness/testCredential';
import {
	bytesOf,
	digest,
	madeBy,
	ownPrompt,
	quick,
	startOf,
	type HarnessOptions,
	useHarness,
} from '../../harness/useHarness';

const harness = useHarness();
const good = { status: 'OK', message: 'Connection successful!' };
const proxy = { Authorization: 'Bearer jwt-of-mine', 'X-Tenant': 'blue' };
const proxyHeaders = { header: Object.entries(proxy).map(([name, value]) => ({ name, value })) };

const accepted: Array<[string, HarnessOptions]> = [
	['the right key', {}],
	[
		'the right key with blanks around it',
		{ credential: ({ apiKey }) => ({ apiKey: ` ${apiKey} ` }) },
	],
	['a trailing slash', { credential: ({ baseUrl }) => ({ baseUrl: `${baseUrl}/` }) }],
	['/api/v1 in the address', { credential: ({ baseUrl }) => ({ baseUrl: `${baseUrl}/api/v1` }) }],
	[
		'/api/v1 and slashes in the address',
		{ credential: ({ baseUrl }) => ({ baseUrl: ` ${baseUrl}/api/v1// ` }) },
	],
	['no scheme', { credential: ({ baseUrl }) => ({ baseUrl: baseUrl.replace('http://', '') }) }],
	[
		'localhost without a scheme',
		{
			credential: ({ baseUrl }) => ({ baseUrl: baseUrl.replace('http://127.0.0.1', 'localhost') }),
		},
	],
	[
		'headers for a proxy',
		{
			apiKey: null,
			requiredHeaders: proxy,
			credential: () => ({ authentication: 'headers', headers: proxyHeaders }),
		},
	],
	[
		'no authentication for a public project',
		{ apiKey: null, credential: () => ({ authentication: 'none', apiKey: 'left over' }) },
	],
	[
		'a self-signed certificate that is allowed',
		{ tls: selfSigned, credential: () => ({ allowUnauthorizedCerts: true }) },
	],
];

test.each(accepted)('the credential test and the node accept %s', async (_, options) => {
	const { engine, node, items, flowscale } = await harness({ containers: 2, ...options });
	expect(await testCredential(engine, 'flowscaleApi')).toEqual(good);
	expect((await items(node('cluster.getHealth'))).map(({ json }) => json.status)).toEqual([
		'idle',
		'idle',
		'idle',
		'idle',
	]);
	expect(flowscale.journal.map(({ method, url, status }) => [method, url, status])).toEqual(
		['the test', 'item 0', 'item 1'].map(() => ['GET', '/api/v1/comfy/health', 200]),
	);
});

const KEY_PLACE = 'Project Settings > API Settings in Flowscale';
const refused: Array<[string, HarnessOptions, string, string]> = [
	[
		'a wrong key',
		{ credential: () => ({ apiKey: 'fs-wrong-key' }) },
		`The deployment was reached, but it does not accept this API key. Copy the key from ${KEY_PLACE}. After Regenerate there, restart the deployment.`,
		'Flowscale answered HTTP 401: Invalid API key',
	],
	[
		'no authentication where a key is wanted',
		{ credential: () => ({ authentication: 'none' }) },
		`The deployment was reached, but it requires an API key. Choose API Key as Authentication, and copy the key from ${KEY_PLACE}.`,
		'Flowscale answered HTTP 403: Not authenticated',
	],
	[
		'a wrong header',
		{
			requiredHeaders: proxy,
			credential: () => ({
				authentication: 'headers',
				headers: { header: [{ name: 'X-Tenant', value: 'red' }] },
			}),
		},
		'The deployment was reached, but it does not accept these headers. Check the names and values that your proxy expects in front of the deployment.',
		'Flowscale answered HTTP 401: Unauthorized',
	],
	[
		'an unreachable host',
		{ credential: () => ({ baseUrl: 'http://127.0.0.1:9' }) },
		'Nothing answers at 127.0.0.1:9: the connection was refused. Check the port. If n8n runs in Docker, this address leads to n8n itself: use host.docker.internal, or the other program’s name in Docker’s network.',
		'No answer from Flowscale at 127.0.0.1:9. The connection was refused.',
	],
	[
		'a name that nobody has',
		{ credential: () => ({ baseUrl: 'flowscale.invalid' }) },
		'There is no host with the name flowscale.invalid. Check the Base URL for typing errors, and that n8n has access to the internet.',
		'No answer from Flowscale at flowscale.invalid. Its name could not be resolved.',
	],
	[
		'https:// where http:// is spoken',
		{ credential: ({ baseUrl }) => ({ baseUrl: baseUrl.replace('http:', 'https:') }) },
		'If this host has no certificate, enter the address with http:// in front.',
		'No secure connection could be made (EPROTO).',
	],
	[
		'http:// where https:// is spoken',
		{
			tls: selfSigned,
			credential: ({ baseUrl }) => ({ baseUrl: baseUrl.replace('https:', 'http:') }),
		},
		'The connection was lost. Check the Base URL, and try again. If this host expects https://, enter it in front.',
		'No answer from Flowscale at 127.0.0.1:',
	],
	[
		'a self-signed certificate',
		{ tls: selfSigned },
		'it is self-signed (DEPTH_ZERO_SELF_SIGNED_CERT). Check the Base URL. If you trust this host, switch on Ignore SSL Issues.',
		'Its certificate was not accepted (DEPTH_ZERO_SELF_SIGNED_CERT).',
	],
];

test.each(refused)(
	'the credential test and the node refuse %s, each in its words',
	async (_, options, testMessage, nodeMessage) => {
		const { engine, node, error, flowscale } = await harness(options);
		expect(await testCredential(engine, 'flowscaleApi')).toEqual({
			status: 'Error',
			message: expect.stringContaining(testMessage) as string,
		});
		const failure = await error(node('run.cancel', { runId: 'a' }));
		expect(failure.message).toContain(nodeMessage);
		expect(flowscale.journal.every(({ status }) => status === 401 || status === 403)).toBe(true);
	},
);

test.each([
	['', 'The credential has no Base URL. Enter the address that the deployment’s dashboard shows.'],
	['ftp://a.example', 'The Base URL of the credential is not a web address. Enter the address of'],
	['https://a.example/?x=1', 'The Base URL of the credential has a query or fragment. Leave out'],
])('the credential test says what is wrong with "%s", and what to enter', async (baseUrl, text) => {
	const { engine } = await harness({ credential: () => ({ baseUrl }) });
	expect(await testCredential(engine, 'flowscaleApi')).toEqual({
		status: 'Error',
		message: expect.stringContaining(text) as string,
	});
});

const answers: Array<[string, Fault, string]> = [
	[
		'404 of something else',
		{ on: 'health', kind: 'status', status: 404 },
		'The deployment must be started as API Server.',
	],
	[
		'a web page',
		{ on: 'health', kind: 'html' },
		'Check the Base URL: it is the deployment’s address, not the dashboard’s.',
	],
	[
		'503 of a cold start',
		{ on: 'health', kind: 'status', status: 503 },
		'The deployment has trouble or is starting up, which can take two minutes.',
	],
	[
		'429',
		{ on: 'health', kind: 'status', status: 429 },
		'it received too many requests. Test again in a minute.',
	],
	['400 with a reason', { on: 'health', kind: 'status', status: 400 }, 'answered HTTP 400'],
];

test.each(answers)('the credential test says what %s means', async (_, fault, text) => {
	const { engine, flowscale } = await harness();
	flowscale.fault(fault);
	expect(await testCredential(engine, 'flowscaleApi')).toEqual({
		status: 'Error',
		message: expect.stringContaining(text) as string,
	});
});

test('every test of a credential asks the deployment, and no execution does', async () => {
	const { engine, node, items, flowscale } = await harness();
	const values = engine.credentials.values.flowscaleApi;
	const { apiKey } = values;
	const wrong = { status: 'Error', message: expect.stringContaining('this API key') as string };
	const verdicts = [];
	for (const key of [apiKey, 'wrong', 'wrong', apiKey, 'wrong']) {
		values.apiKey = key;
		verdicts.push(await testCredential(engine, 'flowscaleApi'));
	}
	expect(verdicts).toEqual([good, wrong, wrong, good, wrong]);
	const asked = () => flowscale.journal.filter(({ url }) => url.includes('/comfy/health')).length;
	expect(asked()).toBe(5);
	values.apiKey = apiKey;
	await items(node('run.getMany'));
	expect(asked()).toBe(5);
});

test('both nodes that take the credential can test it, whichever n8n asks first', async () => {
	const { engine } = await harness();
	const { supportedNodes } = engine.loader.known.credentials.flowscaleApi;
	expect([...(supportedNodes ?? [])].sort()).toEqual(['flowscale', 'flowscaleTrigger']);
	for (const nodeName of ['flowscale', 'flowscaleTrigger']) {
		engine.loader.known.credentials.flowscaleApi.supportedNodes = [nodeName];
		expect(await testCredential(engine, 'flowscaleApi')).toEqual(good);
	}
});

test('the key is sent as X-API-KEY, headers are sent instead of it', async () => {
	const { node, items, flowscale } = await harness({
		requiredHeaders: proxy,
		credential: () => ({ authentication: 'headers', headers: proxyHeaders, apiKey: 'left over' }),
	});
	await items(node('cluster.getHealth'));
	expect(
		flowscale.journal.map(({ headers }) => [
			headers.authorization,
			headers['x-tenant'],
			headers['x-api-key'],
		]),
	).toEqual([0, 1].map(() => ['Bearer jwt-of-mine', 'blue', undefined]));
});

test('behind a self-signed front the whole way works, downloads of the other host included', async () => {
	const { node, items, flowscale } = await harness({
		tls: selfSigned,
		credential: () => ({ allowUnauthorizedCerts: true }),
	});
	const done = await items(node('workflow.executeAndWait', startOf('image', ownPrompt, quick)));
	const made = await Promise.all(
		done.map(async ({ json }) =>
			digest(
				await madeBy(flowscale.runs.find(({ id }) => id === json.run_id) ?? flowscale.runs[0]),
			),
		),
	);
	expect(
		await Promise.all(done.map(async ({ binary }) => digest(await bytesOf(binary?.data)))),
	).toEqual(made);
});

test('the credential is read once per node execution, not once per request', async () => {
	const { engine, node, items, requests } = await harness();
	const before = engine.credentials.reads;
	await items(
		node('workflow.executeAndWait', startOf('image', ownPrompt, { ...quick, download: false })),
	);
	expect(requests()).toBeGreaterThan(3);
	expect(engine.credentials.reads - before).toBeLessThanOrEqual(2);
});

test('the key goes to the deployment’s origin only, whoever uses the credential', async () => {
	const { engine, flowscale } = await harness();
	const { authenticate } = engine.loader.credentialTypes.flowscaleApi.type;
	const values = engine.credentials.values.flowscaleApi as ICredentialDataDecryptedObject;
	const ask = async (url: string) =>
		await (
			authenticate as (
				values: ICredentialDataDecryptedObject,
				options: { url: string },
			) => Promise<object>
		)(values, { url });
	expect(await ask(`${flowscale.baseUrl}/api/v1/comfy/health`)).toMatchObject({
		headers: { 'X-API-KEY': flowscale.apiKey },
	});
	await expect(ask(`${flowscale.filesUrl}/generations/a.png`)).rejects.toThrow(
		'The Flowscale credential is only for the deployment at its Base URL',
	);
});
