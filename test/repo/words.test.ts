import { build } from 'esbuild';
import ts from 'typescript';
import type { INodeTypeDescription } from 'n8n-workflow';
import { ComflowyApi } from '../../packages/n8n-nodes-comflowy/credentials/ComflowyApi.credentials';
import { Comflowy } from '../../packages/n8n-nodes-comflowy/nodes/Comflowy/Comflowy.node';
import { ComflowyTrigger } from '../../packages/n8n-nodes-comflowy/nodes/Comflowy/ComflowyTrigger.node';
import { FlowAiApi } from '../../packages/n8n-nodes-flowai/credentials/FlowAiApi.credentials';
import { FlowAi } from '../../packages/n8n-nodes-flowai/nodes/FlowAi/FlowAi.node';
import { FlowscaleApi } from '../../credentials/FlowscaleApi.credentials';
import { Flowscale } from '../../nodes/Flowscale/Flowscale.node';
import { FlowscaleTrigger } from '../../nodes/Flowscale/FlowscaleTrigger.node';
import { fs, join, listFolder, projectDir } from '../../simulator/platform';

/** A package, and the words that belong to another service: what it says with them is about nothing that its user has. */
interface Wording {
	folder: string;
	described: Array<
		Pick<INodeTypeDescription, 'displayName' | 'properties'> & { description?: unknown }
	>;
	/** Nowhere: neither in a message nor in a field nor in a document. */
	foreign: RegExp;
	/** Not in what the editor shows, nor in documents: the service has no such thing. */
	unknown: RegExp;
	/** Sentences of documents that say so. */
	stated: RegExp;
}

const PACKAGES: Wording[] = [
	{
		folder: '.',
		described: [
			new Flowscale().description,
			new FlowscaleTrigger().description,
			new FlowscaleApi(),
		],
		foreign: /comflowy|flowai|on result url|node::field|look up after/i,
		unknown: /result callback|access token/i,
		stated: /n8n-nodes-(comflowy|flowai)|comflowy|flowai/i,
	},
	{
		folder: 'packages/n8n-nodes-comflowy',
		described: [new Comflowy().description, new ComflowyTrigger().description, new ComflowyApi()],
		foreign: /flowscale|flowai|deployment|container|api management/i,
		unknown:
			/\bgroups?\b|group id|reuse run|live events|event stream|cancel|upload|\bqueue\b|max queued/i,
		stated: /n8n-nodes-flowscale|^- \*\*No (cancel|uploads)\.\*\*|timed out or was cancelled/i,
	},
	{
		folder: 'packages/n8n-nodes-flowai',
		described: [new FlowAi().description, new FlowAiApi()],
		foreign:
			/flowscale|comflowy|comfyui|deployment|container|node::field|on result url|access token/i,
		unknown:
			/\bgroups?\b|group id|reuse run|live events|callback|cancel|upload|download|\bqueue\b|\brun ids?\b|wait mode|poll/i,
		stated: /n8n-nodes-flowscale|no run IDs, no list, no cancelling/i,
	},
];

/** Every text that a field shows: labels, descriptions, hints, placeholders, choices. */
function textsOf(value: unknown): string[] {
	const shown = ['displayName', 'name', 'description', 'hint', 'placeholder', 'action', 'subtitle'];
	if (Array.isArray(value)) return value.flatMap(textsOf);
	if (typeof value !== 'object' || value === null) return [];
	return Object.entries(value).flatMap(([key, inner]) =>
		typeof inner === 'string' ? (shown.includes(key) ? [inner] : []) : textsOf(inner),
	);
}

/** Sentences in the code that n8n loads, as they stand in the bundle: `…` for each value that is put in. */
async function sentencesIn(folder: string): Promise<string[]> {
	const { n8n } = JSON.parse(
		await fs.readFile(join(projectDir, folder, 'package.json'), 'utf8'),
	) as {
		n8n: { nodes: string[]; credentials: string[] };
	};
	const entryPoints = [...n8n.nodes, ...n8n.credentials].map((file) =>
		join(projectDir, folder, file.replace(/^dist\//, '').replace(/\.js$/, '.ts')),
	);
	const { outputFiles } = await build({
		entryPoints,
		bundle: true,
		write: false,
		platform: 'node',
		format: 'cjs',
		external: ['n8n-workflow'],
		outdir: 'unused',
	});
	return outputFiles.flatMap(({ text }) => sentencesOf(text));
}

function sentencesOf(code: string): string[] {
	const found: string[] = [];
	const visit = (node: ts.Node): void => {
		if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) found.push(node.text);
		if (ts.isTemplateExpression(node))
			found.push(
				[node.head.text, ...node.templateSpans.map((span) => span.literal.text)].join('…'),
			);
		ts.forEachChild(node, visit);
	};
	visit(ts.createSourceFile('bundle.js', code, ts.ScriptTarget.ES2022, true));
	return found.filter((text) => /\S\s+\S/.test(text));
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
	const folders = [
		'.',
		...listFolder(join(projectDir, 'packages')).map((name) => `packages/${name}`),
	];
	expect(PACKAGES.map(({ folder }) => folder)).toEqual(folders);
});

describe.each(PACKAGES)('$folder', ({ folder, described, foreign, unknown, stated }) => {
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
			if (/flowscale|comflowy|flowai|deployment|container/i.test(text))
				found.push(`${file}: ${text}`);
	expect(found).toEqual([]);
});
