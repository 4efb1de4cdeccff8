import { compareVersions } from './versions';

/** How many of a group's checks passed, and which did not. */
export interface GroupResult {
	passed: number;
	failures: string[];
}

/** What one version of n8n was seen to do: by group of checks. */
export interface VersionResult {
	version: string;
	nodeVersion: number;
	groups: Record<string, GroupResult>;
}

const BEGIN = '<!-- versions: begin. As `npm run test:n8n -- versions` saw them. -->';
const END = '<!-- versions: end -->';

/** Groups of checks in the order of the table, as its readers call them. */
const COLUMNS: Record<string, string> = {
	discovery: 'In the editor',
	credential: 'Credential tests',
	tool: 'Agents’ tools',
	examples: 'Examples',
	suspended: 'Suspended over a restart',
};

const countText = (result: GroupResult | undefined): string =>
	result === undefined ? '–' : `${result.passed} of ${result.passed + result.failures.length}`;

const rowOf = ({ version, nodeVersion, groups }: VersionResult): string[] => [
	[version, nodeVersion, ...Object.keys(COLUMNS).map((group) => countText(groups[group]))].join(
		' | ',
	),
	...Object.values(groups).flatMap(({ failures }) => failures),
];

/** A row of the table, and the sentences below it that say what failed there. */
const readRows = (block: string): Map<string, { row: string; failures: string[] }> => {
	const rows = new Map<string, { row: string; failures: string[] }>();
	for (const line of block.split('\n')) {
		const [, row, version] = /^\| ((\d+\.\d+\.\d+) \| .*) \|$/.exec(line) ?? [];
		if (row !== undefined) rows.set(version, { row, failures: [] });
		const [, failed, failure] = /^- n8n (\d+\.\d+\.\d+): (.*)$/.exec(line) ?? [];
		if (failure !== undefined) rows.get(failed)?.failures.push(failure);
	}
	return rows;
};

/**
 * The document with what was seen written between its markers, newest version first. Versions that
 * were not played keep their rows.
 * @throws Error where the document has no such markers
 */
export const withResults = (document: string, results: VersionResult[]): string => {
	const [before, block, after] = partsOf(document);
	const rows = readRows(block);
	for (const result of results) {
		const [row, ...failures] = rowOf(result);
		rows.set(result.version, { row, failures });
	}
	const sorted = [...rows].sort(([a], [b]) => compareVersions(b, a));
	const head = ['n8n', 'Node.js', ...Object.values(COLUMNS)];
	const lines = [
		`| ${head.join(' | ')} |`,
		`| ${head.map(() => '---').join(' | ')} |`,
		...sorted.map(([, { row }]) => `| ${row} |`),
	];
	const failures = sorted.flatMap(([version, one]) =>
		one.failures.map((failure) => `- n8n ${version}: ${failure}`),
	);
	if (failures.length > 0) lines.push('', 'What failed there:', '', ...failures);
	return [before, BEGIN, `\n\n${lines.join('\n')}\n\n`, END, after].join('');
};

/**
 * A document that has no room for all columns, with the sums of the other one's rows between its
 * markers.
 * @param full what `withResults` gave
 */
export const withSums = (document: string, full: string): string => {
	const sumOf = (row: string): string => {
		const counts = [...row.matchAll(/(\d+) of (\d+)/g)].map(([, passed, all]) => [+passed, +all]);
		const [passed, all] = [0, 1].map((at) => counts.reduce((sum, count) => sum + count[at], 0));
		return `${passed}/${all}`;
	};
	const [, block] = partsOf(full);
	// Versions of one result share a row.
	const versionsBySum = new Map<string, string[]>();
	for (const [version, { row }] of readRows(block)) {
		const sum = sumOf(row);
		versionsBySum.set(sum, [...(versionsBySum.get(sum) ?? []), version]);
	}
	const rows = [...versionsBySum].map(([sum, versions]) => `| ${versions.join(', ')} | ${sum} |`);
	const [before, , after] = partsOf(document);
	const lines = ['| n8n | Checks passed |', '| --- | --- |', ...rows];
	return [before, BEGIN, `\n\n${lines.join('\n')}\n\n`, END, after].join('');
};

/** @throws Error where the document has no markers */
function partsOf(document: string): [before: string, block: string, after: string] {
	const [before, rest] = document.split(BEGIN);
	const [block, after] = (rest ?? '').split(END);
	if (after === undefined) throw new Error(`The document has no ${BEGIN} … ${END}`);
	return [before, block, after];
}
