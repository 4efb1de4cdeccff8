import { fs, join, projectDir } from '../../simulator/platform';
import { readPackages } from '../../tools/packages';
import { sentencesIn, sentencesOf } from './shippedTexts';

/** Words of another service: what a package says with them is about nothing that its user has. */
interface Wording {
	/**
	 * Nowhere: neither in a message nor in a field nor in a document. The names of the other services
	 * are added to it.
	 */
	foreign: RegExp;
	/** Not in what the editor shows, nor in documents: the service has no such thing. */
	unknown: RegExp;
	/** Sentences of documents that say so. */
	stated: RegExp;
}

const WORDINGS: Record<string, Wording> = {
	'.': {
		foreign: /on result url|node::field|look up after/i,
		unknown: /result callback|access token/i,
		stated: /n8n-nodes-(comflowy|flowai)|comflowy|flowai/i,
	},
	'packages/n8n-nodes-comflowy': {
		foreign: /deployment|container|api management/i,
		unknown:
			/\bgroups?\b|group id|reuse run|live events|event stream|cancel|upload|\bqueue\b|max queued/i,
		stated: /n8n-nodes-flowscale|^- \*\*No (cancel|uploads)\.\*\*|timed out or was cancelled/i,
	},
	'packages/n8n-nodes-flowai': {
		foreign: /comfyui|deployment|container|node::field|on result url|access token/i,
		unknown:
			/\bgroups?\b|group id|reuse run|live events|callback|cancel|upload|download|\bqueue\b|\brun ids?\b|wait mode|poll/i,
		stated: /n8n-nodes-flowscale|no run IDs, no list, no cancelling/i,
	},
};

const packages = readPackages();
const services = packages.map(({ service }) => service);
const alternatives = (words: string[]) => new RegExp(words.join('|'), 'i');

const worded = packages.map(({ folder, service, nodes, credentials }) => {
	const { foreign, ...others } = WORDINGS[folder];
	return {
		folder,
		described: [...nodes, ...credentials],
		foreign: alternatives([...services.filter((one) => one !== service), foreign.source]),
		...others,
	};
});

/** Every text that a field shows: labels, descriptions, hints, placeholders, choices. */
function textsOf(value: unknown): string[] {
	const shown = ['displayName', 'name', 'description', 'hint', 'placeholder', 'action', 'subtitle'];
	if (Array.isArray(value)) return value.flatMap(textsOf);
	if (typeof value !== 'object' || value === null) return [];
	return Object.entries(value).flatMap(([key, inner]) =>
		typeof inner === 'string' ? (shown.includes(key) ? [inner] : []) : textsOf(inner),
	);
}

/** Lines of the package's documents, without the addresses of links. */
async function linesOf(folder: string): Promise<string[]> {
	const docs = folder === '.' ? [] : ['docs/operations.md'];
	const files = ['README.md', 'CHANGELOG.md', ...docs];
	const texts = await Promise.all(
		files.map(async (file) => await fs.readFile(join(projectDir, folder, file), 'utf8')),
	);
	return texts.flatMap((text) =>
		text
			.replace(/\]\([^)]*\)/g, ']')
			.replace(/https?:\/\/\S+/g, '')
			.split('\n'),
	);
}

it('every package of the repository is looked through', () => {
	expect(Object.keys(WORDINGS)).toEqual(packages.map(({ folder }) => folder));
});

describe.each(worded)('$folder', ({ folder, described, foreign, unknown, stated }) => {
	it('says nothing in the words of another service', async () => {
		const sentences = await sentencesIn(folder);
		expect(sentences.length).toBeGreaterThan(50);
		expect(sentences.filter((text) => foreign.test(text))).toEqual([]);
	});

	it('shows no field in the words of another service, or about what this one has not', () => {
		const texts = described.flatMap(textsOf);
		expect(texts.length).toBeGreaterThan(20);
		const isForeign = (text: string) => foreign.test(text) || unknown.test(text);
		expect(texts.filter((text) => isForeign(text) && !stated.test(text))).toEqual([]);
	});

	it('its documents do not, either', async () => {
		const isForeign = (text: string) => foreign.test(text) || unknown.test(text);
		const lines = await linesOf(folder);
		expect(lines.filter((text) => isForeign(text) && !stated.test(text))).toEqual([]);
	});

	it('its package.json does not, either', async () => {
		const { description, keywords } = JSON.parse(
			await fs.readFile(join(projectDir, folder, 'package.json'), 'utf8'),
		) as { description: string; keywords: string[] };
		expect([description, ...keywords].filter((text) => foreign.test(text))).toEqual([]);
	});
});

it('the core speaks of no service, and of nothing that one service alone has', async () => {
	const files = (await fs.readdir(join(projectDir, 'nodes/core'), { recursive: true })).filter(
		(file) => file.endsWith('.ts'),
	);
	expect(files.length).toBeGreaterThan(50);
	const found: string[] = [];
	for (const file of files)
		for (const text of sentencesOf(await fs.readFile(join(projectDir, 'nodes/core', file), 'utf8')))
			if (alternatives([...services, 'deployment', 'container']).test(text))
				found.push(`${file}: ${text}`);
	expect(found).toEqual([]);
});
