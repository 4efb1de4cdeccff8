import type { IExecuteData, IExecuteFunctions, INode } from 'n8n-workflow';
import {
	canSuspend,
	endOnError,
	reasonToStay,
	requeue,
	requeuedRunIndex,
	resumeFromStack,
} from '../../../nodes/core/suspending/requeue';
import { refuseSelfConnection } from '../../../nodes/core/suspending/selfConnection';

const aNode = (more: Partial<INode> = {}): INode => ({
	id: '7',
	name: 'Flowscale',
	type: 'n8n-nodes-flowscale.flowscale',
	typeVersion: 1,
	position: [0, 0],
	parameters: {},
	...more,
});
const items = [{ json: { row: 0 } }, { json: { row: 1 } }];
const entryOf = (node = aNode(), more: Partial<IExecuteData> = {}): IExecuteData => ({
	node,
	data: { main: [items] },
	source: { main: [{ previousNode: 'Rows' }] },
	...more,
});

interface Made {
	context: IExecuteFunctions;
	entry: IExecuteData;
	stack: IExecuteData[];
	/** What the stack was, and what the entry held, when n8n was asked to wait. */
	asked: Array<{ untilMs: number; stack: number; main: unknown }>;
}

/** A context like n8n's, with what `more` changes in it. */
function made(more: object = {}, entry = entryOf(), waiting: IExecuteData[] = []): Made {
	const stack = [...waiting];
	const asked: Made['asked'] = [];
	const context = {
		runExecutionData: { executionData: { nodeExecutionStack: stack } },
		getNode: () => entry.node,
		getMode: () => 'trigger',
		getExecuteData: () => entry,
		getExecutionCancelSignal: () => new AbortController().signal,
		getConnections: () => [[{ node: 'Rows', type: 'main', index: 0 }]],
		putExecutionToWait: async (until: Date) => {
			asked.push({ untilMs: until.getTime(), stack: stack.length, main: entry.data.main });
		},
		...more,
	} as unknown as IExecuteFunctions;
	return { context, entry, stack, asked };
}

describe('re-queueing', () => {
	it('asks n8n to wait before anything is changed', async () => {
		const { context, asked } = made();
		await requeue(context, 90_000, 0);
		expect(asked).toEqual([{ untilMs: 90_000, stack: 0, main: [items] }]);
	});

	it('changes nothing where n8n does not wait', async () => {
		const { context, entry, stack } = made({
			putExecutionToWait: async () => await Promise.reject(new Error('no')),
		});
		await expect(requeue(context, 1, 0)).rejects.toThrow('no');
		expect([entry, stack]).toEqual([entryOf(), []]);
	});

	it('takes the items out of the entry that n8n disables: no connection data, not an empty list', async () => {
		const { context, entry } = made();
		expect(await requeue(context, 1, 0)).toEqual([[]]);
		expect(entry.data).toEqual({ main: [] });
	});

	it('puts the entry that runs first on the stack, with the items, their source and the mark', async () => {
		const other = entryOf(aNode({ name: 'Other' }));
		const { context, stack } = made({}, entryOf(aNode(), { metadata: { subRun: [] } }), [other]);
		await requeue(context, 1, 3);
		expect(stack[0]).toEqual({
			...entryOf(),
			metadata: { subRun: [], suspendedRunIndex: 3 },
		});
		expect(stack[1]).toBe(other);
		expect(requeuedRunIndex(made({}, stack[0]).context)).toBe(3);
	});

	it('gives both entries node objects of their own: n8n disables one, and stores shared references as such', async () => {
		const node = aNode();
		const { context, entry, stack } = made({}, entryOf(node));
		await requeue(context, 1, 0);
		for (const other of [node, entry.node]) expect(stack[0].node).not.toBe(other);
		entry.node.disabled = true;
		expect([stack[0].node.disabled, node.disabled]).toEqual([undefined, undefined]);
	});

	it('switches Always Output Data off for the entry that n8n disables, and only for that one', async () => {
		const { context, entry, stack } = made({}, entryOf(aNode({ alwaysOutputData: true })));
		await requeue(context, 1, 0);
		expect([entry.node.alwaysOutputData, stack[0].node.alwaysOutputData]).toEqual([false, true]);
	});

	it('leaves an entry that no workflow has a node for, and takes it away when the node resumes', async () => {
		const other = entryOf(aNode({ name: 'Other' }));
		const { context, stack } = made({}, entryOf(), [other]);
		await requeue(context, 1, 0);
		expect(stack.map(({ node, data }) => [node.name, node.disabled ?? false, data.main])).toEqual([
			['Flowscale', false, [items]],
			['Other', false, [items]],
			['Flowscale (still waiting: retry with original workflow)', true, []],
		]);
		const [requeued, ...rest] = stack;
		const resumed = made({}, requeued, rest);
		resumeFromStack(resumed.context);
		expect(resumed.stack).toEqual([other]);
		await requeue(resumed.context, 2, 0);
		expect(resumed.stack).toHaveLength(3);
	});
});

