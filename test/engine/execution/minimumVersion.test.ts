import type { IExecuteFunctions } from 'n8n-workflow';
import { addTool } from '../../harness/addTool';
import { ownPrompt, startOf, useHarness } from '../../harness/useHarness';

const harness = useHarness();
const TYPE = 'n8n-nodes-flowscale.flowscale';

/**
 * Plays the node on a context that lacks these methods, as older versions of n8n do; gives the
 * error and the requests.
 */
async function without(methods: string[], asTool = false) {
	const made = await harness();
	const type = made.engine.nodeTypes.getByNameAndVersion(TYPE, 1);
	const { execute } = type;
	type.execute = async function (this: IExecuteFunctions) {
		Object.assign(this, Object.fromEntries(methods.map((name) => [name, undefined])));
		return (await execute?.call(this)) ?? null;
	};
	try {
		if (asTool) addTool(made.engine, TYPE);
		const node = made.node('workflow.executeAndWait', startOf('image', ownPrompt));
		const run = await made.run(asTool ? { ...node, type: `${TYPE}Tool` } : node);
		return { message: run.data.resultData.error?.message, requests: made.requests() };
	} finally {
		type.execute = execute;
	}
}

it('n8n before 1.100: the node says so, and nothing is sent', async () => {
	expect(await without(['getConnections', 'isStreaming'])).toEqual({
		message: 'This node needs n8n 1.100 or newer',
		requests: 0,
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
