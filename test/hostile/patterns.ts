import * as ts from 'typescript';
import { cpuUsage, fs, join } from '../../simulator/platform';

/** A regular expression of the shipped code, and where it stands. */
export interface ShippedPattern {
	place: string;
	pattern: RegExp;
}

const SHIPPED = /^(?:nodes|credentials|packages\/[^/]+\/(?:nodes|credentials))\/.*\.ts$/;

/**
 * Every regular expression literal of the code that ships. `dynamic` names the places of those that
 * are put together from texts.
 */
export async function shippedPatterns(
	root: string,
): Promise<{ patterns: ShippedPattern[]; dynamic: string[] }> {
	const lists = await Promise.all(
		['nodes', 'credentials', 'packages'].map(async (folder) => {
			const entries = await fs.readdir(join(root, folder), {
				recursive: true,
				withFileTypes: true,
			});
			return entries.map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
		}),
	);
	const paths = lists
		.flat()
		.filter((path) => SHIPPED.test(path) && !/node_modules|\/dist\//.test(path));
	const patterns: ShippedPattern[] = [];
	const dynamic: string[] = [];
	for (const path of paths.sort()) {
		const text = await fs.readFile(join(root, path), 'utf8');
		const tree = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true);
		const visit = (node: ts.Node): void => {
			const place = `${path}:${tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1}`;
			if (ts.isRegularExpressionLiteral(node)) {
				const end = node.text.lastIndexOf('/');
				patterns.push({
					place,
					pattern: new RegExp(node.text.slice(1, end), node.text.slice(end + 1)),
				});
			}
			if (ts.isNewExpression(node) && node.expression.getText(tree) === 'RegExp')
				dynamic.push(path);
			ts.forEachChild(node, visit);
		};
		visit(tree);
	}
	return { patterns, dynamic: [...new Set(dynamic)] };
}

const UNITS = [
	...' \t\n\raA0._-/\\"\'<>[]{}()%&#;:,=+*?@!|~^$`é\u200b\ud800',
	...[
		'<a',
		'</',
		'<script',
		'a.',
		'. ',
		' .',
		'0.',
		'1e',
		'%2',
		'%25',
		'&#',
		'&a',
		'://',
		'{{',
		'}}',
		'={{',
		'data:',
		'a=',
		'a,',
		', ',
		'\r\n',
		'a ',
		' a',
		'--',
		'..',
		'//',
		'\\"',
		'${',
		'ab-',
	],
];
const ENDS = ['', '\u0000', '!', 'a', '\n'];

/**
 * Texts that make patterns which go back over what they read take their worst time: repetitions of
 * what the pattern looks for.
 */
function hostileTexts({ source }: RegExp, length: number): string[] {
	const words = source.match(/[a-z]{2,}|[^\\a-z0-9\s]/gi) ?? [];
	const units = new Set([
		...UNITS,
		...words,
		...words.map((word) => `${word} `),
		words.join('').slice(0, 40) || 'a',
	]);
	return [...units].flatMap((unit) => {
		const body = unit.repeat(Math.ceil(length / unit.length)).slice(0, length);
		return [
			...ENDS.map((end) => body + end),
			...words.slice(0, 3).map((word) => word + body + '\u0000'),
		];
	});
}

/** Time that this process has computed for: a busy machine does not make it longer. */
function cpuMs(): number {
	const { user, system } = cpuUsage();
	return (user + system) / 1_000;
}

/** Finds all matches, and keeps none: making texts of them would be measured as well. */
function timeToMatch(pattern: RegExp, text: string): number {
	const began = cpuMs();
	pattern.lastIndex = 0;
	for (let from = -1; pattern.test(text) && pattern.global; from = pattern.lastIndex)
		// A match of nothing does not move on by itself.
		if (pattern.lastIndex === from) pattern.lastIndex++;
	return cpuMs() - began;
}

/**
 * Milliseconds of computing that the slowest of these texts takes; stops at the first that takes longer than the
 * limit.
 */
export function slowest(
	{ source, flags }: RegExp,
	length: number,
	limitMs: number,
): { ms: number; text: string } {
	const pattern = new RegExp(source, flags);
	let worst = { ms: 0, text: '' };
	for (const text of hostileTexts(pattern, length)) {
		let ms = timeToMatch(pattern, text);
		// The best of several, since the machine may be busy with something else.
		for (let tries = 1; tries < 8 && ms > worst.ms && ms < 20 * limitMs; tries++)
			ms = Math.min(ms, timeToMatch(pattern, text));
		if (ms > worst.ms) worst = { ms, text: `${JSON.stringify(text.slice(0, 24))}…` };
		if (ms > limitMs) break;
	}
	return worst;
}
