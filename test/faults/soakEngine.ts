import type { INode, INodeExecutionData, IRun } from 'n8n-workflow';
import { CredentialsInMemory } from '../harness/credentials';
import { chain, runWorkflow } from '../harness/runWorkflow';
import type { Engine } from '../harness/startEngine';
import { userFolder } from '../harness/environment';
import type { SimulatorProcess } from '../../simulator/openSimulator';
import { fs, join } from '../../simulator/platform';

/** An engine whose credential points to a deployment; executions get ids of their own. */
export function engineFor(base: Engine, { baseUrl, apiKey }: SimulatorProcess) {
	const types = Object.fromEntries(
		Object.entries(base.loader.credentialTypes).map(([name, { type }]) => [name, type]),
	);
	const engine: Engine = {
		...base,
		credentials: new CredentialsInMemory(types, {
			flowscaleApi: {
				baseUrl,
				authentication: 'apiKey',
				apiKey,
				headers: {},
				allowUnauthorizedCerts: false,
			},
		}),
	};
	let executions = 0;
	return {
		engine,
		/**
		 * Runs a node by itself, and drops the files it fetched: half an hour of pictures would fill
		 * the disk.
		 */
		run: async (node: INode, items: INodeExecutionData[]): Promise<IRun> => {
			const executionId = `soak${++executions}`;
			const execution = await runWorkflow(engine, chain(node), items, { executionId });
			await fs.rm(join(userFolder, 'binaryData', 'workflows', 'wf1', 'executions', executionId), {
				recursive: true,
				force: true,
			});
			return execution;
		},
	};
}
