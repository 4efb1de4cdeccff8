import { fs, join, projectDir } from '../../simulator/platform';
import { readPackages } from '../../tools/packages';

const FOLDERS = ['nodes', 'credentials', 'packages', 'simulator', 'test', 'benchmarks', 'demo'];
/** Each service has a page. */
const PAGES = readPackages().map(({ service }) => service);
/** A certainty alone, and words for several sources. */
const NO_SOURCE = /^(|D|V|C|I|types|PY types|all Python sources)$/;

/** Every TypeScript file of ours, by its path. */
async function sources(): Promise<Map<string, string>> {
	const found = new Map<string, string>();
	for (const folder of FOLDERS)
		for (const file of await fs.readdir(join(projectDir, folder), { recursive: true }))
			if (file.endsWith('.ts') && !/(^|\/)(node_modules|dist|build)\//.test(file))
				found.set(`${folder}/${file}`, await fs.readFile(join(projectDir, folder, file), 'utf8'));
	return found;
}

const readPage = async (name: string) =>
	await fs.readFile(join(projectDir, `docs/protocols/${name}.md`), 'utf8');

/** The numbers after "protocols" in a text: "(protocols 1.10, 1.12)" cites two sections. */
function citedSections(text: string): string[] {
	const unwrapped = text.replace(/\n\s*(\*|\/\/)\s?/g, ' ');
	return [...unwrapped.matchAll(/\bprotocols ((?:\d\.\d+(?:, | and )?)+)/g)].flatMap(
		([, numbers]) => numbers.match(/\d\.\d+/g) ?? [],
	);
}

const sectionsOf = (page: string) =>
	[...page.matchAll(/^## (\d\.\d+) /gm)].map(([, section]) => section);

/** Tags of sources in a fact of the simulator, such as "S1, DPY D; PY-1.1.3 C (low trust)". */
function citedSources(text: string): string[] {
	return [...text.matchAll(/^\s*source:\s*'([^']+)'/gm)]
		.flatMap(([, cited]) => cited.replace(/ \([^)]*\)/g, '').split(/[;,]/))
		.map((part) => part.trim().replace(/( [DVCI])+$/, ''))
		.filter((tag) => !NO_SOURCE.test(tag));
}

it('finds what a comment and a fact of the simulator cite', () => {
	expect(citedSections('/**\n * Words (protocols 1.10,\n * 9.12). Protocols 7.7\n */')).toEqual([
		'1.10',
		'9.12',
	]);
	expect(citedSources("\t\tsource: 'S1, DPY D; PY-1.1.3 C; NEWS D (low trust); I',\n")).toEqual([
		'S1',
		'DPY',
		'PY-1.1.3',
		'NEWS',
	]);
});

it('every section that the code cites is published', async () => {
	const sections = (await Promise.all(PAGES.map(readPage))).flatMap(sectionsOf);
	expect(new Set(sections).size).toBe(sections.length);
	const cited = [...(await sources())]
		.filter(([file]) => !file.endsWith('citations.test.ts'))
		.flatMap(([file, text]) => citedSections(text).map((section) => ({ file, section })));
	expect(cited.length).toBeGreaterThan(10);
	expect(cited.filter(({ section }) => !sections.includes(section))).toEqual([]);
});

it('every source that the simulator cites is in the table of sources', async () => {
	const [, table] = (await readPage('README')).split('## Sources');
	const tags = [...table.matchAll(/^\| ([^|]+) \|/gm)].flatMap(([, cell]) =>
		cell.split(',').map((tag) => tag.trim()),
	);
	const cited = [...(await sources())]
		.filter(([file]) => file.startsWith('simulator/'))
		.flatMap(([file, text]) => citedSources(text).map((tag) => ({ file, tag })));
	expect(cited.length).toBeGreaterThan(20);
	expect(cited.filter(({ tag }) => !tags.includes(tag))).toEqual([]);
});

it('sections of a page stand in the order of their numbers', async () => {
	for (const page of PAGES) {
		const numbers = sectionsOf(await readPage(page)).map((section) =>
			Number(section.split('.')[1]),
		);
		expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
	}
});

it('no comment cites a document that is not published', async () => {
	const found = [...(await sources())]
		.filter(([file]) => !file.endsWith('citations.test.ts'))
		.filter(([, text]) =>
			/shared\/(reference|design)|reference\/(protocols|n8n|durable|faults)/.test(text),
		);
	expect(found.map(([file]) => file)).toEqual([]);
});
