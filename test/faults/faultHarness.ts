import { CredentialsInMemory } from '../harness/credentials';
import { chain, nodeOf, runWorkflow, type RunOptions } from '../harness/runWorkflow';
import { PassThrough, type Engine } from '../harness/startEngine';
import type {
	ICredentialDataDecryptedObject,
	ICredentialType,
	IDataObject,
	IExecuteFunctions,
	INode,
	INodeExecutionData,
	INodeType,
	IRun,
} from 'n8n-workflow';
import { env } from '../../simulator/platform';
import {
	type Flowscale,
	type FlowscaleOptions,
	startFlowscale,
} from '../../simulator/flowscale/startFlowscale';

// A proxy of the machine would answer for hosts that are not there.
for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY'])
	for (const key of [name, name.toLowerCase()]) delete env[key];

/**
 * Part of every key and secret header of these tests: wherever this text turns up, a secret has
 * leaked.
 */
export const MARK = 'KEYMARK';

/**
 * A simulated deployment, and an engine whose credential points to it; several benches share one
 * loaded package.
 */
export interface FaultHarness {
	flowscale: Flowscale;
	/** Of this harness alone. */
	apiKey: string;
	run(node: INode, items: INodeExecutionData[], options?: RunOptions): Promise<IRun>;
}

let keys = 0;

export async function openFaultHarness(
	engine: Engine,
	options: FlowscaleOptions = {},
	credential: ICredentialDataDecryptedObject = {},
): Promise<FaultHarness> {
	const apiKey = `fs-${MARK}-${++keys}-7Jq2Lw9x`;
	const flowscale = await startFlowscale({
		runMs: 20,
		latencyMs: 0,
		containers: 10,
		apiKey,
		...options,
	});
	const values = {
		baseUrl: flowscale.baseUrl,
		authentication: 'apiKey',
		apiKey,
		headers: {},
		allowUnauthorizedCerts: false,
		...credential,
	};
	const types: Record<string, ICredentialType> = {};
	for (const [name, { type }] of Object.entries(engine.loader.credentialTypes)) types[name] = type;
	const raw: Engine = {
		...engine,
		credentials: new CredentialsInMemory(types, { flowscaleApi: values }),
	};
	return {
		flowscale,
		apiKey,
		run: async (node, items, runOptions) => await runWorkflow(raw, chain(node), items, runOptions),
	};
}

/** A node "Flowscale"; `resource.operation` first, then its other parameters. */
export function flowscaleNode(
	operation: string,
	parameters: IDataObject = {},
	extra: Partial<INode> = {},
): INode {
	const [resource, name] = operation.split('.');
	return nodeOf(
		'Flowscale',
		'n8n-nodes-flowscale.flowscale',
		{ resource, operation: name, ...parameters } as INode['parameters'],
		{ credentials: { flowscaleApi: { id: '1', name: 'Simulator' } }, ...extra },
	);
}

/** Collects every line that n8n's logger is given from now on, whatever its level. */
export async function listenToLog(engine: Engine): Promise<string[]> {
	const lines: string[] = [];
	const tap = new PassThrough() as INodeType;
	// A node is the one place that gets to see n8n's logger on every version.
	tap.execute = async function execute(this: IExecuteFunctions) {
		const logger = this.logger as unknown as Record<string, unknown>;
		for (const level of ['error', 'warn', 'info', 'debug', 'verbose', 'log']) {
			if (typeof logger[level] === 'function')
				logger[level] = (...parts: unknown[]) =>
					void lines.push(
						parts.map((part) => (typeof part === 'string' ? part : JSON.stringify(part))).join(' '),
					);
		}
		return [this.getInputData()];
	};
	engine.add('tap', tap);
	await runWorkflow(engine, chain(nodeOf('Tap', 'tap')), [{ json: {} }]);
	return lines;
}
