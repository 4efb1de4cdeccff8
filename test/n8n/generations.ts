import { join, machine, runningNode } from './platform';

/** One n8n under test: `n8n-1` and `n8n-2` are the folders of their manifests. */
export interface Generation {
	name: 'n8n-1' | 'n8n-2';
	/** The Node that runs it, and the folder with that Node's headers where npm brings them along. */
	node(installed: string): { binary: string; headers?: string; abi: string };
	/** 2.x publishes a version of a workflow, 1.x switches the workflow itself. */
	hasPublishing: boolean;
	/**
	 * Versions of the AI Agent node that call their tools in different ways: two themselves, one
	 * through the engine.
	 */
	agentVersions: number[];
	env: NodeJS.ProcessEnv;
}

const node24 = (installed: string) => {
	const folder = join(installed, 'node_modules', `node-${machine}`);
	return { binary: join(folder, 'bin/node'), headers: folder, abi: '137' };
};

export const generations: Generation[] = [
	// n8n 2.36 and newer ask for Node 24, which the registry has as a package for Linux only.
	{
		name: 'n8n-2',
		node: machine.startsWith('linux-') ? node24 : () => runningNode,
		hasPublishing: true,
		agentVersions: [1.9, 2.2, 3.1],
		// This module of n8n 2.40 and 2.41 fails executions that are due while n8n starts ("OTel
		// settings not yet initialized").
		env: { N8N_DISABLED_MODULES: 'otel' },
	},
	{
		name: 'n8n-1',
		node: () => runningNode,
		hasPublishing: false,
		agentVersions: [1.9, 2.2, 3],
		env: {
			// Its `isolated-vm` has no binaries for Node 20, and does not compile with a C++ compiler of
			// that age.
			N8N_EXPRESSION_ENGINE: 'legacy',
			// n8n 2 always has them, and calls the setting deprecated.
			N8N_RUNNERS_ENABLED: 'true',
			// Without it, as 1.x has it unless told, transactions of requests that come at once get mixed
			// up.
			DB_SQLITE_POOL_SIZE: '2',
		},
	},
];
