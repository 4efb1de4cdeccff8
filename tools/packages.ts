/**
 * The packages of this repository, as its folders and manifests say it. Tools and tests that are
 * about every package read this list, so that a new one is in all of them.
 */
import type { ICredentialType, INodeType, INodeTypeDescription } from 'n8n-workflow';
import type { Resource } from '../nodes/core/items/operation';
import {
	basename,
	createRequire,
	dirname,
	join,
	listFolder,
	projectDir,
	readFileNow,
} from '../simulator/platform';

export interface Package {
	/** From the top of the repository: `.` or `packages/n8n-nodes-comflowy`. */
	folder: string;
	/** On npm: `n8n-nodes-comflowy`. */
	name: string;
	/** The service in lower case, as commands and pages of `docs/protocols` are called: `comflowy`. */
	service: string;
	/** The service as its users call it: `Comflowy`. */
	title: string;
	/** Descriptions of its nodes: the one with the operations comes first. */
	nodes: INodeTypeDescription[];
	credentials: ICredentialType[];
	/** Resources and operations of its first node. */
	resources: Array<Resource<never>>;
}

interface Manifest {
	name: string;
	n8n: { nodes: string[]; credentials: string[] };
}

/** The package at the top, and those below `packages/`, which a repository of one package has not. */
export const packageFolders = [
	'.',
	...listFolder(projectDir)
		.filter((name) => name === 'packages')
		.flatMap((folder) => listFolder(join(projectDir, folder)).map((name) => join(folder, name))),
];

/** `dist/nodes/X/X.node.js` of a manifest, as its source. */
const sourceOf = (folder: string, file: string) =>
	join(projectDir, folder, file.replace(/^dist\//, '').replace(/\.js$/, '.ts'));

/** Its nodes and credentials are loaded from their sources. */
function readPackage(folder: string): Package {
	const load = createRequire(join(projectDir, 'package.json'));
	const { name, n8n } = JSON.parse(
		readFileNow(join(projectDir, folder, 'package.json')),
	) as Manifest;
	const classIn = <T>(file: string): T => {
		const Class = (load(sourceOf(folder, file)) as Record<string, new () => T>)[
			basename(file).split('.')[0]
		];
		return new Class();
	};
	const nodes = n8n.nodes.map((file) => classIn<INodeType>(file).description);
	const operations = join(dirname(sourceOf(folder, n8n.nodes[0])), 'operations/resources.ts');
	return {
		folder,
		name,
		service: name.replace('n8n-nodes-', ''),
		title: nodes[0].displayName,
		nodes,
		credentials: n8n.credentials.map((file) => classIn<ICredentialType>(file)),
		resources: (load(operations) as { resources: Array<Resource<never>> }).resources,
	};
}

export const readPackages = (): Package[] => packageFolders.map(readPackage);
