import { ask } from './ask';
import type { Check } from './check';
import { equal, match, ok } from './platform';
import type { Stage } from './stage';

interface NodeType {
	name: string;
	displayName: string;
	subtitle?: string;
	usableAsTool?: boolean;
	iconUrl?: string | { light: string; dark: string };
	codex?: { categories?: string[]; alias?: string[] };
	credentials?: Array<{ name: string }>;
}

const ours = ['n8n-nodes-flowscale.flowscale', 'n8n-nodes-flowscale.flowscaleTrigger'];

/** What n8n tells its editor about the package, straight after a start. */
export const discovery = ({ server, rest }: Stage): Check[] => {
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
			equal(icon.status, 200, url);
			match(await icon.text(), /<svg/);
		}
	};

	return [
		...ours.map((name) => ({
			name: `${name} is in the nodes panel with subtitle, category, search words and both icons`,
			run: async () => {
				const type = await find('nodes', name);
				ok(type.subtitle, 'no subtitle');
				ok(type.codex?.categories?.length, 'no category');
				ok(type.codex?.alias?.includes('ComfyUI'), 'not found by "ComfyUI"');
				equal(type.credentials?.[0]?.name, 'flowscaleApi');
				await checkIcons(type);
			},
		})),
		{
			name: 'the node is offered as an agent’s tool too',
			run: async () => {
				const tool = await find('nodes', `${ours[0]}Tool`);
				match(tool.displayName, /Flowscale/);
			},
		},
		{
			name: 'the credential is known, with its icons',
			run: async () => await checkIcons(await find('credentials', 'flowscaleApi')),
		},
	];
};
