import type { INodeParameters } from 'n8n-workflow';
import type { FlowAiOptions } from '../../../simulator/flowai/startFlowAi';
import { addTool } from '../../harness/addTool';
import { asking, useFlowAi } from '../../harness/flowAiHarness';
import { chain, runWorkflow } from '../../harness/runWorkflow';
import { two } from '../../harness/assertions';

const harness = useFlowAi();
const one = two.slice(0, 1);

interface Chunk {
	type: string;
	content?: string;
	metadata: { itemIndex: number; nodeName: string };
}

/** Runs the node as n8n does it for a chat: its own hook takes the chunks. */
async function listen(
	parameters: INodeParameters,
	options: {
		isStreaming?: boolean;
		isTool?: boolean;
		items?: typeof two;
		service?: FlowAiOptions;
	} = {},
) {
	const { engine, node } = await harness(options.service);
	const type = 'n8n-nodes-flowai.flowAi';
	addTool(engine, type);
	const chunks: Array<Chunk & { at: number }> = [];
	const run = await runWorkflow(
		engine,
		chain(node('workflow.execute', parameters, { type: options.isTool ? `${type}Tool` : type })),
		options.items ?? one,
		{
			mode: 'webhook',
			onServer: (server) => {
				Object.assign(server, { streamingEnabled: options.isStreaming ?? true });
				server.hooks?.addHandler(
					'sendChunk',
					(chunk) => void chunks.push({ ...(chunk as Chunk), at: Date.now() }),
				);
			},
		},
	);
	expect(run.data.resultData.error).toBeUndefined();
	return {
		run,
		chunks,
		text: chunks
			.filter(({ type }) => type === 'item')
			.map(({ content }) => content)
			.join(''),
	};
}

test('pieces of text are handed on as they arrive', async () => {
	const { chunks, text } = await listen(asking('chat', { stream: true }), {
		service: { pieceMs: 40 },
	});
	expect(text).toBe('Yes, I heard: red fox');
	expect(chunks.map(({ type }) => type)).toEqual(['begin', ...Array(5).fill('item'), 'end']);
	expect(chunks.at(-1)!.at - chunks[0].at).toBeGreaterThan(100);
	expect(
		new Set(chunks.map(({ metadata }) => `${metadata.nodeName} ${metadata.itemIndex}`)),
	).toEqual(new Set(['Service 0']));
});

test('of several nodes one speaks at a time, the others after it', async () => {
	const { text } = await listen(asking('two', { stream: true }));
	expect(text).toBe('Roses are red today\n\nThat has been said before by many');
});

test('reasoning is not handed on', async () => {
	const { text } = await listen(asking('reasoning', { stream: true }));
	expect(text).toBe('About red fox.');
});

test('an answer that came as a whole is handed on as a whole', async () => {
	expect(
		(await listen(asking('chat', { stream: true }), { service: { form: 'standard' } })).text,
	).toBe('Yes, I heard: red fox');
	expect((await listen(asking('plain', { stream: true }))).text).toBe(
		'{"echo":{"input":"red fox"},"count":1}',
	);
});

test.each([
	['n8n does not stream', { stream: true }, false],
	['the node is not told to', {}, true],
])('nothing is handed on when %s', async (_, parameters, isStreaming) => {
	expect((await listen(asking('chat', parameters), { isStreaming })).chunks).toEqual([]);
});

test('a tool answers its agent: nothing is handed on past it', async () => {
	expect((await listen(asking('chat', { stream: true }), { isTool: true })).chunks).toEqual([]);
});

test('each item’s pieces bear its index', async () => {
	const { chunks } = await listen(asking('chat', { stream: true }), { items: two });
	const textOf = (item: number) =>
		chunks
			.filter(({ type, metadata }) => type === 'item' && metadata.itemIndex === item)
			.map(({ content }) => content)
			.join('');
	expect([textOf(0), textOf(1)]).toEqual(['Yes, I heard: red fox', 'Yes, I heard: blue whale']);
});
