import { selfSigned } from '../../../simulator/selfSigned';
import { ownPrompt, startOf, useHarness } from '../../harness/useHarness';

const harness = useHarness();
const start = startOf('image', ownPrompt);

test.each([
	['workflow.execute', start],
	['workflow.executeAndWait', start],
	['run.get', { runId: 'a' }],
] as const)(
	'https:// on a port that speaks HTTP: %s says that no secure connection could be made',
	async (operation, parameters) => {
		const { node, error, flowscale } = await harness({
			credential: ({ baseUrl }) => ({ baseUrl: String(baseUrl).replace('http:', 'https:') }),
		});
		const failure = await error(node(operation, parameters));
		expect(failure.message).toMatch(
			/^No answer from Flowscale at 127\.0\.0\.1:\d+\. No secure connection could be made \((EPROTO|ERR_SSL_\w+)\)\.$/,
		);
		expect(failure.description).toBe(
			'Check the Base URL in the credential, and that this n8n can reach that host.',
		);
		expect(flowscale.runs).toEqual([]);
	},
);

test('http:// on a port that speaks HTTPS: nothing is started', async () => {
	const { node, error, flowscale } = await harness({
		tls: selfSigned,
		credential: ({ baseUrl }) => ({ baseUrl: String(baseUrl).replace('https:', 'http:') }),
	});
	const failure = await error(node('workflow.execute', start));
	expect(failure.message).toMatch(/Flowscale/);
	expect(flowscale.runs).toEqual([]);
});

test.each([425, 520, 522, 524, 530])('a single HTTP %d is asked again', async (status) => {
	const { node, items, flowscale } = await harness();
	flowscale.fault({ on: 'health', kind: 'status', status });
	expect((await items(node('cluster.getHealth'))).length).toBeGreaterThan(0);
	expect(flowscale.journal.map((entry) => entry.status)).toContain(status);
});
