import { fs, join, projectDir } from '../../../simulator/platform';
import { addCoreNodes } from '../../harness/coreNodes';
import { useFlowAi } from '../../harness/flowAiHarness';
import { outputOf, runWorkflow, type WorkflowFile } from '../../harness/runWorkflow';
import { streamTo } from '../../harness/streamTo';

const flowAi = useFlowAi();
const read = async (file: string) =>
	JSON.parse(await fs.readFile(join(projectDir, 'examples', file), 'utf8')) as WorkflowFile;

it('flowai-streaming-chat.json answers in the chat as the text is written', async () => {
	const { engine } = await flowAi();
	addCoreNodes(engine);
	const said: string[] = [];
	const run = await runWorkflow(
		engine,
		await read('flowai-streaming-chat.json'),
		[{ json: { sessionId: 's1', action: 'sendMessage', chatInput: 'Are you there?' } }],
		streamTo((text) => said.push(text)),
	);
	if (run.data.resultData.error) throw run.data.resultData.error;
	expect(said.length).toBeGreaterThan(3);
	expect(said.join('')).toBe('Yes, I heard: Are you there?');
	expect(outputOf(run, 'Answer').map(({ json }) => json.output)).toEqual([
		'Yes, I heard: Are you there?',
	]);
});
