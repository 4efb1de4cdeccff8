import { startEngine } from './startEngine';
import { argv, exit, onStopSignal, projectDir, startTimer } from '../../simulator/platform';
import { chain, nodeOf, runWorkflow } from './runWorkflow';

/**
 * A process of its own that starts runs and waits for them until it is killed: `<base URL> <key>
 * <group> <workflow ID>`.
 */
async function main(): Promise<void> {
	const [baseUrl, apiKey, groupId, workflowId] = argv;
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
		options: { pollInterval: 0.2 },
	};
	const node = nodeOf('Flowscale', 'n8n-nodes-flowscale.flowscale', parameters, {
		credentials: { flowscaleApi: { id: '1', name: 'Simulator' } },
	});
	// If the parent ends without killing this process.
	startTimer(60_000, () => exit(2));
	onStopSignal(() => exit(3));
	await runWorkflow(
		engine,
		chain(node),
		['red fox', 'blue whale', 'green owl'].map((prompt) => ({ json: { prompt } })),
	);
}

void main();
