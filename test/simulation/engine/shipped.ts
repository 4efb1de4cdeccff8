import '../../harness/environment';
import { PackageDirectoryLoader } from 'n8n-core';
import type { ICredentialType, INodeType } from 'n8n-workflow';
import { basename, createRequire, fs, resolve, Script } from '../../../simulator/platform';

type Make = (
	exports: object,
	require: unknown,
	module: { exports: Record<string, new () => INodeType> },
) => void;

type LoadedNodeType = PackageDirectoryLoader['nodeTypes'][string];

/** The built package, as one of n8n's processes has it in memory. */
export type Loaded = Record<string, INodeType>;

export interface Shipped {
	loader: PackageDirectoryLoader;
	credentialTypes: Record<string, ICredentialType>;
	/** Loads the package anew: nothing is left of what it remembered. */
	load(): Loaded;
}

/**
 * Reads the built package with n8n's own loader. Its code is compiled once and started for each
 * process of n8n's, so that a process that was killed takes its modules' memory with it.
 * @param replacement code in the place of what was built, for all nodes: what is broken on purpose
 */
export async function readShipped(replacement?: string): Promise<Shipped> {
	const loader = new PackageDirectoryLoader(resolve('.'));
	await loader.loadAll();
	const path = resolve('dist/nodes/shared.js');
	const code = replacement ?? (await fs.readFile(path, 'utf8'));
	const script = new Script(`(function (exports, require, module) {${code}\n})`, {
		filename: path,
	});
	const make = script.runInThisContext() as Make;
	const nodeOf = (
		classes: Parameters<Make>[2]['exports'],
		{ type, sourcePath }: LoadedNodeType,
	): INodeType => {
		const node = new classes[basename(sourcePath, '.node.js')]();
		// With what n8n's loader adds: icons, categories.
		node.description = (type as INodeType).description;
		return node;
	};
	return {
		loader,
		credentialTypes: Object.fromEntries(
			Object.entries(loader.credentialTypes).map(([name, { type }]) => [name, type]),
		),
		load: () => {
			const module: Parameters<Make>[2] = { exports: {} };
			make(module.exports, createRequire(path), module);
			return Object.fromEntries(
				Object.entries(loader.nodeTypes).map(([name, loaded]) => [
					`n8n-nodes-flowscale.${name}`,
					nodeOf(module.exports, loaded),
				]),
			);
		},
	};
}
