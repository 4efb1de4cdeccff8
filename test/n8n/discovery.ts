import { ask } from './ask';
import type { Check } from './check';
import { type NodeUnderTest, type Package, packages } from './packages';
import { equal, match, ok, sleep } from './platform';
import type { Site } from './site';

interface NodeType {
	name: string;
	displayName: string;
	version: number | number[];
	subtitle?: string;
	usableAsTool?: boolean;
	iconUrl?: string | { light: string; dark: string };
	codex?: { categories?: string[]; alias?: string[] };
	credentials?: Array<{ name: string }>;
}

const get = async ({ server, rest }: Site, path: string) =>
	await ask(`${server.baseUrl}/${path}`, { headers: { cookie: rest.cookie() } });

/**
 * n8n 1.x writes this list some moments after it says that it is ready; until then it answers with
 * the editor's page.
 */
const readTypes = async (site: Site, kind: 'nodes' | 'credentials'): Promise<NodeType[]> => {
	const deadline = Date.now() + 30_000;
	for (;;) {
		const text = await (await get(site, `types/${kind}.json`)).text();
		if (text.startsWith('[')) return JSON.parse(text) as NodeType[];
		ok(Date.now() < deadline, `n8n has no list of its ${kind}: ${text.slice(0, 100)}`);
		await sleep(500);
	}
};

/** What n8n tells its editor about a package, straight after a start. */
export const discovery = (
	site: Site,
	{ name: packageName, nodes, credentialType }: Package,
): Check[] => {
	const find = async (kind: 'nodes' | 'credentials', name: string): Promise<NodeType> => {
		const found = (await readTypes(site, kind)).find((type) => type.name === name);
		ok(found, `n8n does not know ${name}`);
		return found;
	};

	const checkIcons = async ({ name, iconUrl }: NodeType) => {
		ok(typeof iconUrl === 'object', `${name} has no light and dark icon`);
		for (const url of [iconUrl.light, iconUrl.dark]) {
			const icon = await get(site, url);
			equal(icon.status, 200, `no icon at ${url}`);
			match(await icon.text(), /<svg/);
		}
	};

	const nodeChecks = ({
		name,
		searchWord,
		credentialType: raw,
		isTool,
	}: NodeUnderTest): Check[] => {
		const fullName = `${packageName}.${name}`;
		const inPanel: Check = {
			name: `${fullName} is in the nodes panel with subtitle, category, search words and both icons`,
			run: async () => {
				const type = await find('nodes', fullName);
				ok(type.subtitle, 'no subtitle');
				ok(type.codex?.categories?.length, 'no category');
				ok(type.codex?.alias?.includes(searchWord), `not found by "${searchWord}"`);
				equal(type.credentials?.[0]?.name, raw);
				await checkIcons(type);
			},
		};
		const asTool: Check = {
			name: `${fullName} is offered as an agent’s tool too`,
			run: async () => match((await find('nodes', `${fullName}Tool`)).displayName, / Tool$/),
		};
		return isTool ? [inPanel, asTool] : [inPanel];
	};

	return [
		...nodes.flatMap(nodeChecks),
		{
			name: `${credentialType} is known, with its icons`,
			run: async () => await checkIcons(await find('credentials', credentialType)),
		},
	];
};

/** Full names of the nodes of every package whose name begins like ours. */
export const nodesOfOurs = async (site: Site): Promise<string[]> => {
	const names = (await readTypes(site, 'nodes')).map(({ name }) => name);
	return names
		.filter(
			(full) =>
				packages.some(({ name }) => full.startsWith(`${name}.`) || full.startsWith(`${name}-`)) &&
				!full.endsWith('Tool'),
		)
		.sort();
};

/** The newest version of n8n's AI Agent node in each of its lines: 1, 2 and 3 call tools differently. */
export const agentVersionsOf = async (site: Site): Promise<number[]> => {
	const versions = (await readTypes(site, 'nodes'))
		.filter(({ name }) => name === '@n8n/n8n-nodes-langchain.agent')
		.flatMap(({ version }) => version);
	const lines = [1, 2, 3].map((line) =>
		Math.max(...versions.filter((version) => Math.floor(version) === line)),
	);
	return lines.filter(Number.isFinite);
};
