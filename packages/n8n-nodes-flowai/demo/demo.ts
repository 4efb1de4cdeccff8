import { runSiblingDemo, type SiblingScene } from '../../../demo/siblingDemo';
import { flowAiWorkflows } from '../../../simulator/flowai/flowAiWorkflow';
import type { FlowAi } from '../../../simulator/flowai/startFlowAi';
import { flowAiParts } from '../../../test/harness/flowAiHarness';
import { chain, nodeOf, outputOf, runWorkflow } from '../../../test/harness/runWorkflow';
import { streamTo } from '../../../test/harness/streamTo';

const EXAMPLE = 'flowai-streaming-chat.json';
const questions = ['Are you there?', 'What is n8n?', 'Who wrote this?'];

/** The example: what is asked in a chat is answered there as the text is written. */
async function chat({ engine, say, example }: SiblingScene<FlowAi>): Promise<void> {
	say(`\nexamples/${EXAMPLE}\n`);
	const asked = { sessionId: 's1', action: 'sendMessage', chatInput: questions[0] };
	say(`${questions[0]}  →  `);
	const run = await runWorkflow(
		engine,
		await example(EXAMPLE),
		[{ json: asked }],
		streamTo((text) => say(`${text}|`)),
	);
	say('\n');
	if (run.data.resultData.error) throw run.data.resultData.error;
}

/** Three questions at once, where FlowAI takes two at a time. */
async function batch({ engine, service, say }: SiblingScene<FlowAi>): Promise<void> {
	say(`A simulated FlowAI at ${service.baseUrl}, which takes two requests at a time\n`);
	const node = nodeOf(
		'FlowAI',
		`${flowAiParts.folder}.${flowAiParts.type}`,
		{
			resource: 'workflow',
			operation: 'execute',
			workflowId: flowAiWorkflows.chat.id,
			inputs: { input: [{ name: 'input', value: '={{ $json.question }}' }] },
		},
		{ credentials: { [flowAiParts.credential]: { id: '1', name: 'Simulator' } } },
	);
	const items = questions.map((question) => ({ json: { question } }));
	const run = await runWorkflow(engine, chain(node), items);
	if (run.data.resultData.error) throw run.data.resultData.error;
	for (const [n, { json }] of outputOf(run, 'FlowAI').entries())
		say(`${questions[n]}  →  ${String(json.output)}  (${String(json.total_time)} s)\n`);
}

runSiblingDemo(flowAiParts, { pieceMs: 100, maxConcurrent: 2 }, async (scene) => {
	await batch(scene);
	await chat(scene);
});
