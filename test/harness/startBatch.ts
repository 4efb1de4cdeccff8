import { argv, exit, onStopSignal, projectDir, sleep, startTimer } from '../../simulator/platform';
import { chain, nodeOf, runWorkflow } from './runWorkflow';
import { startEngine } from './startEngine';

/**
 * A separate process, as a worker is, that starts runs of "Text to Image" and waits for them; with
 * 0 as the time it begins at once:
 * `<base URL> <key> <group> <workflow ID> <items> <epoch ms at which it begins> <options as JSON>`.
 */
async function main(): Promise<void> {
	const [baseUrl, apiKey, groupId, workflowId, items, beginMs, options] = argv;
	const engine = await startEngine(projectDir, {
		flowscaleApi: {
			baseUrl,
			authentication: 'apiKey',
			apiKey,
			headers: {},
			allowUnauthorizedCerts: false,
		},
	});
	const parameters = {
		resource: 'workflow',
		operation: 'executeAndWait',
		workflowId: { __rl: true, mode: 'id', value: workflowId },
		inputMode: 'json',
		inputsJson: '={{ { "text_51536": $json.prompt } }}',
		groupId,
		options: JSON.parse(options),
	};
	const node = nodeOf('Flowscale', 'n8n-nodes-flowscale.flowscale', parameters, {
		credentials: { flowscaleApi: { id: '1', name: 'Simulator' } },
	});
	// If the parent ends without ending this process.
	startTimer(600_000, () => exit(2));
	onStopSignal(() => exit(3));
	await sleep(Math.max(0, Number(beginMs) - Date.now()));
	const rows = Array.from({ length: Number(items) }, (_, index) => ({
		json: { prompt: `picture ${index}` },
	}));
	const { data } = await runWorkflow(engine, chain(node), rows);
	exit(data.resultData.error ? 1 : 0);
}

void main();
