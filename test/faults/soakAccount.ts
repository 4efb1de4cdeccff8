import { stdout } from '../../simulator/platform';

/** What a soak counts while it goes on. */
export interface SoakTally {
	items: number;
	succeeded: number;
	/** Items that failed in an execution and were taken up by a later one. */
	failedOnce: number;
	unfinished: string[];
	/** Error texts and how often each came. */
	texts: Map<string, number>;
}

export const emptyTally = (): SoakTally => ({
	items: 0,
	succeeded: 0,
	failedOnce: 0,
	unfinished: [],
	texts: new Map(),
});

/** Counts an error text, without what differs from run to run. */
export function countText({ texts }: SoakTally, text: string): void {
	const kind = text
		.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '<id>')
		.replace(/"soak-\d+"/g, '<group>')
		.replace(/127\.0\.0\.1:\d+/g, '<host>')
		.replace(/\d+(\.\d+)? s\b/g, '<n> s')
		.slice(0, 140);
	texts.set(kind, (texts.get(kind) ?? 0) + 1);
}

export interface SoakEnd {
	tally: SoakTally;
	runs: Array<{ run_id: string; state: string }>;
	/** How often the trigger reported each run. */
	seen: Map<string, number>;
	/** Bytes of each thing watched, by its name and in the order of time. */
	memory: Map<string, number[]>;
}

export const completedOf = (runs: SoakEnd['runs']): string[] =>
	runs.filter(({ state }) => state === 'completed').map(({ run_id }) => run_id);

const meanMb = (values: number[]) =>
	Math.round(values.reduce((sum, value) => sum + value, 0) / values.length / 1e6);

/**
 * Prints the account of a soak. False unless every item came out, with exactly one run, and the
 * trigger told each run once.
 */
export function closeAccount({ tally, runs, seen, memory }: SoakEnd): boolean {
	const completed = completedOf(runs);
	const missed = completed.filter((id) => !seen.has(id));
	const twice = [...seen.values()].filter((count) => count > 1).length;
	const isOneEach = runs.length === tally.items;
	stdout.write(
		`\nItems: ${tally.items}, came out: ${tally.succeeded}, of them taken up by a later execution: ${tally.failedOnce}, never: ${tally.unfinished.length}\n`,
	);
	for (const [text, count] of tally.texts)
		stdout.write(`  ${String(count).padStart(4)} × ${text}\n`);
	stdout.write(`Runs started: ${runs.length}, one per item: ${isOneEach ? 'yes' : 'NO'}\n`);
	stdout.write(
		`Trigger: ${seen.size} of ${completed.length} ended runs reported, ${missed.length} missed, ${twice} twice\n`,
	);
	for (const [name, values] of memory) {
		const quarter = Math.max(1, Math.floor(values.length / 4));
		stdout.write(
			`Memory (${name}): first quarter ${meanMb(values.slice(0, quarter))} MB, last quarter ${meanMb(values.slice(-quarter))} MB\n`,
		);
	}
	return tally.unfinished.length === 0 && isOneEach && missed.length === 0 && twice === 0;
}
