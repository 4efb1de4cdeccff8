import { fs, join, projectDir } from '../../simulator/platform';
import { sourceTexts } from './messages';

/** Phrases that readers stumble over, with what to write instead. */
const RETIRED: Array<[phrase: RegExp, instead: string]> = [
	[/\b(is|are|be) survived\b/i, 'survives'],
	[/\bown business\b/i, 'say whose it is'],
	[/\bmend(s|ed|ing)?\b/i, 'fix'],
	[/\bafresh\b/i, 'again'],
	[/\bshall\b/i, 'should, will, or must'],
	[/\b(go|goes|going|went) on\b(?! to\b)/i, 'continue'],
	[
		/\btells? (of|no|its|the end|their end|little|the rest|more|you|a wrong)\b/i,
		'report, say, show',
	],
	[/\btold\b/i, 'reported, said'],
	[/\blooks? (worse|whether)\b/i, 'check'],
	[/\b(per|one|last|next|two|a) looks?\b/i, 'check, poll'],
	[/\bblindly\b/i, 'by accident'],
	[/\bnever paid twice\b/i, 'never started twice by accident'],
	[/\ball rows at once\b/i, 'ten at a time unless you raise it'],
	[/\bStill Running\b/, 'Suspended has one output'],
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
	const siblings = ['n8n-nodes-comflowy', 'n8n-nodes-flowai'].map((name) => `packages/${name}/`);
	const files = [
		...pages,
		...['', ...siblings].flatMap((folder) => [`${folder}README.md`, `${folder}CHANGELOG.md`]),
		'SECURITY.md',
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

it('finds a retired phrase', () => {
	expect(
		retiredIn({ where: 'x', text: 'The run goes on, and a restart is survived.' }),
	).toHaveLength(2);
	expect(retiredIn({ where: 'x', text: 'The run continues.' })).toEqual([]);
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

it('the README is short enough to be read', async () => {
	const words = (await fs.readFile(join(projectDir, 'README.md'), 'utf8')).trim().split(/\s+/);
	expect(words.length).toBeLessThanOrEqual(1_700);
});
