import { startEngine, type Engine } from '../test/harness/startEngine';
import {
	chain,
	nodeOf,
	outputOf,
	runWorkflow,
	type WorkflowFile,
} from '../test/harness/runWorkflow';
import type { INode, INodeExecutionData } from 'n8n-workflow';
import { projectDir } from '../simulator/platform';
import type { SimulatorProcess } from '../simulator/openSimulator';

export type Place = Pick<SimulatorProcess, 'baseUrl' | 'apiKey'>;

/** The built package on n8n's engine. */
export interface PackageOnEngine {
	engine: Engine;
	/** Lets the node's credential name another deployment. */
	pointTo(place: Place): void;
	/** Start → Flowscale; gives the node's items and throws its error. */
	items(
		operation: `${string}.${string}`,
		parameters: INode['parameters'],
		items: INodeExecutionData[],
	): Promise<INodeExecutionData[]>;
	/** A whole workflow; gives the items of its node `last`, of all of that node's runs. */
	all(file: WorkflowFile, items: INodeExecutionData[], last: string): Promise<INodeExecutionData[]>;
}

export const credentials: INode['credentials'] = { flowscaleApi: { id: '1', name: 'Simulator' } };

const valuesOf = ({ baseUrl, apiKey }: Place) => ({
	baseUrl,
	authentication: 'apiKey',
	apiKey,
	headers: {},
	allowUnauthorizedCerts: false,
});

export async function openEngine(place: Place): Promise<PackageOnEngine> {
	const engine = await startEngine(projectDir, { flowscaleApi: valuesOf(place) });
	return {
		engine,
		pointTo: (other) => {
			engine.credentials.values.flowscaleApi = valuesOf(other);
		},
		items: async (operation, parameters, items) => {
			const [resource, name] = operation.split('.');
			const node = nodeOf(
				'Flowscale',
				'n8n-nodes-flowscale.flowscale',
				{ resource, operation: name, ...parameters },
				{ credentials },
			);
			const run = await runWorkflow(engine, chain(node), items);
			if (run.data.resultData.error) throw run.data.resultData.error;
			return outputOf(run, 'Flowscale');
		},
		all: async (file, items, last) => {
			const run = await runWorkflow(engine, file, items);
			if (run.data.resultData.error) throw run.data.resultData.error;
			return (run.data.resultData.runData[last] ?? []).flatMap(({ data }) => data?.main[0] ?? []);
		},
	};
}

/** The simulator's "Big File": cheap to make, of any size and work time. */
export const BIG_FILE = 'cc65fa77-5962-48eb-9e8d-bbddccbb7777';
export const IMAGE_TO_IMAGE = '660f9411-f30c-52e5-b827-557766551111';

export function startOf(
	workflowId: string,
	inputs: object,
	options: INode['parameters'] = {},
): INode['parameters'] {
	return {
		workflowId: { __rl: true, mode: 'id', value: workflowId },
		inputMode: 'json',
		inputsJson: JSON.stringify(inputs),
		options,
	};
}

export function itemsOf(count: number): INodeExecutionData[] {
	return Array.from({ length: count }, (_, n) => ({ json: { n } }));
}
