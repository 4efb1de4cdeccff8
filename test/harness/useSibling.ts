import { userFolder } from './environment';
import type { ICredentialDataDecryptedObject, INode, INodeExecutionData, IRun } from 'n8n-workflow';
import { name } from '../../package.json';
import { fs, join } from '../../simulator/platform';
import { chain, nodeOf, outputOf, runWorkflow, type RunOptions } from './runWorkflow';
import { type Engine, startEngine, useBinaryMode } from './startEngine';
import { errorOf, type NodeFailure, PACKAGE_DIR, two } from './assertions';

/** A stand-in for a service, as far as every harness needs it. */
export interface Service {
	baseUrl: string;
	apiKey: string;
	unknown: readonly string[];
	close(): Promise<void>;
}

export interface SiblingParts<S extends Service, O> {
	/** Folder below `packages/`. */
	folder: string;
	/** Type of the node, without its package. */
	type: string;
	credential: string;
	/** Fields of the credential that n8n fills by itself. */
	filledByN8n?: Record<string, string>;
	start(options: O): Promise<S>;
}

/** A sibling package on n8n's engine, and the simulated service that its credential points to. */
export interface SiblingHarness<S> {
	engine: Engine;
	service: S;
	/** Values of the credential; n8n writes a fetched token into them. */
	credential(): ICredentialDataDecryptedObject;
	/** A node "Service"; `resource.operation` first. */
	node(
		operation: `${string}.${string}`,
		parameters?: INode['parameters'],
		extra?: Partial<INode>,
	): INode;
	run(node: INode, items?: INodeExecutionData[], options?: RunOptions): Promise<IRun>;
	items(
		node: INode,
		items?: INodeExecutionData[],
		options?: RunOptions,
	): Promise<INodeExecutionData[]>;
	error(node: INode, items?: INodeExecutionData[], options?: RunOptions): Promise<NodeFailure>;
}

export const NODE = 'Service';

/** Where a package lies: below `packages/`, or at the top of a repository of its own. */
export const packageDirOf = (folder: string): string =>
	name === folder ? PACKAGE_DIR : join(PACKAGE_DIR, 'packages', folder);

/** The credential that leads to a service, by its name. */
export const credentialFor = <S extends Service, O>(
	{ credential, filledByN8n = {} }: SiblingParts<S, O>,
	{ baseUrl, apiKey }: Service,
): Record<string, ICredentialDataDecryptedObject> => ({
	[credential]: { baseUrl, apiKey, ...filledByN8n },
});

/**
 * Gives each test a service of its own and closes it after it. A request that the simulator does
 * not know fails the test.
 */
export function useSibling<S extends Service, O extends object>(
	parts: SiblingParts<S, O>,
): (options?: O) => Promise<SiblingHarness<S>> {
	const { folder, type, credential, start } = parts;
	let engine: Engine | undefined;
	let opened: S[] = [];

	afterEach(async () => {
		const unknown = opened.flatMap((service) => service.unknown);
		await Promise.all(opened.map(async (service) => await service.close()));
		opened = [];
		expect(unknown).toEqual([]);
	});
	afterAll(async () => await fs.rm(userFolder, { recursive: true, force: true }));

	return async (options) => {
		const service = await start(options ?? ({} as O));
		opened.push(service);
		engine ??= await startEngine(packageDirOf(folder), {});
		const loaded = engine;
		await useBinaryMode('filesystem');
		Object.assign(loaded.credentials.values, credentialFor(parts, service));
		const run: SiblingHarness<S>['run'] = async (node, items = two, runOptions) =>
			await runWorkflow(loaded, chain(node), items, runOptions);
		return {
			engine: loaded,
			service,
			credential: () => loaded.credentials.values[credential],
			node: (operation, parameters = {}, extra = {}) => {
				const [resource, name] = operation.split('.');
				return nodeOf(
					NODE,
					`${folder}.${type}`,
					{ resource, operation: name, ...parameters },
					{ credentials: { [credential]: { id: '1', name: 'Simulator' } }, ...extra },
				);
			},
			run,
			items: async (...args) => {
				const done = await run(...args);
				if (done.data.resultData.error) throw done.data.resultData.error;
				return outputOf(done, NODE);
			},
			error: async (...args) => errorOf(await run(...args)),
		};
	};
}
