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
});
