import type { ICredentialTestFunctions, ICredentialsDecrypted } from 'n8n-workflow';
import { testDeployment } from '../../../nodes/Flowscale/api/checkDeployment';
import { testKey as testComflowy } from '../../../packages/n8n-nodes-comflowy/nodes/Comflowy/api/accessToken';
import { nextTurn } from '../../../simulator/platform';
import { testKey } from '../../../packages/n8n-nodes-flowai/nodes/FlowAi/api/checkKey';

const data = { baseUrl: 'https://x.test', apiKey: 'a-key-of-somebody', authentication: 'apiKey' };

describe('the test of a credential', () => {
	afterEach(() => jest.restoreAllMocks());

	it.each([
		['Flowscale', testDeployment],
		['Comflowy', testComflowy],
		['FlowAI', testKey],
	])('ends after 15 seconds where the answer of %s drips', async (_, test) => {
		// Its time is over as soon as the request is under way: nothing here waits.
		const over = new AbortController();
		const timeout = jest.spyOn(AbortSignal, 'timeout').mockReturnValue(over.signal);
		const request = async () => {
			void nextTurn().then(() => over.abort());
			return await new Promise(() => undefined);
		};
		const helper = { helpers: { request } } as unknown as ICredentialTestFunctions;
		const result = await test.call(helper, { data } as unknown as ICredentialsDecrypted);
		expect(result.status).toBe('Error');
		expect(result.message).toContain('x.test');
		expect(timeout.mock.calls[0]).toEqual([15_000]);
	});

	const elsewhere = {
		Flowscale: /^There is no Flowscale API at https:\/\/x\.test\/api\/v1\. Check the Base URL/,
		Comflowy:
			/^There is no API of Comflowy at https:\/\/x\.test\/api\/open\/v0 \(HTTP \d+\)\. Check the Base URL/,
		FlowAI: /^There is no API of FlowAI at https:\/\/x\.test\/v1\/api\. Check the Base URL/,
	};
	const troubled = {
		Flowscale: /^x\.test answered HTTP \d+\. The deployment has trouble/,
		Comflowy:
			/^Comflowy gave no access token for this API key \(HTTP \d+.*Try again in a few minutes\.$/,
		FlowAI: /^x\.test answered HTTP \d+\. FlowAI has trouble/,
	};
	const json = { headers: { 'content-type': 'application/json' }, body: { detail: 'No' } };
	const page = { headers: { 'content-type': 'text/html' }, body: '<html>no</html>' };
	it.each([
		[405, 'JSON', elsewhere, json],
		[501, 'JSON', elsewhere, json],
		[405, 'a page', elsewhere, page],
		[501, 'a page', elsewhere, page],
		[502, 'JSON', troubled, json],
		[503, 'a page', troubled, page],
		[522, 'a page', troubled, page],
		[530, 'JSON', troubled, json],
	])('answered with HTTP %d in %s says what is wrong', async (statusCode, _, texts, answer) => {
		const request = async () => ({ statusCode, ...answer });
		const helper = { helpers: { request } } as unknown as ICredentialTestFunctions;
		const given = { data } as unknown as ICredentialsDecrypted;
		const tests = { Flowscale: testDeployment, Comflowy: testComflowy, FlowAI: testKey };
		for (const name of ['Flowscale', 'Comflowy', 'FlowAI'] as const)
			expect(await tests[name].call(helper, given)).toEqual({
				status: 'Error',
				message: expect.stringMatching(texts[name]) as string,
			});
	});
});
