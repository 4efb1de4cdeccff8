import type { INodeExecutionData } from 'n8n-workflow';
import { connect, nodeOf, type WorkflowFile } from '../../test/harness/runWorkflow';
import { START } from '../../test/harness/startEngine';
import type { Harness } from '../measurement';
import { BIG_FILE, credentials, itemsOf } from '../openEngine';
import { HttpRequestStandIn, IfStandIn, WaitStandIn } from './standIns';

const WAIT_SECONDS = 2;

/**
 * Start → HTTP Request (start) → Wait → HTTP Request (look) → If → HTTP Request (download), else
 * back to Wait.
 */
function loopOf(
	baseUrl: string,
	inputs: Record<string, number>,
	isDownloaded: boolean,
): WorkflowFile {
	const http = (name: string, parameters: object) =>
		nodeOf(name, 'httpRequest', { ...parameters } as never, { credentials });
	const api = `${baseUrl}/api/v1`;
	const nodes = [
		nodeOf('Start', START),
		http('Start Run', {
			method: 'POST',
			url: `${api}/runs?workflow_id=${BIG_FILE}&group_id=loop`,
			form: JSON.stringify(inputs),
		}),
		nodeOf('Wait', 'wait', { amount: WAIT_SECONDS }),
		http('Get Run', {
			method: 'GET',
			url: `=${api}/runs/{{ $json.data.run_id ?? $json.data._id }}`,
		}),
		nodeOf('If', 'if', { left: '={{ $json.data.status }}', right: 'completed' }),
		...(isDownloaded
			? [http('Download', { method: 'GET', url: '={{ $json.data.outputs[0].url }}', isFile: true })]
			: [nodeOf('Download', 'passThrough')]),
	];
	const connections: WorkflowFile['connections'] = {};
	connect(connections, 'Start', 0, 'Start Run');
	connect(connections, 'Start Run', 0, 'Wait');
	connect(connections, 'Wait', 0, 'Get Run');
	connect(connections, 'Get Run', 0, 'If');
	connect(connections, 'If', 0, 'Download');
	connect(connections, 'If', 1, 'Wait');
	return { nodes, connections };
}

/**
 * What n8n's users build without a node: all items are started together and wait for each other at
 * every turn.
 */
export async function runHttpLoop(
	{ engine, simulator, all }: Harness,
	inputs: Record<string, number>,
	items: number,
	isDownloaded = true,
): Promise<INodeExecutionData[]> {
	engine.add('httpRequest', new HttpRequestStandIn());
	engine.add('wait', new WaitStandIn());
	engine.add('if', new IfStandIn());
	return await all(loopOf(simulator.baseUrl, inputs, isDownloaded), itemsOf(items), 'Download');
}
