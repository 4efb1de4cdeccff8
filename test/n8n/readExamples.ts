import type { Credential, Workflow } from './connectRest';
import { basename, fs, join, repository } from './platform';

const folder = join(repository, 'examples');

/**
 * The example workflows by file name, each with its credentials chosen, as a user does after an
 * import.
 */
export const readExamples = async (
	credentials: Record<string, Credential>,
): Promise<Map<string, Workflow>> => {
	const files = (await fs.readdir(folder)).filter((name) => name.endsWith('.json')).sort();
	const examples = new Map<string, Workflow>();
	for (const file of files) {
		const workflow = JSON.parse(await fs.readFile(join(folder, file), 'utf8')) as Workflow;
		for (const node of workflow.nodes)
			for (const type of Object.keys(node.credentials ?? {}))
				if (node.credentials && type in credentials) node.credentials[type] = credentials[type];
		examples.set(basename(file, '.json'), workflow);
	}
	return examples;
};
