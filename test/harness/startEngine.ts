import { userFolder } from './environment';
import { Container } from '@n8n/di';
import { BinaryDataService, InstanceSettings, PackageDirectoryLoader } from 'n8n-core';
import { NodeConnectionTypes, NodeHelpers } from 'n8n-workflow';
import type {
	ICredentialDataDecryptedObject,
	ICredentialType,
	IDataObject,
	INodeExecutionData,
	INodeType,
	INodeTypes,
	IVersionedNodeType,
} from 'n8n-workflow';
import { fs, join } from '../../simulator/platform';
import { CredentialsInMemory } from './credentials';
import { createDatabaseStore } from './databaseStore';

export type BinaryMode = 'default' | 'filesystem' | 'database';

/** A package loaded into n8n's engine, with the values of its credentials. */
export interface Engine {
	nodeTypes: INodeTypes;
	credentials: CredentialsInMemory;
	loader: PackageDirectoryLoader;
	/** Further node types for one test, under their full name. */
	add(name: string, type: INodeType): void;
}

export const START = 'n8n-nodes-base.manualTrigger';

/**
 * Stands for any node that passes items on: the start of a workflow, or what comes after our node.
 */
export class PassThrough implements INodeType {
	description = {
		displayName: 'Pass Through',
		name: 'passThrough',
		group: ['transform'],
		version: 1,
		description: '',
		defaults: { name: 'Pass Through' },
		inputs: [NodeConnectionTypes.Main],
		outputs: [NodeConnectionTypes.Main],
		properties: [],
	} as INodeType['description'];

	async execute(this: { getInputData(): INodeExecutionData[] }): Promise<INodeExecutionData[][]> {
		return [this.getInputData()];
	}
}

/**
 * Where binaries go: `default` is memory. The engine has one store per process, so the last call
 * wins.
 */
export async function useBinaryMode(mode: BinaryMode): Promise<void> {
	Container.get(InstanceSettings);
	await fs.mkdir(userFolder, { recursive: true });
	const service = Container.get(BinaryDataService) as unknown as {
		config?: { mode: string };
		init(config?: object): Promise<void>;
		setManager(mode: string, manager: object): void;
	};
	if (service.config && 'mode' in service.config) service.config.mode = mode;
	await service.init({
		mode,
		availableModes: [mode],
		localStoragePath: join(userFolder, 'binaryData'),
	});
	if (mode === 'database') service.setManager('database', createDatabaseStore());
}

/**
 * Loads the BUILT package with n8n's own loader, which checks manifest, class names, codex and
 * icons on the way.
 */
export async function startEngine(
	packageDir: string,
	values: Record<string, ICredentialDataDecryptedObject>,
	mode: BinaryMode = 'filesystem',
): Promise<Engine> {
	await useBinaryMode(mode);
	const loader = new PackageDirectoryLoader(packageDir);
	await loader.loadAll();
	const types: Record<string, INodeType | IVersionedNodeType> = {
		[START]: new PassThrough(),
		passThrough: new PassThrough(),
	};
	for (const [name, { type }] of Object.entries(loader.nodeTypes))
		types[`${loader.packageName}.${name}`] = type;
	const credentialTypes: Record<string, ICredentialType> = {};
	for (const [name, { type }] of Object.entries(loader.credentialTypes))
		credentialTypes[name] = type;
	const find = (name: string) => {
		if (!types[name]) throw new Error(`There is no node type ${name}`);
		return types[name];
	};
	return {
		loader,
		credentials: new CredentialsInMemory(credentialTypes, values),
		nodeTypes: {
			getByName: find,
			getByNameAndVersion: (name, version) => NodeHelpers.getVersionedNodeType(find(name), version),
			getKnownTypes: (): IDataObject => ({}),
		},
		add: (name, type) => {
			types[name] = type;
		},
	};
}
