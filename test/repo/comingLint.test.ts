import type { INodeProperties, INodeTypeDescription } from 'n8n-workflow';
import { Flowscale } from '../../nodes/Flowscale/Flowscale.node';
import { FlowscaleTrigger } from '../../nodes/Flowscale/FlowscaleTrigger.node';
import { Comflowy } from '../../packages/n8n-nodes-comflowy/nodes/Comflowy/Comflowy.node';
import { ComflowyTrigger } from '../../packages/n8n-nodes-comflowy/nodes/Comflowy/ComflowyTrigger.node';
import { FlowAi } from '../../packages/n8n-nodes-flowai/nodes/FlowAi/FlowAi.node';
import { fs, join, projectDir } from '../../simulator/platform';
import { FOLDERS } from './messages';

/**
 * Rules that n8n's linter has in its source and not yet in a release (eslint-plugin-community-nodes
 * after 0.32.0), as far as they can be restated in a few lines. To be removed rule by rule when
 * `npm run lint` has them. Not restated, since they are judged by eye or their meaning is not
 * published: `icon-contrast`, `open-ended-node-fields`, `prefer-declarative-style`.
 */
const nodes: Array<[string, INodeTypeDescription]> = [
	Flowscale,
	FlowscaleTrigger,
	Comflowy,
	ComflowyTrigger,
	FlowAi,
].map((Node) => [Node.name, new Node().description]);
const PACKAGES = ['.', 'packages/n8n-nodes-comflowy', 'packages/n8n-nodes-flowai'];

type Field = INodeProperties & { values?: Field[] };

/** Each field and those in it, with whether it is part of a collection that the user adds to. */
function fieldsIn(
	fields: Field[],
	isInCollection = false,
): Array<Field & { isInCollection: boolean }> {
	return fields.flatMap((field) => {
		const inner = [...((field.options ?? []) as Field[]), ...(field.values ?? [])];
		const named = inner.filter((one) => 'type' in one || 'values' in one);
		return [{ ...field, isInCollection }, ...fieldsIn(named, field.type === 'collection')];
	});
}

describe.each(nodes)('%s', (_, description) => {
	const fields = fieldsIn(description.properties);

	it('hint-max-length: a hint has at most 120 characters', () => {
		expect(fields.length).toBeGreaterThanOrEqual(3);
		const hints = fields.map(({ hint = '' }) => hint);
		expect(hints.filter((hint) => hint.length > 120)).toEqual([]);
	});

	it('single-credential-per-node', () => {
		expect((description.credentials ?? []).length).toBeLessThanOrEqual(1);
	});

	it('non-required-fields-in-collection: what can be left out is not required', () => {
		const required = fields.filter((field) => field.isInCollection && field.required === true);
		expect(required.map(({ name }) => name)).toEqual([]);
	});

	it('no-hardcoded-ids: no default, placeholder or choice is the ID of somebody’s thing', () => {
		const id = /"(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{24}|[0-9a-f]{32})"/i;
		expect(id.test('"550e8400-e29b-41d4-a716-446655440000"')).toBe(true);
		const withId = fields.filter((field) => id.test(JSON.stringify({ ...field, values: [] })));
		expect(withId.map(({ name }) => name)).toEqual([]);
	});

	it('no-logic-or-flow-nodes: a node is for a service', () => {
		expect(description.name).not.toMatch(
			/^(if|switch|merge|filter|loop|wait|code|set|split|aggregate|sort|limit|noOp|stopAndError)/i,
		);
		expect(description.group).not.toContain('organization');
	});
});

const CATEGORIES = new Set([
	'AI',
	'Analytics',
	'Communication',
	'Core Nodes',
	'Cybersecurity',
	'Data & Storage',
	'Development',
	'Finance & Accounting',
	'HITL',
	'Marketing',
	'Marketing & Content',
	'Miscellaneous',
	'Productivity',
	'Sales',
	'Utility',
]);

async function filesOf(ending: string): Promise<string[]> {
	const lists = FOLDERS.map(async (folder) =>
		(await fs.readdir(join(projectDir, folder), { recursive: true }))
			.filter((file) => file.endsWith(ending))
			.map((file) => join(projectDir, folder, file)),
	);
	return (await Promise.all(lists)).flat();
}

it('valid-node-categories: of n8n’s list alone', async () => {
	const files = await filesOf('.node.json');
	expect(files.length).toBeGreaterThanOrEqual(4);
	for (const file of files) {
		const { categories } = JSON.parse(await fs.readFile(file, 'utf8')) as { categories: string[] };
		expect(categories.length).toBeGreaterThan(0);
		expect(categories.filter((category) => !CATEGORIES.has(category))).toEqual([]);
	}
});

it('no-monorepo: a package has a repository of its own', async () => {
	const inFolders: string[] = [];
	for (const folder of PACKAGES) {
		const { repository } = JSON.parse(
			await fs.readFile(join(projectDir, folder, 'package.json'), 'utf8'),
		) as { repository: { directory?: string } };
		if (repository.directory !== undefined) inFolders.push(folder);
	}
	expect(inFolders).toEqual([]);
});
