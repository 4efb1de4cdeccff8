import { useComflowy } from '../../harness/comflowyHarness';
import { useFlowAi } from '../../harness/flowAiHarness';
import { testCredential } from '../../harness/testCredential';

const comflowyHarness = useComflowy();
const flowAiHarness = useFlowAi();

interface Sibling {
	credential(): Record<string, unknown>;
	test(): Promise<{ status: string; message: string }>;
	fault: Awaited<ReturnType<typeof comflowyHarness>>['service']['fault'];
	baseUrl: string;
}

const siblings: Array<[string, () => Promise<Sibling>]> = [
	[
		'Comflowy',
		async () => {
			const { engine, credential, service } = await comflowyHarness();
			const test = async () => await testCredential(engine, 'comflowyApi');
			return { credential, test, fault: service.fault, baseUrl: service.baseUrl };
		},
	],
	[
		'FlowAI',
		async () => {
			const { engine, credential, service } = await flowAiHarness();
			const test = async () => await testCredential(engine, 'flowAiApi');
			return {
				credential,
				test,
				fault: service.fault as unknown as Sibling['fault'],
				baseUrl: service.baseUrl,
			};
		},
	],
];

const bare = (url: string) => url.replace('http://', '');
const addresses: Array<[string, (url: string) => string]> = [
	['as it is', (url) => url],
	['without a scheme', bare],
	['of localhost without a scheme', (url) => bare(url).replace('127.0.0.1', 'localhost')],
	['with a slash', (url) => `${url}/`],
];

describe.each(siblings)('the credential test of %s', (_, open) => {
	it.each(addresses)('takes an address %s', async (_name, addressOf) => {
		const { credential, test, baseUrl } = await open();
		Object.assign(credential(), { baseUrl: addressOf(baseUrl) });
		expect(await test()).toEqual({ status: 'OK', message: 'Connection successful!' });
	});

	it.each([
		['a wrong key', { apiKey: 'wrong' }, /this API key.* (Check|Copy) the (API Key|key)/],
		[
			'a name that nobody has',
			{ baseUrl: 'nobody.invalid' },
			/There is no host with the name nobody\.invalid\. Check the Base URL/,
		],
		[
			'a port where nothing answers',
			{ baseUrl: '127.0.0.1:9' },
			/Nothing answers at 127\.0\.0\.1:9: the connection was refused\. Check the port/,
		],
		['another scheme', { baseUrl: 'ftp://a.example' }, /is not a web address\. Enter an address/],
		[
			'a password in the address',
			{ baseUrl: 'https://me:secret@a.example' },
			/has more than a host and a path\. Enter the address alone/,
		],
	])('says of %s what is wrong and what to do', async (_name, values, message) => {
		const { credential, test } = await open();
		Object.assign(credential(), values);
		const verdict = await test();
		expect(verdict).toEqual({
			status: 'Error',
			message: expect.stringMatching(message) as string,
		});
		expect(verdict.message).not.toMatch(/secret|ENOTFOUND|ECONNREFUSED/);
	});

	it('judges the key anew in each test, also when it was once right', async () => {
		const { credential, test } = await open();
		const right = credential().apiKey;
		const verdicts = [];
		for (const apiKey of [right, 'wrong', 'wrong', right, 'wrong']) {
			Object.assign(credential(), { apiKey });
			verdicts.push((await test()).status);
		}
		expect(verdicts).toEqual(['OK', 'Error', 'Error', 'OK', 'Error']);
	});

	it('says that a web page is no API', async () => {
		const { test, fault } = await open();
		fault({ on: 'any', kind: 'html', times: 9 });
		const { status, message } = await test();
		expect(status).toBe('Error');
		expect(message).toMatch(/Check the (API Key and the )?Base URL/);
	});
});
