import { fs, join, projectDir } from '../../simulator/platform';
import { packageFolders } from '../../tools/packages';
import { sourceTexts } from './messages';

/**
 * Phrases that readers stumble over, each with what to write instead and a sentence that must be
 * found. Most of them are good English in another sense; what is found is what stood in the way.
 */
const RETIRED: Array<[phrase: RegExp, instead: string, specimen: string]> = [
	[/\b(is|are|be) survived\b/i, 'survives', 'A restart is survived.'],
	[/\bown business\b/i, 'say whose it is', 'That is its own business.'],
	[/\ban own\b/i, 'its own, a separate', 'It has an own key.'],
	[/\bmend(s|ed|ing)?\b/i, 'fix', 'This mends the link.'],
	[/\b(afresh|anew)\b/i, 'again', 'It starts afresh.'],
	[/\bshall\b/i, 'should, will, or must', 'It shall wait.'],
	[/\b(go|goes|going|went|gone) on\b(?! to\b)/i, 'continue', 'The run goes on.'],
	[/\btells\b/i, 'reports, says, shows', 'The list tells no IDs.'],
	[/\btell\b(?=[^.]{1,60}\bfrom\b)/i, 'distinguish', 'It cannot tell a key from a host.'],
	[
		/\btell (of|no|its|the end|their end|little|the rest|more|a wrong)\b/i,
		'report, say, show',
		'Others tell the end.',
	],
	[/\btold\b/i, 'reported, said', 'n8n is told.'],
	[
		/\blooks? (worse|whether|again|once|at (each|every|its|the (run|queue|list|state)))\b/i,
		'check, poll',
		'It looks whether a run has ended.',
	],
	[
		/\b(per|one|last|next|two|first|second|single|each|every|another|a) looks?\b/i,
		'check, poll',
		'One look per minute.',
	],
	[/\blooks? worse than\b/i, 'say what happens', 'It looks worse than it is.'],
	[/\bblindly\b/i, 'by accident', 'It is not sent blindly.'],
	[/\bnever paid (for )?twice\b/i, 'never started twice by accident', 'A run is never paid twice.'],
	[/\ball rows at once\b/i, 'ten at a time unless you raise it', 'It runs all rows at once.'],
	[/\bStill Running\b/, 'Suspended has one output', 'The output Still Running.'],
	[/\bhand(s|ed|ing)? (on|out)\b/i, 'pass on, return', 'It hands out items.'],
	[
		/\b(put|stands?|connect|nodes?|field|mails?) behind\b|\bbehind (the (last|node|trigger|colon)|it)\b/i,
		'after',
		'Put Slack behind it.',
	],
	[
		/\b(its|the file’s|their|without (an|its|the)) ending\b/i,
		'extension',
		'The name without its ending.',
	],
	[/\bunder way\b/i, 'in progress', 'Ten requests are under way.'],
	[/\bfor want of\b/i, 'because there is no', 'It ends for want of time.'],
	[/ → /, '> in a path, as n8n writes it', 'Add Run → Get Outputs after it.'],
	[
		/\bwho (breaks|comes|wants) this\b|^Who \w+s\b/i,
		'whoever, if you',
		'Who breaks this is excluded.',
	],
];

interface Passage {
	where: string;
	text: string;
}

/**
 * The pages that people read; what is written from the nodes themselves is checked with the nodes.
 */
async function passagesOfPages(): Promise<Passage[]> {
	const pages = (await fs.readdir(join(projectDir, 'docs'), { recursive: true }))
		.filter((file) => file.endsWith('.md') && !file.endsWith('operations.md'))
		.map((file) => `docs/${file}`);
	const files = [
		...pages,
		...packageFolders.flatMap((folder) =>
			['README.md', 'CHANGELOG.md'].map((file) => join(folder, file)),
		),
		...['SECURITY.md', 'CONTRIBUTING.md', 'CODE_OF_CONDUCT.md'],
		...['ISSUE_TEMPLATE/fault.yml', 'ISSUE_TEMPLATE/wish.yml', 'pull_request_template.md'].map(
			(file) => `.github/${file}`,
		),
	];
	const passages = files.map(async (file) => {
		const text = await fs.readFile(join(projectDir, file), 'utf8');
		// Code and messages that are quoted word by word are checked where they are written.
		const prose = text.replace(/```[\s\S]*?```/g, (code) => code.replace(/[^\n]/g, '')).split('\n');
		return prose.map((line, index) => ({
			where: `${file}:${index + 1}`,
			text: line.replace(/`[^`]*`/g, ''),
		}));
	});
	return (await Promise.all(passages)).flat();
}

/** Sticky notes of the examples, line by line. */
async function passagesOfNotes(): Promise<Passage[]> {
	const files = await fs.readdir(join(projectDir, 'examples'));
	const notes = files.map(async (file) => {
		const { nodes } = JSON.parse(await fs.readFile(join(projectDir, 'examples', file), 'utf8')) as {
			nodes: Array<{ type: string; parameters: { content?: string } }>;
		};
		return nodes
			.filter(({ type }) => type === 'n8n-nodes-base.stickyNote')
			.flatMap(({ parameters }) => (parameters.content ?? '').split('\n'))
			.map((text) => ({ where: `examples/${file}`, text }));
	});
	return (await Promise.all(notes)).flat();
}

/** Labels, hints, notices and messages: texts of several words in what ships. */
async function passagesOfNodes(): Promise<Passage[]> {
	return (await sourceTexts())
		.filter(({ text }) => text.split(' ').length > 3)
		.map(({ file, text }) => ({ where: file, text }));
}

const retiredIn = ({ where, text }: Passage): string[] =>
	RETIRED.flatMap(([phrase, instead]) => {
		const [found] = phrase.exec(text) ?? [];
		return found === undefined ? [] : [`${where}: "${found}" (instead: ${instead})`];
	});

it.each(RETIRED.map(([phrase, instead, specimen]) => ({ phrase, instead, specimen })))(
	'finds "$specimen"',
	({ specimen }) => {
		expect(retiredIn({ where: 'x', text: specimen })).not.toEqual([]);
	},
);

it('finds nothing in plain sentences', () => {
	for (const text of [
		'The run continues. Go on to the next page.',
		'Tell the maintainers in private.',
		'The node cannot tell which run is whose.',
		'A proxy in front of the deployment, and the GPU behind the API.',
	])
		expect(retiredIn({ where: 'x', text })).toEqual([]);
});

it('no page says it in retired words', async () => {
	const passages = await passagesOfPages();
	expect(passages.length).toBeGreaterThan(500);
	expect(passages.flatMap(retiredIn)).toEqual([]);
});

it('no label, hint or message says it in retired words', async () => {
	const passages = await passagesOfNodes();
	expect(passages.length).toBeGreaterThan(200);
	expect(passages.flatMap(retiredIn)).toEqual([]);
});

it('no sticky note of an example says it in retired words', async () => {
	const passages = await passagesOfNotes();
	expect(passages.length).toBeGreaterThan(100);
	expect(passages.flatMap(retiredIn)).toEqual([]);
});

it('the README is short enough to be read', async () => {
	const words = (await fs.readFile(join(projectDir, 'README.md'), 'utf8')).trim().split(/\s+/);
	expect(words.length).toBeLessThanOrEqual(1_700);
});
