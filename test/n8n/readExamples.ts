import type { Credential, Workflow } from './connectRest';
import { basename, fs, join, repository } from './platform';
import { credentialType } from './site';

const folder = join(repository, 'examples');

/** The example workflows of the package by file name, each with its credential chosen, as a user does after an import. */
export const readExamples = async (credential: Credential): Promise<Map<string, Workflow>> => {
	const files = (await fs.readdir(folder)).filter((name) => name.endsWith('.json')).sort();
	const examples = new Map<string, Workflow>();
	for (const file of files) {
		const workflow = JSON.parse(await fs.readFile(join(folder, file), 'utf8')) as Workflow;
		for (const node of workflow.nodes) if (node.credentials?.[credentialType]) node.credentials[credentialType] = credential;
		examples.set(basename(file, '.json'), workflow);
	}
	return examples;
};
