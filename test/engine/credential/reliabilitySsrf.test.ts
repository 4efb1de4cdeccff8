/**
 * n8n reads the switches of its guard as it is loaded, so this suite loads an n8n of its own.
 *
 * @jest-environment node
 */
import '../../harness/ssrfEnvironment';
import { testCredential } from '../../harness/testCredential';
import { useHarness } from '../../harness/useHarness';

/** Which of the two Jest projects this is (jest.config.js). */
declare const ENGINE: '1.x' | '2.x';

const harness = useHarness();
// n8n 1.x has no such guard.
const guarded = ENGINE === '2.x' ? describe : describe.skip;

guarded('n8n’s guard against requests to internal hosts', () => {
	it('refuses a deployment at a blocked address: nothing is sent, and the message says why', async () => {
		const { node, error, requests } = await harness();
		const { message } = await error(node('cluster.getHealth'));
		expect(message).toMatch(
			/^No answer from Flowscale at 127\.0\.0\.1:\d+\. The request was blocked because it resolves to a restricted IP address/,
		);
		expect(requests()).toBe(0);
	});

	it('is named by the credential test, which sends nothing', async () => {
		const { engine, requests } = await harness();
		expect(await testCredential(engine, 'flowscaleApi')).toEqual({
			status: 'Error',
			message: expect.stringMatching(
				/^There was no answer from 127\.0\.0\.1:\d+\. The request was blocked because it resolves to a restricted IP address.* Check the Base URL/,
			) as string,
		});
		expect(requests()).toBe(0);
	});

	it('refuses a start without calling it uncertain', async () => {
		const { node, error, requests } = await harness();
		const start = {
			workflowId: { __rl: true, mode: 'id', value: 'w' },
			inputMode: 'json',
			inputsJson: '{}',
		};
		expect((await error(node('workflow.execute', start))).message).toMatch(
			/The request was blocked/,
		);
		expect(requests()).toBe(0);
	});

	it('refuses a download link to a blocked address although the deployment’s own name is allowed', async () => {
		const { node, error, flowscale, requests } = await harness({
			credential: ({ baseUrl }) => ({ baseUrl: baseUrl.replace('127.0.0.1', 'localhost') }),
		});
		const [{ id }] = flowscale.addRuns(1);
		const { message } = await error(node('run.getOutputs', { runId: id }), [{ json: {} }]);
		expect(message).toMatch(/could not be fetched from 127\.0\.0\.1:\d+\. The request was blocked/);
		expect(message).toContain(id);
		expect([requests('getRun'), requests('download')]).toEqual([1, 0]);
	});
});
