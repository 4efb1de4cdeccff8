import { flowAiWorkflows } from '../../../simulator/flowai/flowAiWorkflow';
import { startFlowAi } from '../../../simulator/flowai/startFlowAi';
import { exit, fs, stderr, stdout } from '../../../simulator/platform';
import { userFolder } from '../../../test/harness/environment';
import { chain, nodeOf, outputOf, runWorkflow } from '../../../test/harness/runWorkflow';
import { startEngine } from '../../../test/harness/startEngine';
import { packageDirOf } from '../../../test/harness/useSibling';

const PACKAGE = 'n8n-nodes-flowai';
const questions = ['Are you there?', 'What is n8n?', 'Who wrote this?'];

/**
 * Three questions through the built package on n8n's engine, with a simulated FlowAI that takes two
 * at a time.
 */
async function main(): Promise<void> {
	const service = await startFlowAi({ pieceMs: 100, maxConcurrent: 2 });
	const engine = await startEngine(packageDirOf(PACKAGE), {
		flowAiApi: { baseUrl: service.baseUrl, apiKey: service.apiKey },
	});
	const node = nodeOf(
		'FlowAI',
		`${PACKAGE}.flowAi`,
		{
			resource: 'workflow',
			operation: 'execute',
			workflowId: flowAiWorkflows.chat.id,
			inputs: { input: [{ name: 'input', value: '={{ $json.question }}' }] },
			stream: true,
		},
		{ credentials: { flowAiApi: { id: '1', name: 'Simulator' } } },
	);
	const items = questions.map((question) => ({ json: { question } }));
	const run = await runWorkflow(engine, chain(node), items);
	for (const [n, { json }] of outputOf(run, 'FlowAI').entries())
		stdout.write(`${questions[n]}  →  ${String(json.output)}  (${String(json.total_time)} s)\n`);
	await service.close();
	await fs.rm(userFolder, { recursive: true, force: true });
	if (run.data.resultData.error) throw run.data.resultData.error;
}

main().then(
	() => exit(0),
	(error: Error) => {
		stderr.write(`The demo failed: ${error.stack ?? error.message}\n`);
		exit(1);
	},
);
