import { FlowscaleApi } from '../../credentials/FlowscaleApi.credentials';
import { Flowscale } from '../../nodes/Flowscale/Flowscale.node';
import { FlowscaleTrigger } from '../../nodes/Flowscale/FlowscaleTrigger.node';
import { ComflowyApi } from '../../packages/n8n-nodes-comflowy/credentials/ComflowyApi.credentials';
import { Comflowy } from '../../packages/n8n-nodes-comflowy/nodes/Comflowy/Comflowy.node';
import { ComflowyTrigger } from '../../packages/n8n-nodes-comflowy/nodes/Comflowy/ComflowyTrigger.node';
import { FlowAiApi } from '../../packages/n8n-nodes-flowai/credentials/FlowAiApi.credentials';
import { FlowAi } from '../../packages/n8n-nodes-flowai/nodes/FlowAi/FlowAi.node';
import { fs, join, projectDir } from '../../simulator/platform';

/** What n8n's editor and its nodes call their parts, on 2.41.1. */
const OF_N8N = new Set(
	[
		'+|AI Agent|Attachment Field Name|Attachments|Binary|Code|Execute Once|Execute step',
		'Expression|If|Import from File|Install|JSON|Max Iterations|n8n Form|n8n Form Trigger|On Error',
		'On n8n Form Submission|Page Type|Predefined Credential Type|Production URL|Respond|Respond With',
		'Actions|Credentials|Create credential|Respond to Webhook|Retry|Retry On Fail|Retry with original workflow|Save successful production executions',
		'Settings|Stop|Tool|Uninstall package|Update|View|Waiting executions|Webhook',
	].flatMap((line) => line.split('|')),
);
/** What the vendor's documents call the parts of Flowscale's dashboard. */
const OF_FLOWSCALE = new Set([
	'API Server',
	'ComfyUI Workspace',
	'Advanced API Settings',
	'Deploy',
	'Regenerate',
]);
/** Single words that head a paragraph. */
const HEADINGS = new Set(
	'After HTTP 429|Broken|Group IDs|Late|Memory|Missing|Reads|Refused|Restarts|Retries|Starts'.split(
		'|',
	),
);

/** Every name in a description: labels of fields, choices of lists, operations, actions. */
function namesIn(value: unknown): string[] {
	if (Array.isArray(value)) return value.flatMap(namesIn);
	if (typeof value !== 'object' || value === null) return [];
	return Object.entries(value).flatMap(([key, inner]) =>
		['displayName', 'name', 'valuesLabel', 'placeholder', 'action'].includes(key) &&
		typeof inner === 'string'
			? [inner]
			: namesIn(inner),
	);
}

const withoutUnit = (label: string) => label.replace(/ \((Seconds|MB|JSON)\)$/, '');
const labels = new Set(
	[
		...[Flowscale, FlowscaleTrigger, Comflowy, ComflowyTrigger, FlowAi].map((Node) =>
			namesIn(new Node().description),
		),
		...[FlowscaleApi, ComflowyApi, FlowAiApi].map((Type) => namesIn(new Type())),
	]
		.flat()
		.flatMap((label) => [label, withoutUnit(label)]),
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
		.flatMap(([, bold]) => bold.split(/\s*→\s*/))
		.map((word) => withoutUnit(word.replace(/[.:,]$/, '')))
		.filter(isLabel);
}

it('every label that a page names is on the screen: of a node, a credential, n8n or Flowscale', async () => {
	const docs = (await fs.readdir(join(projectDir, 'docs')))
		.filter((file) => file.endsWith('.md'))
		.map((file) => `docs/${file}`);
	const readmes = ['comflowy', 'flowai'].map((name) => `packages/n8n-nodes-${name}/README.md`);
	let count = 0;
	const unknown: string[] = [];
	for (const page of ['README.md', ...docs, ...readmes])
		for (const word of await boldWords(page)) {
			count++;
			const isKnown = [labels, OF_N8N, OF_FLOWSCALE, HEADINGS].some((set) => set.has(word));
			if (!isKnown) unknown.push(`${page}: ${word}`);
		}
	expect(unknown).toEqual([]);
	expect(count).toBeGreaterThan(150);
});

it('would notice a label of an earlier version', () => {
	expect(isLabel('Mapping Column Mode') && !labels.has('Mapping Column Mode')).toBe(true);
	expect(isLabel('A key belongs to a project')).toBe(false);
});
