import {
	PassThrough,
	startEngine,
	useBinaryMode,
	type BinaryMode,
	type Engine,
} from './startEngine';
import { userFolder } from './environment';
import { chain, nodeOf, outputOf, runWorkflow, type RunOptions } from './runWorkflow';
import type {
	ICredentialDataDecryptedObject,
	IExecuteFunctions,
	INode,
	INodeExecutionData,
	INodeType,
	IRun,
} from 'n8n-workflow';
import { createHash, fs } from '../../simulator/platform';
import { errorOf, type NodeFailure, PACKAGE_DIR, quick, two } from './assertions';
import {
	type Flowscale,
	type FlowscaleOptions,
	type Route,
	type SimulatedRun,
	startFlowscale,
} from '../../simulator/flowscale/startFlowscale';
import { smallWorkflows } from './smallWorkflows';

// Most tests import these from the harness itself.
export { bytesOf, errorOf, linksOf, PACKAGE_DIR, quick, two } from './assertions';
export { until } from './until';
export type { NodeFailure } from './assertions';

export interface HarnessOptions extends FlowscaleOptions {
	/** Where n8n keeps binaries (filesystem). */
	binaries?: BinaryMode;
	/** What differs from a credential with the simulator's address and key. */
	credential?: (flowscale: Flowscale) => ICredentialDataDecryptedObject;
}

export interface InputFile {
	bytes: Buffer;
	fileName?: string;
	mimeType: string;
}

/** The built package on n8n's engine, and a simulated deployment that its credential points to. */
export interface Harness {
	engine: Engine;
	flowscale: Flowscale;
	/** A node "Flowscale"; `resource.operation` first, then its other parameters. */
	node(
		operation: `${string}.${string}`,
		parameters?: INode['parameters'],
		extra?: Partial<INode>,
	): INode;
	/** Start → node, or several nodes in a row; gives the whole execution. */
	run(node: INode | INode[], items?: INodeExecutionData[], options?: RunOptions): Promise<IRun>;
	/** As `run`; gives the node's items, and fails with the node's error if it has one. */
	items(
		node: INode | INode[],
		items?: INodeExecutionData[],
		options?: RunOptions,
	): Promise<INodeExecutionData[]>;
	/** As `run`; gives the node's error, and fails if it has none. */
	error(
		node: INode | INode[],
		items?: INodeExecutionData[],
		options?: RunOptions,
	): Promise<NodeFailure>;
	/** A node "Files" that gives item i the files of row i. */
	files(rows: Array<Record<string, InputFile>>): INode;
	/** How many requests of this kind arrived, at either host; without a route: all. */
	requests(route?: Route): number;
}

/** The parameter value of a workflow that was picked by its ID. */
export const byId = (value: string) => ({ __rl: true, mode: 'id', value });

const defaultWorkflowIds: Record<string, string> = {
	image: '550e8400-e29b-41d4-a716-446655440000',
	retouch: '660f9411-f30c-52e5-b827-557766551111',
	video: '7710a522-041d-43f6-8938-668877662222',
	audio: '8821b633-152e-44a7-9a49-779988773333',
	describe: '9932c744-263f-45b8-8b5a-88aa99884444',
	solid: 'aa43d855-3740-46c9-9c6b-99bbaa995555',
	everything: 'bb54e966-4851-47da-8d7c-aaccbbaa6666',
	bigFile: 'cc65fa77-5962-48eb-9e8d-bbddccbb7777',
	failing: 'dd760b88-6a73-49fc-8f9e-ccee00cc8888',
	slow: 'ee871c99-7b84-4a0d-90af-ddff11dd9999',
};

/** The simulator's workflows under short names, ready for `workflowId`. */
export const workflow = Object.fromEntries(
	Object.entries(defaultWorkflowIds).map(([name, id]) => [name, byId(id)]),
);

