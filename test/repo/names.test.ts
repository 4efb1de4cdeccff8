import ts from 'typescript';
import { fs, join, projectDir } from '../../simulator/platform';
import { type Package, readPackages } from '../../tools/packages';
import { labels, labelsOf, OF_N8N, OF_SERVICES } from './screenNames';
import { sentencesIn, sentencesOf } from './shippedTexts';

const packages = readPackages();

/** Sources of the core, or of what one package has besides. */
async function sourcesIn(folder: string): Promise<string[]> {
	const files = await fs.readdir(join(projectDir, folder), { recursive: true });
	return await Promise.all(
		files
			.filter((file) => file.endsWith('.ts'))
			.map(async (file) => await fs.readFile(join(projectDir, folder, file), 'utf8')),
	);
}
const CORE = 'nodes/core';
const foldersOf = ({ folder }: Package) =>
	folder === '.'
		? ['nodes/Flowscale', 'credentials']
		: [`${folder}/nodes`, `${folder}/credentials`];

const TITLE_CASE = /\b[A-Z][A-Za-z]*\b(?: (?:(?:in|of|per|or|on|and) )?[A-Z][A-Za-z]*\b)+/g;

/**
 * Names of two words or more in a text that nothing on the screen has: "Set Max Runs" where the
 * field is Max Concurrent Runs. The first word may begin a sentence.
 */
function unknownNames(text: string, known: ReadonlySet<string>): string[] {
	const isKnown = (name: string) => [known, OF_N8N, OF_SERVICES].some((set) => set.has(name));
	const isFree = (words: string[]) =>
		words.length < 2 || words.some((_, place) => isKnown(words.slice(place).join(' ')));
	const services = new RegExp(
		` (?:of |in )?(?:${packages.map(({ title }) => title).join('|')})\\b`,
	);
	return [...text.replace(services, ' …').matchAll(TITLE_CASE)]
		.map(([phrase]) => phrase)
		.filter((phrase) => !isFree(phrase.split(' ')))
		.flatMap((phrase) => phrase.split(/ (?:or|and|of) /))
		.filter((phrase) => !isFree(phrase.split(' ')) && !isFree(phrase.split(' ').slice(1)));
}

/** The calls of an item's readers, `item.amount('options.timeout', 'Timeout', …)`, by parameter and label. */
function readLabels(source: string): Array<[parameter: string, label: string]> {
	const found: Array<[string, string]> = [];
	const visit = (node: ts.Node): void => {
		if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
			const [name, label] = node.arguments;
			const isReader = /^(text|id|optionalText|locator|amount|choices?)$/.test(
				node.expression.name.text,
			);
			if (isReader && name && label && ts.isStringLiteral(name) && ts.isStringLiteral(label))
				found.push([name.text.split('.').at(-1) ?? '', label.text]);
		}
		ts.forEachChild(node, visit);
	};
	visit(ts.createSourceFile('x.ts', source, ts.ScriptTarget.ES2022, true));
	return found;
}

/** Readers that name a parameter in other words than the nodes do. */
const wrongLabels = (sources: string[], nodes: unknown): Array<[string, string]> =>
	sources.flatMap(readLabels).filter(([parameter, label]) => {
		const shown = labelsOfParameter(nodes, parameter);
		return shown.length > 0 && !shown.includes(label);
	});

/** Labels of a parameter, wherever a description has one of this name. */
function labelsOfParameter(value: unknown, parameter: string): string[] {
	if (Array.isArray(value)) return value.flatMap((one) => labelsOfParameter(one, parameter));
	if (typeof value !== 'object' || value === null) return [];
	const { name, displayName } = value as { name?: unknown; displayName?: unknown };
	return [
		...(name === parameter && typeof displayName === 'string'
			? [displayName, displayName.replace(/ \([^)]*\)$/, '')]
			: []),
		...Object.values(value).flatMap((one) => labelsOfParameter(one, parameter)),
	];
}

describe.each(packages)('a text of $title', (one) => {
	it('names fields as the screen does', async () => {
		const sources = (await Promise.all(foldersOf(one).map(sourcesIn))).flat();
		const texts = sources.flatMap(sentencesOf);
		expect(texts.length).toBeGreaterThan(30);
		expect(texts.flatMap((text) => unknownNames(text, labelsOf(one)))).toEqual([]);
	});

	it('names operations that its node has', async () => {
		const operations = one.resources.flatMap(({ name, operations: all }) =>
			all.map((operation) => `${name} > ${operation.name}`),
		);
		const paths = (await sentencesIn(one.folder)).flatMap(
			(text) => text.match(/\b[A-Z]\w+ > [A-Z]\w*(?: (?:and )?[A-Z]\w*\b)*/g) ?? [],
		);
		const isOfService = (path: string) => OF_SERVICES.has(path.split(' > ')[1]);
		expect(paths.filter((path) => !operations.includes(path) && !isOfService(path))).toEqual([]);
	});

	it('that is about a parameter has its label', async () => {
		const sources = (await Promise.all(foldersOf(one).map(sourcesIn))).flat();
		expect(sources.flatMap(readLabels).length).toBeGreaterThan(2);
		expect(wrongLabels(sources, one.nodes)).toEqual([]);
	});
});

it('a text of the core names fields as the screen does, and no operation of a service', async () => {
	const sources = await sourcesIn(CORE);
	const texts = sources.flatMap(sentencesOf);
	expect(
		wrongLabels(
			sources,
			packages.map(({ nodes }) => nodes),
		),
	).toEqual([]);
	expect(texts.length).toBeGreaterThan(100);
	expect(texts.flatMap((text) => unknownNames(text, labels))).toEqual([]);
	expect(texts.filter((text) => / > [A-Z]/.test(text))).toEqual([]);
});

it('would notice a field of an earlier version', () => {
	const known = new Set(['Reuse Run', 'On Stop or Timeout']);
	expect(unknownNames('Set Max Runs to 3, or raise Run ID Here.', known)).toEqual([
		'Set Max Runs',
		'Run ID Here',
	]);
	expect(
		unknownNames('Set Reuse Run to "On Stop or Timeout". Open the API of Comflowy.', known),
	).toEqual([]);
	expect(readLabels("item.id('filters.runId', 'Run ID')")).toEqual([['runId', 'Run ID']]);
});
