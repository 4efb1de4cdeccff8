import '../../harness/environment';
import { PackageDirectoryLoader } from 'n8n-core';
import type { ICredentialType, INodeType } from 'n8n-workflow';
import { createRequire, fs, resolve, Script } from '../../../simulator/platform';

type Make = (
	exports: object,
	require: unknown,
	module: { exports: Record<string, new () => INodeType> },
) => void;

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
 * @param texts code in the place of what was built, by name of the node: what is broken on purpose
 */
export async function readShipped(texts: Record<string, string> = {}): Promise<Shipped> {
	const loader = new PackageDirectoryLoader(resolve('.'));
	await loader.loadAll();
	const nodes = await Promise.all(
		Object.entries(loader.nodeTypes).map(async ([name, { type, sourcePath }]) => {
			const path = resolve(sourcePath);
			const text = texts[name] ?? (await fs.readFile(path, 'utf8'));
			const script = new Script(`(function (exports, require, module) {${text}\n})`, {
				filename: path,
			});
			return { name, type: type as INodeType, path, make: script.runInThisContext() as Make };
		}),
	);
	return {
		loader,
		credentialTypes: Object.fromEntries(
			Object.entries(loader.credentialTypes).map(([name, { type }]) => [name, type]),
		),
		load: () =>
			Object.fromEntries(
				nodes.map(({ name, type, path, make }) => {
					const module: Parameters<Make>[2] = { exports: {} };
					make(module.exports, createRequire(path), module);
					const [NodeClass] = Object.values(module.exports);
					const node = new NodeClass();
					// With what n8n's loader adds: icons, categories.
					node.description = type.description;
					return [`n8n-nodes-flowscale.${name}`, node];
				}),
			),
	};
}
