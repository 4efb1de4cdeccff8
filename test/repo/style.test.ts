import * as ts from 'typescript';
import { execPath, fs, join, projectDir as root } from '../../simulator/platform';
import { runCommand } from './runCommand';

/** Folders whose TypeScript is ours. */
const CODE = ['nodes', 'credentials', 'packages', 'simulator', 'test', 'demo', 'benchmarks'];
const MOST_LINES = 60;
/** Functions that may be longer, as `file › function`, each with its reason. At most five. */
const MAY_BE_LONG: Record<string, string> = {};

/**
 * Words of this repository's own former language, and what to say instead (CONTRIBUTING, "Words").
 */
const RETIRED = new Map([
	['Loss', 'NetworkFailure'],
	['readLoss', 'classifyNetworkError'],
	['isLoss', 'isNetworkFailure'],
	['isPassing', 'isRetryable'],
	['UserMistake', 'ConfigurationError'],
	['Stopped', 'ExecutionCancelledError'],
	['ServiceFailure', 'ServiceError'],
	['serviceWords', 'serviceErrors'],
	['breather', 'eventLoopYielder'],
	['Workplace', 'NodeDefinition'],
	['life', 'abort'],
	['farewell', 'shutdownGracePeriod'],
	['Looker', 'RunPoller'],
	['secondOpinion', 'verify'],
	['CallbackDesk', 'CallbackRegistration'],
	['speaker', 'chunkStreamer'],
	['eventsApart', 'splitEvents'],
	['answerForm', 'detectFormat'],
	['courtesyMs', 'deadlineSlackMs'],
	['swarm', 'debounce'],
	['rouse', 'wake'],
	['ledger', 'seenRuns'],
	['doneUntilMs', 'watermarkMs'],
	['isDeep', 'reachedWatermark'],
	['isWhole', 'isComplete'],
	['own', 'raw'],
	['ownItemOf', 'rawItem'],
	['told', 'received'],
	['underWay', 'inProgress'],
	['runOf', 'createRun'],
	['namedRun', 'runWithId'],
	['stampOf', 'parseTimestamp'],
	['StartOrder', 'StartRequest'],
	['recall', 'get'],
	['unknownRun', 'runNotFoundError'],
	['stage', 'harness'],
	['bench', 'faultHarness'],
	['contestant', 'provider'],
]);

/**
 * Words of the same kind in comments. Some of them are good English elsewhere, but
 * each stood in a sentence that had to be read twice.
 */
const RETIRED_IN_COMMENTS =
	/\b(told|tells?|mend(s|ed|ing)?|afresh|anew|(go|goes|going|went) on|ledger|floor|swarm|whoever|a look|under way|hand(s|ed|ing)? (on|out)|for want of|an own)\b/i;

interface Source {
	path: string;
	tree: ts.SourceFile;
}

/** All of them, read once for all tests. */
let known: Promise<Source[]> | undefined;
const sources = async (): Promise<Source[]> => await (known ??= readSources());

