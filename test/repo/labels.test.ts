import { fs, join, projectDir } from '../../simulator/platform';
import { packageFolders } from '../../tools/packages';
import { labels, OF_SERVICES, OF_N8N, withoutUnit } from './screenNames';

/** Single words that head a paragraph. */
const HEADINGS = new Set(
	'After HTTP 429|Broken|Group IDs|Late|Memory|Missing|Reads|Refused|Restarts|Retries|Starts'.split(
		'|',
	),
);

/** In Title Case, as labels are; a sentence in bold is no label. */
const isLabel = (text: string) =>
	/^[A-Z+]/.test(text) &&
	text
		.split(' ')
		.every((word) => /^[^a-z]|^(of|on|in|to|and|for|or|a|the|per|by|from)$/.test(word));

async function boldWords(page: string): Promise<string[]> {
	const text = await fs.readFile(join(projectDir, page), 'utf8');
	return [...text.replace(/```[\s\S]*?```/g, '').matchAll(/\*\*([^*`]+)\*\*/g)]
		.flatMap(([, bold]) => bold.split(/\s*>\s*/))
		.map((word) => withoutUnit(word.replace(/[.:,]$/, '')))
		.filter(isLabel);
}

it('every label that a page names is on the screen: of a node, a credential, n8n or Flowscale', async () => {
	const docs = (await fs.readdir(join(projectDir, 'docs')))
		.filter((file) => file.endsWith('.md'))
		.map((file) => `docs/${file}`);
	const readmes = packageFolders.map((folder) => join(folder, 'README.md'));
	let count = 0;
	const unknown: string[] = [];
	for (const page of [...docs, ...readmes])
		for (const word of await boldWords(page)) {
			count++;
			const isKnown = [labels, OF_N8N, OF_SERVICES, HEADINGS].some((set) => set.has(word));
			if (!isKnown) unknown.push(`${page}: ${word}`);
		}
	expect(unknown).toEqual([]);
	expect(count).toBeGreaterThan(150);
});

it('would notice a label of an earlier version', () => {
	expect(isLabel('Mapping Column Mode') && !labels.has('Mapping Column Mode')).toBe(true);
	expect(isLabel('A key belongs to a project')).toBe(false);
});
