import type { INodeProperties, INodeTypeDescription } from 'n8n-workflow';
import * as ts from 'typescript';
import { fs, join, projectDir } from '../../simulator/platform';
import { packageFolders, readPackages } from '../../tools/packages';
import { FOLDERS } from './messages';

/**
 * Rules that n8n's linter has in its source and not yet in a release (eslint-plugin-community-nodes
 * after 0.32.0; `docs/rules` there says what each of them means). To be removed rule by rule when
 * `npm run lint` has them.
 */
const nodes = readPackages().flatMap((one) =>
	one.nodes.map((node): [string, INodeTypeDescription] => [node.displayName, node]),
);

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

	it('a field of a collection can be left out, so it is not required', () => {
		const required = fields.filter((field) => field.isInCollection && field.required === true);
		expect(required.map(({ name }) => name)).toEqual([]);
	});

	it('no-hardcoded-ids: no default, placeholder or choice is the ID of somebody’s thing', () => {
		const id = /"(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{24}|[0-9a-f]{32})"/i;
		expect(id.test('"550e8400-e29b-41d4-a716-446655440000"')).toBe(true);
		const withId = fields.filter((field) => id.test(JSON.stringify({ ...field, values: [] })));
		expect(withId.map(({ name }) => name)).toEqual([]);
	});

	it('no-duplicate-param-options', () => {
		const double = fields.filter(({ type, options = [] }) => {
			const choices = options as Array<{ name: string; value?: unknown }>;
			const isUnique = (all: unknown[]) => new Set(all).size === all.length;
			return (
				/options$/i.test(type ?? '') &&
				!(isUnique(choices.map(({ name }) => name)) && isUnique(choices.map((one) => one.value)))
			);
		});
		expect(double.map(({ name }) => name)).toEqual([]);
	});

	it('no-asterisk-in-option-names', () => {
		const names = fields.flatMap(({ options = [] }) => options.map(({ name }) => name));
		expect(names.filter((name) => name.includes('*'))).toEqual([]);
	});
});

/** Without AI, which hides a community node from n8n's search (`no-ai-codex-category`). */
const CATEGORIES = new Set([
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

it('valid-node-categories, no-ai-codex-category, no-logic-or-flow-nodes, no-codex-subcategories', async () => {
	const files = await filesOf('.node.json');
	expect(files.length).toBeGreaterThanOrEqual(4);
	for (const file of files) {
		const { categories, subcategories } = JSON.parse(await fs.readFile(file, 'utf8')) as {
			categories: string[];
			subcategories?: object;
		};
		expect(subcategories).toBeUndefined();
		expect(categories.length).toBeGreaterThan(0);
		expect(categories.filter((category) => !CATEGORIES.has(category))).toEqual([]);
	}
});

/** What the linter sees of a node: the objects that stand in its `properties`. */
function literalFields(text: string): Array<Record<string, string>> {
	const found: Array<Record<string, string>> = [];
	const source = ts.createSourceFile('x.node.ts', text, ts.ScriptTarget.Latest, true);
	const visit = (node: ts.Node) => {
		if (
			ts.isPropertyAssignment(node) &&
			node.name.getText() === 'properties' &&
			ts.isArrayLiteralExpression(node.initializer)
		)
			for (const element of node.initializer.elements.filter(ts.isObjectLiteralExpression))
				found.push(
					Object.fromEntries(
						element.properties
							.filter(ts.isPropertyAssignment)
							.map(({ name, initializer }) => [
								name.getText(),
								initializer.getText().replace(/'/g, ''),
							]),
					),
				);
		ts.forEachChild(node, visit);
	};
	visit(source);
	return found;
}
const EXEMPT = /^(collection|fixedCollection|notice|callout|hidden|curlImport)$/;

it('non-required-fields-in-collection, open-ended-node-fields: a field that stands in a node’s file is required', async () => {
	const files = await filesOf('.node.ts');
	const texts = await Promise.all(files.map(async (file) => await fs.readFile(file, 'utf8')));
	const fields = texts.flatMap(literalFields);
	// The fields of Comflowy's trigger; those of the other nodes come from their operations.
	expect(fields.map(({ name }) => name)).toEqual(['urlNotice', 'token', 'events']);
	const optional = fields.filter(({ type, required }) => !EXEMPT.test(type) && required !== 'true');
	expect(optional).toEqual([]);
});

it('prefer-declarative-style: no node’s file has a loop over its items', async () => {
	for (const file of await filesOf('.node.ts'))
		expect(await fs.readFile(file, 'utf8')).not.toMatch(/\b(for|while) \(|getInputData/);
});

it('no-hardcoded-ids: no partner, account or customer of anybody stands in the source', async () => {
	const id =
		/\b(partner|affiliate|reseller|account|tenant|customer|client)_?ids?\b['"]?\s*[:=]\s*['"`](?!\1)/i;
	expect(id.test("qs: { partner_id: 'fixed-partner' }")).toBe(true);
	for (const file of await filesOf('.ts'))
		expect(id.exec(await fs.readFile(file, 'utf8'))).toBeNull();
});

/** Relative luminance of a colour such as #5b3df5 or #fff (WCAG 2.2). */
function luminanceOf(colour: string): number {
	const hex = colour.slice(1).replace(/^(.)(.)(.)$/, '$1$1$2$2$3$3');
	const [red, green, blue] = (hex.match(/../g) ?? [])
		.map((pair) => Number.parseInt(pair, 16) / 255)
		.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
	return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrastOf(one: string, other: string): number {
	const [low, high] = [luminanceOf(one), luminanceOf(other)].sort((a, b) => a - b);
	return (high + 0.05) / (low + 0.05);
}

it('icon-contrast: each icon is seen on the background of its theme, at 3:1 as WCAG asks', async () => {
	expect(contrastOf('#000', '#2b2b2b').toFixed(2)).toBe('1.48');
	const icons = await filesOf('.svg');
	expect(icons.length).toBeGreaterThanOrEqual(6);
	for (const icon of icons) {
		const text = await fs.readFile(icon, 'utf8');
		const colours = text.match(/(?<=(?:fill|stroke|stop-color)[=:]["\s]*)#[0-9a-f]{3,6}/gi) ?? [];
		const background = icon.endsWith('.dark.svg') ? '#2b2b2b' : '#fff';
		const best = Math.max(...colours.map((colour) => contrastOf(colour, background)));
		expect([icon, best >= 3]).toEqual([icon, true]);
	}
});

it('no-monorepo: a package has a repository of its own', async () => {
	const inFolders: string[] = [];
	for (const folder of packageFolders) {
		const { repository } = JSON.parse(
			await fs.readFile(join(projectDir, folder, 'package.json'), 'utf8'),
		) as { repository: { directory?: string } };
		if (repository.directory !== undefined) inFolders.push(folder);
	}
	expect(inFolders).toEqual([]);
});
