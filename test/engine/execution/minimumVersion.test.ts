import type { IExecuteFunctions, INode, IRun } from 'n8n-workflow';
import { toolOf } from '../../harness/addTool';
import { promptOf, useComflowy } from '../../harness/comflowyHarness';
import { asking, useFlowAi } from '../../harness/flowAiHarness';
import type { Engine } from '../../harness/startEngine';
import { ownPrompt, startOf, useHarness } from '../../harness/useHarness';

const openFlowscale = useHarness();
const openComflowy = useComflowy();
const openFlowAi = useFlowAi();

interface Service {
	type: string;
	engine: Engine;
	node: INode;
	run(node: INode): Promise<IRun>;
	requests(): number;
}
const services = {
	flowscale: async (): Promise<Service> => {
		const { engine, node, run, requests } = await openFlowscale();
		const type = 'n8n-nodes-flowscale.flowscale';
		const made = node('workflow.executeAndWait', startOf('image', ownPrompt));
		return { type, engine, node: made, run, requests: () => requests() };
	},
	comflowy: async (): Promise<Service> => {
		const { engine, node, run, service } = await openComflowy({ runMs: 20 });
		const type = 'n8n-nodes-comflowy.comflowy';
		const made = node('workflow.executeAndWait', promptOf());
		return { type, engine, node: made, run, requests: () => service.journal.length };
	},
	flowAi: async (): Promise<Service> => {
		const { engine, node, run, service } = await openFlowAi();
		const type = 'n8n-nodes-flowai.flowAi';
		const made = node('workflow.execute', asking());
		return { type, engine, node: made, run, requests: () => service.journal.length };
	},
};

/**
 * Plays the node on a context that lacks these methods, as older versions of n8n do; gives the
 * error and the requests.
 */
async function without(
	methods: string[],
	asTool = false,
	open: () => Promise<Service> = services.flowscale,
) {
	const { type: name, engine, node, run, requests } = await open();
	const type = engine.nodeTypes.getByNameAndVersion(name, 1);
	const { execute } = type;
	type.execute = async function (this: IExecuteFunctions) {
		Object.assign(this, Object.fromEntries(methods.map((method) => [method, undefined])));
		return (await execute?.call(this)) ?? null;
	};
	try {
		const { data } = await run(asTool ? toolOf(engine, node) : node);
		return { message: data.resultData.error?.message, requests: requests() };
	} finally {
		type.execute = execute;
	}
}

describe.each(Object.entries(services))('%s', (_, open) => {
	it.each([
		['the node', false],
		['its tool', true],
	])('n8n before 1.100: %s says so, and nothing is sent', async (__, asTool) => {
		expect(await without(['getConnections', 'isStreaming'], asTool, open)).toEqual({
			message: 'This node needs n8n 1.100 or newer',
			requests: 0,
		});
	});
});

it.each([['isStreaming'], ['getConnections']])(
	'an n8n without %s alone is served',
	async (name) => {
		const { message, requests } = await without([name]);
		expect(message).toBeUndefined();
		expect(requests).toBeGreaterThan(2);
	},
);

it('this engine serves a tool', async () => {
	const { message, requests } = await without([], true);
	expect(message).toBeUndefined();
	expect(requests).toBeGreaterThan(2);
});