/** `workflow.execute…` parameters with JSON inputs. */
export const startOf = (
	name: keyof typeof workflow,
	inputs: object | string,
	options: object = quick,
): INode['parameters'] => ({
	workflowId: workflow[name],
	inputMode: 'json',
	inputsJson: typeof inputs === 'string' ? inputs : JSON.stringify(inputs),
	options: options as INode['parameters'],
});

/** Each item's own prompt as input of "Text to Image". */
export const ownPrompt = '={{ { "text_51536": $json.prompt } }}';

/** Stands for bytes in a comparison: Jest takes seconds to compare large buffers. */
export const digest = (bytes: Buffer): string =>
	`${bytes.length} bytes ${createHash('sha256').update(bytes).digest('hex')}`;

/** The bytes that the simulator makes for a run's output. */
export async function madeBy(run: SimulatedRun, output = 0, index = 0): Promise<Buffer> {
	const content = await run.outputs[output].source.make(run, index);
	return Buffer.isBuffer(content) ? content : Buffer.concat(await content.stream().toArray());
}

function filesNode(rows: Array<Record<string, InputFile>>): INodeType {
	const node = new PassThrough() as INodeType;
	node.execute = async function execute(this: IExecuteFunctions) {
		const prepared = this.getInputData().map(async (item, i) => {
			const fields = Object.entries(rows[i]).map(
				async ([field, { bytes, fileName, mimeType }]) =>
					[field, await this.helpers.prepareBinaryData(bytes, fileName, mimeType)] as const,
			);
			return {
				...item,
				binary: Object.fromEntries(await Promise.all(fields)),
				pairedItem: { item: i },
			};
		});
		return [await Promise.all(prepared)];
	};
	return node;
}

/**
 * Gives each test a harness and closes it afterwards. A request that the simulator does not know
 * fails the test.
 */
export function useHarness(): (options?: HarnessOptions) => Promise<Harness> {
	let engine: Engine | undefined;
	let opened: Flowscale[] = [];

	afterEach(async () => {
		const unknown = opened.flatMap((flowscale) => flowscale.unknown);
		await Promise.all(opened.map(async (flowscale) => await flowscale.close()));
		opened = [];
		expect(unknown).toEqual([]);
	});
	afterAll(async () => await fs.rm(userFolder, { recursive: true, force: true }));

	return async ({ binaries = 'filesystem', credential, ...options } = {}) => {
		const flowscale = await startFlowscale({
			runMs: 20,
			latencyMs: 0,
			containers: 10,
			workflows: smallWorkflows,
			...options,
		});
		opened.push(flowscale);
		engine ??= await startEngine(PACKAGE_DIR, {});
		const loaded = engine;
		await useBinaryMode(binaries);
		loaded.credentials.values.flowscaleApi = {
			baseUrl: flowscale.baseUrl,
			authentication: 'apiKey',
			apiKey: flowscale.apiKey ?? '',
			headers: {},
			allowUnauthorizedCerts: false,
			...credential?.(flowscale),
		};
		const run: Harness['run'] = async (node, items = two, runOptions) =>
			await runWorkflow(loaded, chain(...[node].flat()), items, runOptions);
		return {
			engine: loaded,
			flowscale,
			node: (operation, parameters = {}, extra = {}) => {
				const [resource, name] = operation.split('.');
				return nodeOf(
					'Flowscale',
					'n8n-nodes-flowscale.flowscale',
					{ resource, operation: name, ...parameters },
					{ credentials: { flowscaleApi: { id: '1', name: 'Simulator' } }, ...extra },
				);
			},
			run,
			items: async (...args) => itemsOf(await run(...args)),
			error: async (...args) => errorOf(await run(...args)),
			files: (rows) => {
				loaded.add('files', filesNode(rows));
				return nodeOf('Files', 'files');
			},
			requests: (route) =>
				flowscale.journal.filter((entry) => route === undefined || entry.route === route).length,
		};
	};
}

/** The node's items; its error is thrown. */
export function itemsOf(run: IRun, node = 'Flowscale'): INodeExecutionData[] {
	const { error } = run.data.resultData;
	if (error) throw error;
	return outputOf(run, node);
}
