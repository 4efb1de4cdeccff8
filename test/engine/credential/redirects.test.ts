import type { IExecuteFunctions, INodeExecutionData, INodeType } from 'n8n-workflow';
import { openElsewhere, type Elsewhere } from '../../faults/elsewhere';
import { useComflowy } from '../../harness/comflowyHarness';
import { useFlowAi } from '../../harness/flowAiHarness';
import { nodeOf, runWorkflow, chain } from '../../harness/runWorkflow';
import { PassThrough, type Engine } from '../../harness/startEngine';
import { testCredential } from '../../harness/testCredential';
import { useHarness } from '../../harness/useHarness';

const flowscaleHarness = useHarness();
const comflowyHarness = useComflowy();
const flowAiHarness = useFlowAi();
let elsewhere: Elsewhere;
beforeAll(async () => (elsewhere = await openElsewhere()));
afterEach(() => elsewhere.visits.splice(0));
afterAll(async () => await elsewhere.close());

const REDIRECTS = [301, 302, 303, 307, 308];

test.each(REDIRECTS)(
	'Flowscale’s credential test does not follow a %d, and says where it leads',
	async (status) => {
		const { engine, flowscale } = await flowscaleHarness();
		const to = `${elsewhere.origin}/health`;
		flowscale.fault({ on: 'health', kind: 'redirect', status, to });
		expect(await testCredential(engine, 'flowscaleApi')).toEqual({
			status: 'Error',
			message: `Flowscale redirects to ${to}, where the key is not sent. Enter the final address as Base URL.`,
		});
		expect([elsewhere.visits, flowscale.journal.length]).toEqual([[], 1]);
	},
);

test('FlowAI’s credential test does not follow a redirect, and says where it leads', async () => {
	const { engine, service } = await flowAiHarness();
	const to = `${elsewhere.origin}/v1`;
	service.fault({ on: 'any', kind: 'redirect', status: 307, to, times: 9 });
	expect(await testCredential(engine, 'flowAiApi')).toEqual({
		status: 'Error',
		message: `FlowAI redirects to ${to}, where the key is not sent. Enter the final address as Base URL.`,
	});
	expect(elsewhere.visits).toEqual([]);
});

test('Comflowy’s credential test does not follow a redirect, and says where it leads', async () => {
	const { engine, service } = await comflowyHarness();
	const to = `${elsewhere.origin}/api`;
	service.fault({ on: 'any', kind: 'redirect', status: 302, to, times: 9 });
	expect(await testCredential(engine, 'comflowyApi')).toEqual({
		status: 'Error',
		message: expect.stringContaining(to) as string,
	});
	expect(elsewhere.visits).toEqual([]);
});

/**
 * A node of somebody else that uses a credential through one of n8n's two helpers, as the HTTP
 * Request node does.
 */
function anyNode(credential: string, send: 'new' | 'old', url: string): INodeType {
	const node = new PassThrough() as INodeType;
	node.description = { ...node.description, credentials: [{ name: credential, required: true }] };
	node.execute = async function execute(this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
		const { helpers } = this;
		const method = credential === 'flowAiApi' ? 'POST' : 'GET';
		const sent =
			send === 'new'
				? helpers.httpRequestWithAuthentication.call(this, credential, { url, method })
				: helpers.requestWithAuthentication.call(this, credential, { uri: url, method });
		return [[{ json: { answer: String(await sent) } }]];
	};
	return node;
}

async function sendWith(engine: Engine, credential: string, send: 'new' | 'old', url: string) {
	engine.add('anyNode', anyNode(credential, send, url));
	const node = nodeOf(
		'Any',
		'anyNode',
		{},
		{ credentials: { [credential]: { id: '1', name: 'x' } } },
	);
	const run = await runWorkflow(engine, chain(node), [{ json: {} }]);
	return run.data.resultData.error?.message;
}

test.each(['new', 'old'] as const)(
	'no node takes a key along, with n8n’s %s helper: neither by a redirect nor to another address',
	async (send) => {
		const { engine, flowscale } = await flowscaleHarness();
		const health = `${flowscale.baseUrl}/api/v1/comfy/health`;
		expect(await sendWith(engine, 'flowscaleApi', send, health)).toBeUndefined();
		expect(flowscale.journal.at(-1)?.headers['x-api-key']).toBe(flowscale.apiKey);
		for (const status of REDIRECTS) {
			flowscale.fault({ on: 'health', kind: 'redirect', status, to: `${elsewhere.origin}/health` });
			expect(await sendWith(engine, 'flowscaleApi', send, health)).toBeDefined();
		}
		expect(await sendWith(engine, 'flowscaleApi', send, `${elsewhere.origin}/health`)).toContain(
			'The Flowscale credential is only for the deployment at its Base URL',
		);

		const flowAi = await flowAiHarness();
		const run = `${flowAi.service.baseUrl}/v1/api/workflow/run/x`;
		flowAi.service.fault({ on: 'any', kind: 'redirect', to: `${elsewhere.origin}/run` });
		expect(await sendWith(flowAi.engine, 'flowAiApi', send, run)).toBeDefined();
		expect(await sendWith(flowAi.engine, 'flowAiApi', send, `${elsewhere.origin}/`)).toContain(
			'The FlowAI credential is only for the host of its Base URL',
		);
		expect(elsewhere.visits).toEqual([]);
	},
);
