import type { Row } from '../measurement';
import { fs, join, projectDir } from '../../simulator/platform';
import { numberOf, type Results } from './markdown';

/**
 * Rows of docs/figures.md: what it is, and the ids of the figures of this node, of a loop of n8n's
 * own nodes, and of the SDK.
 */
const SHOWN: Array<[what: string, ours: string[], loop?: string, sdk?: string]> = [
	[
		'100 runs of 0.5 s on 8 GPUs, files fetched: time over the ideal',
		['batchWall'],
		'loopBatchWall',
		'sdkBatchWall',
	],
	[
		'… requests per second besides starts and downloads',
		['batchRequests'],
		'loopBatchRequests',
		'sdkBatchRequests',
	],
	[
		'From a run’s end to its item (with live events, and without)',
		['streamDelay', 'pollDelay'],
		'loopDelay',
		'sdkDelay',
	],
	['Requests for a run of 3 s', ['streamRequests', 'pollRequests'], 'loopRequests', 'sdkRequests'],
	['Requests for a run of 10 minutes, without live events', ['longRun'], undefined, 'sdkLongRun'],
	['Memory for a file of 1 GiB, out and in', ['outputMemory', 'inputMemory']],
	['CPU time of a wait of 30 s (with live events, and without)', ['waitCpu', 'pollCpu']],
	['Package, and time to load its nodes', ['unpacked', 'loadMs']],
];

const BETWEEN = /(?<=<!-- figures: begin[^>]*-->\n)[\s\S]*?(?=<!-- figures: end -->)/;

/** A figure as the documents show it. @throws when the benchmark has no such row. */
function figureIn(rows: Row[], id: string): string {
	const row = rows.find((candidate) => candidate.id === id);
	if (row === undefined) throw new Error(`The benchmark has no row "${id}"`);
	return numberOf(row.value, row).replace(' ×', '×');
}

function allFigures({ at, repeats, rows }: Results): string {
	const lines = SHOWN.map(
		([what, ours, ...others]) =>
			`| ${what} | **${ours.map((id) => figureIn(rows, id)).join(', ')}** | ${others
				.map((id) => (id === undefined ? '' : figureIn(rows, id)))
				.concat('', '')
				.slice(0, 2)
				.join(' | ')} |`,
	);
	return `
| | This node | HTTP Request + Wait 2 s + If | Flowscale’s SDK, 2 s |
| --- | ---: | ---: | ---: |
${lines.join('\n')}

![Waiting compared](benchmark.svg)

Medians of ${repeats}, measured on ${at.slice(0, 10)} by \`npm run bench\` against a simulated deployment on the same machine; the loop and the SDK are their
documented algorithms on the same engine. All rows with their spread and bounds: [benchmarks/results.md](../benchmarks/results.md).

`;
}

/** The three figures of the README, each with the condition under which it was measured. */
function threeFigures({ rows }: Results): string {
	const figure = (id: string) => figureIn(rows, id);
	return `
| What | This node | Compared with |
| --- | --- | --- |
| 100 runs of 0.5 s on 8 GPUs, files fetched: time over the ideal | **${figure('batchWall')}** | ${figure('sdkBatchWall')} for the algorithm of Flowscale’s SDK, one item at a time |
| From a run’s end to its item | **${figure('streamDelay')}** with live events, **${figure('pollDelay')}** without | ${figure('loopDelay')} for HTTP Request + Wait 2 s + If |
| Memory for a file of 1 GiB, out and in, files on disk | **${figure('outputMemory')}, ${figure('inputMemory')}** | |

`;
}

async function writeBetweenMarks(path: string, figures: string): Promise<void> {
	const file = join(projectDir, path);
	const text = await fs.readFile(file, 'utf8');
	if (!BETWEEN.test(text)) throw new Error(`${path} has no place for figures`);
	await fs.writeFile(
		file,
		text.replace(BETWEEN, () => figures),
	);
}

/**
 * Writes the figures into docs/figures.md, and three of them into the README, between their marks.
 */
export async function writeFigures(results: Results): Promise<void> {
	await writeBetweenMarks('docs/figures.md', allFigures(results));
	await writeBetweenMarks('README.md', threeFigures(results));
}