describe('an execution can be suspended', () => {
	it('on the engine that the recipe is known from', () => {
		expect(reasonToStay(made().context)).toBeUndefined();
	});

	it.each<[string, object | ((entry: IExecuteData) => object), RegExp]>([
		['without n8n’s stop signal', { getExecutionCancelSignal: () => undefined }, /version of n8n/],
		['without a stack', { runExecutionData: { executionData: {} } }, /version of n8n/],
		['without run data', { runExecutionData: undefined }, /version of n8n/],
		[
			'when the node is still on the stack',
			(entry: IExecuteData) => ({
				runExecutionData: { executionData: { nodeExecutionStack: [entry] } },
			}),
			/version of n8n/,
		],
		['without an entry', { getExecuteData: () => undefined }, /version of n8n/],
		[
			'with another node’s entry',
			{ getExecuteData: () => entryOf(aNode({ name: 'Other' })) },
			/version of n8n/,
		],
		[
			'with an entry without items',
			{ getExecuteData: () => ({ node: aNode(), data: {}, source: null }) },
			/version of n8n/,
		],
		['where n8n cannot wait', { putExecutionToWait: undefined }, /version of n8n/],
		['in a sub-workflow', { getMode: () => 'integrated' }, /sub-workflow/],
		['in an evaluation', { getMode: () => 'evaluation' }, /evaluation/],
		['from the command line', { getMode: () => 'cli' }, /this execution alone/],
		['as an agent’s tool', { isToolExecution: () => true }, /agent/],
		[
			'as a tool of newer agents',
			{ getNode: () => aNode({ type: 'n8n-nodes-flowscale.flowscaleTool' }) },
			/agent/,
		],
	])('but not %s', async (_, more, reason) => {
		const entry = entryOf();
		const { context, asked } = made(typeof more === 'function' ? more(entry) : more, entry);
		expect(canSuspend(context)).toBe(false);
		expect(reasonToStay(context)).toMatch(reason);
		expect(asked).toEqual([]);
	});
});

describe('a connection from the node to its input', () => {
	const self = [[{ node: 'Flowscale', type: 'main', index: 0 }]];
	const refused = /An output of this node is connected to its input/;

	it.each([
		['as n8n reports it', { getConnections: () => self }],
		[
			'where n8n before 1.100 has it',
			{
				getConnections: undefined,
				workflow: { connectionsByDestinationNode: { Flowscale: { main: [null, ...self] } } },
			},
		],
	])('is refused %s, and ends the execution whatever On Error says', (_, more) => {
		const { context, entry } = made(more, entryOf(aNode({ onError: 'continueRegularOutput' })));
		expect(() => refuseSelfConnection(context)).toThrow(refused);
		expect([entry.node.onError, entry.node.continueOnFail]).toEqual(['stopWorkflow', false]);
	});

	it('is refused, too, where the entry cannot be reached', () => {
		const { context } = made({ getConnections: () => self, getExecuteData: () => undefined });
		expect(() => refuseSelfConnection(context)).toThrow(refused);
	});

	it.each([
		['other nodes alone', {}],
		['an n8n that reports no connections', { getConnections: undefined }],
		['a node without input', { getConnections: () => [] }],
	])('is not seen with %s', (_, more) => {
		expect(() => refuseSelfConnection(made(more).context)).not.toThrow();
	});

	it('leaves the workflow’s own node object alone', () => {
		const node = aNode({ onError: 'continueErrorOutput' });
		const { context } = made({}, entryOf(node));
		endOnError(context);
		expect(node.onError).toBe('continueErrorOutput');
	});
});
