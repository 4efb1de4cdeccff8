import type { INode, INodeExecutionData, IRun } from 'n8n-workflow';
import { CredentialsInMemory } from '../engine/credentials';
import { chain, runWorkflow } from '../engine/runWorkflow';
import type { Engine } from '../engine/startEngine';
import { userFolder } from '../engine/environment';
import { execPath, fs, join, onExit, projectDir, request, spawn } from '../../simulator/platform';

/** A simulated deployment in a process of its own, so that its memory is not taken for the node's. */
export interface SpawnedFlowscale {
	baseUrl: string;
	filesUrl: string;
	apiKey: string;
	runs(): Promise<Array<{ run_id: string; state: string; group_id: string }>>;
	stop(): Promise<void>;
}

export async function spawnFlowscale(options: string[]): Promise<SpawnedFlowscale> {
	const child = spawn(execPath, ['--import', 'tsx', join(projectDir, 'simulator/cli.ts'), '--json', ...options], { stdio: ['ignore', 'pipe', 'inherit'], cwd: projectDir });
	onExit(() => child.kill());
	const line = await new Promise<string>((resolve) => child.stdout?.once('data', (data: Buffer) => resolve(data.toString())));
	const told = JSON.parse(line) as Pick<SpawnedFlowscale, 'baseUrl' | 'filesUrl' | 'apiKey'>;
	return {
		...told,
		runs: async () => (JSON.parse(await read(`${told.filesUrl}/_control/stats`)) as { runs: Awaited<ReturnType<SpawnedFlowscale['runs']>> }).runs,
		stop: async () => {
			child.kill();
			await new Promise((resolve) => child.once('exit', resolve));
		},
	};
}

async function read(url: string): Promise<string> {
	return await new Promise((resolve, reject) => {
		request(url, (response) => {
			const chunks: Buffer[] = [];
			response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => resolve(Buffer.concat(chunks).toString())).on('error', reject);
		}).on('error', reject).end();
	});
}

/** An engine whose credential points to a deployment; executions get ids of their own. */
export function engineFor(base: Engine, { baseUrl, apiKey }: SpawnedFlowscale) {
	const types = Object.fromEntries(Object.entries(base.loader.credentialTypes).map(([name, { type }]) => [name, type]));
	const engine: Engine = { ...base, credentials: new CredentialsInMemory(types, { flowscaleApi: { baseUrl, authentication: 'apiKey', apiKey, headers: {}, allowUnauthorizedCerts: false } }) };
	let executions = 0;
	return {
		engine,
		/** Runs a node by itself, and drops the files it fetched: half an hour of pictures would fill the disk. */
		run: async (node: INode, items: INodeExecutionData[]): Promise<IRun> => {
			const executionId = `soak${++executions}`;
			const execution = await runWorkflow(engine, chain(node), items, { executionId });
			await fs.rm(join(userFolder, 'binaryData', 'workflows', 'wf1', 'executions', executionId), { recursive: true, force: true });
			return execution;
		},
	};
}
