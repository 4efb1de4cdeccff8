import type { ICredentialDataDecryptedObject } from 'n8n-workflow';
import { said } from '../../harness/coreDifferences';
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
		[0, 1, 2].map(() => ['GET', '/api/v1/comfy/health', 200]),
	);
});

const refused: Array<[string, HarnessOptions, string, string]> = [
	[
		'a wrong key',
		{ credential: () => ({ apiKey: 'fs-wrong-key' }) },
		said('wrongKey'),
		'Flowscale answered HTTP 401: Invalid API key',
	],
	[
		'no authentication where a key is wanted',
		{ credential: () => ({ authentication: 'none' }) },
		said('noKey'),
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
		said('wrongKey'),
		'Flowscale answered HTTP 401: Unauthorized',
	],
	[
		'an unreachable host',
		{ credential: () => ({ baseUrl: 'http://127.0.0.1:9' }) },
		said('unreachable'),
		'No answer from Flowscale at 127.0.0.1:9. The connection was refused.',
	],
	[
		'a self-signed certificate',
		{ tls: selfSigned },
		said('selfSigned'),
		'Its certificate was not accepted (DEPTH_ZERO_SELF_SIGNED_CERT).',
	],
];

test.each(refused)(
	'the credential test and the node refuse %s, each in its words',
	async (_, options, testMessage, nodeMessage) => {
		const { engine, node, error, flowscale } = await harness(options);
		// Node 24 adds advice to OpenSSL's words.
		expect(await testCredential(engine, 'flowscaleApi')).toEqual({
			status: 'Error',
			message: expect.stringContaining(testMessage) as string,
		});
		const failure = await error(node('run.cancel', { runId: 'a' }));
		expect(failure.message).toContain(nodeMessage);
		expect(flowscale.journal.every(({ status }) => status === 401 || status === 403)).toBe(true);
	},
);

test('an address of something else is told from a wrong key', async () => {
	const { engine, flowscale } = await harness();
	flowscale.fault({ on: 'health', kind: 'status', status: 404 });
	expect(await testCredential(engine, 'flowscaleApi')).toEqual({
		status: 'Error',
		message: said('nothingThere'),
	});
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
