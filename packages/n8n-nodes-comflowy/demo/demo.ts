import { comflowyWorkflows } from '../../../simulator/comflowy/comflowyRun';
import { startComflowy } from '../../../simulator/comflowy/startComflowy';
import { exit, fs, join, projectDir, stderr, stdout } from '../../../simulator/platform';
import { bytesOf } from '../../../test/harness/assertions';
import { userFolder } from '../../../test/harness/environment';
import { chain, nodeOf, outputOf, runWorkflow } from '../../../test/harness/runWorkflow';
import { startEngine, useBinaryMode } from '../../../test/harness/startEngine';
import { packageDirOf } from '../../../test/harness/useSibling';

const PACKAGE = 'n8n-nodes-comflowy';
const target = join(projectDir, 'build', 'demo');
const prompts = ['a glass bottle with a galaxy inside', 'a lighthouse in a storm', 'a red fox'];

/**
 * Three prompts through the built package on n8n's engine, with a simulated Comflowy; their
 * pictures are in `build/demo`.
 */
async function main(): Promise<void> {
	const service = await startComflowy({ runMs: 1_500 });
	const engine = await startEngine(packageDirOf(PACKAGE), {
		comflowyApi: { baseUrl: service.baseUrl, apiKey: service.apiKey, accessToken: '' },
	});
	await useBinaryMode('filesystem');
	const node = nodeOf(
		'Comflowy',
		`${PACKAGE}.comflowy`,
		{
			resource: 'workflow',
			operation: 'executeAndWait',
			workflowId: comflowyWorkflows.image.id,
			params: { param: [{ name: '6::text', type: 'text', value: '={{ $json.prompt }}' }] },
		},
		{ credentials: { comflowyApi: { id: '1', name: 'Simulator' } } },
	);
	const items = prompts.map((prompt) => ({ json: { prompt } }));
	const run = await runWorkflow(engine, chain(node), items);
	await fs.mkdir(target, { recursive: true });
	for (const [n, { json, binary }] of outputOf(run, 'Comflowy').entries()) {
		const file = join(target, `${n + 1}-${binary?.data.fileName ?? 'none'}`);
		await fs.writeFile(file, await bytesOf(binary?.data));
		stdout.write(`${String(json.run_id)}  ${String(json.state)}  ${prompts[n]}  ${file}\n`);
	}
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