async function readSources(): Promise<Source[]> {
	const lists = await Promise.all(
		CODE.map(async (folder) => {
			const entries = await fs.readdir(join(root, folder), {
				recursive: true,
				withFileTypes: true,
			});
			return entries
				.filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
				.map((entry) => join(entry.parentPath, entry.name))
				.filter((path) => !/node_modules|\/dist\/|\/build\//.test(path));
		}),
	);
	return await Promise.all(
		lists.flat().map(async (path) => {
			const text = await fs.readFile(path, 'utf8');
			const tree = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true);
			return { path: path.slice(root.length).replace(/^\//, ''), tree };
		}),
	);
}

function visitAll(tree: ts.Node, visit: (node: ts.Node) => void): void {
	visit(tree);
	ts.forEachChild(tree, (child) => visitAll(child, visit));
}

/** Functions of a file that are longer than allowed, as `file › function`. */
function longFunctions({ path, tree }: Source): string[] {
	const found: string[] = [];
	visitAll(tree, (node) => {
		if (!ts.isFunctionLike(node) || !('body' in node) || node.body === undefined) return;
		const lineOf = (position: number) => tree.getLineAndCharacterOfPosition(position).line;
		const lines = lineOf(node.getEnd()) - lineOf(node.getStart(tree)) + 1;
		const named =
			node.name ?? (ts.isVariableDeclaration(node.parent) ? node.parent.name : undefined);
		if (lines > MOST_LINES) found.push(`${path} › ${named?.getText(tree) ?? 'anonymous'}`);
	});
	return found;
}

/** Identifiers of a file that are retired words, as `file: word (say …)`. */
function retiredWords({ path, tree }: Source): string[] {
	const found = new Set<string>();
	visitAll(tree, (node) => {
		if (ts.isIdentifier(node) && RETIRED.has(node.text))
			found.add(`${path}: ${node.text} (say ${RETIRED.get(node.text)})`);
	});
	return [...found];
}

/** Comments of a file with a retired word, as `file:line: word`. */
function retiredInComments({ path, tree }: Source): string[] {
	const { text } = tree;
	const ranges = new Map<number, ts.CommentRange>();
	visitAll(tree, (node) => {
		for (const range of ts.getLeadingCommentRanges(text, node.getFullStart()) ?? [])
			ranges.set(range.pos, range);
	});
	return [...ranges.values()].flatMap(({ pos, end }) => {
		const [word] = RETIRED_IN_COMMENTS.exec(text.slice(pos, end)) ?? [];
		const line = tree.getLineAndCharacterOfPosition(pos).line + 1;
		return word === undefined ? [] : [`${path}:${line}: ${word}`];
	});
}

it('Prettier has formatted everything', async () => {
	const bin = join(root, 'node_modules/prettier/bin/prettier.cjs');
	// By content: what was checked before need not be read again, whatever the time of its file.
	const cache = ['--cache', '--cache-strategy', 'content'];
	const { stdout, stderr, code } = await runCommand(
		execPath,
		[bin, '--check', ...cache, '.'],
		root,
	);
	expect({ code, unformatted: (stdout + stderr).match(/^\[warn\] .*$/gm) ?? [] }).toEqual({
		code: 0,
		unformatted: [],
	});
}, 120_000);

describe('what ships and the simulator', () => {
	it(`has functions of at most ${MOST_LINES} lines`, async () => {
		const code = (await sources()).filter(({ path }) => /^(?!test|demo|benchmarks)/.test(path));
		expect(code.length).toBeGreaterThan(100);
		expect(code.flatMap(longFunctions).filter((name) => !Object.hasOwn(MAY_BE_LONG, name))).toEqual(
			[],
		);
		expect(Object.keys(MAY_BE_LONG).length).toBeLessThanOrEqual(5);
	});
});

it('no retired word comes back as an identifier', async () => {
	expect((await sources()).flatMap(retiredWords)).toEqual([]);
});

it('no comment of what ships, of the simulator or the harness is written in retired words', async () => {
	const read = (await sources()).filter(({ path }) =>
		/(^|\/)(nodes|credentials)\/|^(simulator|test\/harness)\//.test(path),
	);
	expect(read.length).toBeGreaterThan(200);
	expect(read.flatMap(retiredInComments)).toEqual([]);
});

it('the checks of functions and words find what they look for', () => {
	const comment = '/** The run goes on. */\nx();\n// It is told.\ny();\n';
	const commented = ts.createSourceFile('b.ts', comment, 99, true);
	expect(retiredInComments({ path: 'b.ts', tree: commented })).toEqual([
		'b.ts:1: goes on',
		'b.ts:3: told',
	]);
	const body = 'x();\n'.repeat(MOST_LINES);
	const text = `const told = 1;\nfunction long() {\n${body}}\n`;
	const source = { path: 'a.ts', tree: ts.createSourceFile('a.ts', text, 99, true) };
	expect(longFunctions(source)).toEqual(['a.ts › long']);
	expect(retiredWords(source)).toEqual(['a.ts: told (say received)']);
});
