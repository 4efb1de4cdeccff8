/**
 * What grows without end, with figures (npm run test:hostile): each regular expression of the
 * shipped code over a megabyte of hostile text, lists of 300,000 runs, answers of 32 MB and values
 * nested a million deep, in a heap of 256 MB.
 */
import { execPath, exit, join, projectDir, stdout } from '../../simulator/platform';
import { runCommand } from '../repo/runCommand';
import { openBigService } from './bigService';
import { shippedPatterns, slowest } from './patterns';

const say = (line: string) => stdout.write(`${line}\n`);
const MOST_MS = 50;
const HEAP_MB = 256;
/**
 * The result, word for word, holds the number of requests and runs; the seconds are for a machine
 * that does other things as well, and end what would never end.
 */
const MEASUREMENTS: Array<[name: string, mostSeconds: number, result: string]> = [
	['fifty runs of a rare state', 60, '2 found among 20000 of 300000'],
	[
		'Run > Get Many, fifty of a rare state',
		60,
		'2 items. Only the first 20000 of 300000 runs of the list were read: 2 of them pass the filters (item 0). Enter a Group ID under Filters, or turn on Return All to read the whole list.',
	],
	['all runs of a rare state', 300, '30 found'],
	['an answer of 31 MB', 30, '31 runs'],
	['answers of 3 MB a run', 120, '0 found'],
	[
		'an answer nested a million deep',
		30,
		'Flowscale answered with JSON that is nested more than 200 levels deep',
	],
	['a text nested a million deep', 30, 'undefined'],
];
const failures: string[] = [];

/** What measure.ts prints. */
interface Measured {
	result: string;
	seconds: number;
	heapMb: number;
}

async function measurePatterns(): Promise<void> {
	const { patterns } = await shippedPatterns(projectDir);
	const results = patterns.map(({ place, pattern }) => {
		// A pattern that goes back over what it read would take minutes for a megabyte.
		const early = slowest(pattern, 20_000, MOST_MS);
		return {
			place,
			pattern,
			...(early.ms > MOST_MS ? early : slowest(pattern, 1_000_000, MOST_MS)),
		};
	});
	results.sort((a, b) => b.ms - a.ms);
	say(`${patterns.length} regular expressions over 1 MB of hostile text; the slowest:`);
	for (const { place, pattern, ms, text } of results.slice(0, 10))
		say(`  ${ms.toFixed(1).padStart(7)} ms  ${String(pattern).slice(0, 60)}  ${place}  ${text}`);
	for (const { place, ms } of results) if (ms > MOST_MS) failures.push(`${place} takes ${ms} ms`);
}

async function measureAnswers(): Promise<void> {
	const service = await openBigService();
	say(`With a heap of ${HEAP_MB} MB:`);
	for (const [name, mostSeconds, expected] of MEASUREMENTS) {
		const script = join(projectDir, 'test/hostile/measure.ts');
		const heap = `--max-old-space-size=${HEAP_MB}`;
		const args = [heap, '--import', 'tsx', script, name, service.address];
		const done = await runCommand(execPath, args, projectDir);
		if (done.code !== 0) {
			failures.push(`${name}: ${done.stderr.slice(0, 600)}`);
			continue;
		}
		const { result, seconds, heapMb } = JSON.parse(done.stdout) as Measured;
		say(
			`  ${seconds.toFixed(1).padStart(6)} s ${heapMb.toFixed(0).padStart(4)} MB  ${name}: ${result}`,
		);
		if (seconds > mostSeconds) failures.push(`${name} takes ${seconds} s`);
		if (result !== expected) failures.push(`${name}: ${result}`);
	}
	await service.close();
}

async function main(): Promise<void> {
	await measurePatterns();
	await measureAnswers();
	say(failures.length === 0 ? 'All within their limits.' : failures.join('\n'));
	exit(failures.length === 0 ? 0 : 1);
}

void main();
