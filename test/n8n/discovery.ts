import { ask } from './ask';
import type { Check } from './check';
import type { NodeUnderTest, Package } from './packages';
import { equal, match, ok } from './platform';
import type { Site } from './site';

interface NodeType {
	name: string;
	displayName: string;
	subtitle?: string;
	usableAsTool?: boolean;
	iconUrl?: string | { light: string; dark: string };
	codex?: { categories?: string[]; alias?: string[] };
	credentials?: Array<{ name: string }>;
}

/** What n8n tells its editor about a package, straight after a start. */
export const discovery = ({ server, rest }: Site, { name: packageName, nodes, credentialType }: Package): Check[] => {
	const get = async (path: string) => await ask(`${server.baseUrl}/${path}`, { headers: { cookie: rest.cookie() } });
	const types = async (kind: 'nodes' | 'credentials') => (await (await get(`types/${kind}.json`)).json()) as NodeType[];
	const find = async (kind: 'nodes' | 'credentials', name: string): Promise<NodeType> => {
		const found = (await types(kind)).find((type) => type.name === name);
		ok(found, `n8n does not know ${name}`);
		return found;
	};

	const checkIcons = async ({ name, iconUrl }: NodeType) => {
		ok(typeof iconUrl === 'object', `${name} has no light and dark icon`);
		for (const url of [iconUrl.light, iconUrl.dark]) {
			const icon = await get(url);
			equal(icon.status, 200, `no icon at ${url}`);
			match(await icon.text(), /<svg/);
		}
	};

	const nodeChecks = ({ name, searchWord, credentialType: own, isTool }: NodeUnderTest): Check[] => {
		const fullName = `${packageName}.${name}`;
		const inPanel: Check = {
			name: `${fullName} is in the nodes panel with subtitle, category, search words and both icons`,
			run: async () => {
				const type = await find('nodes', fullName);
				ok(type.subtitle, 'no subtitle');
				ok(type.codex?.categories?.length, 'no category');
				ok(type.codex?.alias?.includes(searchWord), `not found by "${searchWord}"`);
				equal(type.credentials?.[0]?.name, own);
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
export const nodesOfOurs = async ({ server, rest }: Site): Promise<string[]> => {
	const answer = await ask(`${server.baseUrl}/types/nodes.json`, { headers: { cookie: rest.cookie() } });
	const names = ((await answer.json()) as NodeType[]).map(({ name }) => name);
	return names.filter((name) => /^n8n-nodes-(flowscale|comflowy|flowai)[.-]/.test(name) && !name.endsWith('Tool')).sort();
};
