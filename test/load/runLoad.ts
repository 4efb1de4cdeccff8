/**
 * Large batches on n8n's real engine, with figures (npm run test:load): a thousand items against
 * services that allow three runs at a time, ten thousand items that are executed twice with Reuse
 * Run, and three executions of a hundred items at once that share a queue. `npm run test:load --
 * 200 1000` takes 200 items and 1,000 items; a third number is how long a run takes, in
 * milliseconds; a fourth is the number of items of each of the three executions.
 */
import { userFolder } from '../harness/environment';
import { argv, exit, fs, stdout } from '../../simulator/platform';
import { limitedServices, promptsOf, runLimitedBatch, runTwice } from './batches';
import { MOST_QUEUED, runQueuedBatches } from './queuedBatches';

const say = (line: string) => stdout.write(`${line}\n`);
const [limitedCount, reusedCount] = [Number(argv[0] ?? 1_000), Number(argv[1] ?? 10_000)];
/** Short runs measure the machine and not the waiting. */
const RUN_MS = Number(argv[2] ?? 1_000);
const queuedCount = Number(argv[3] ?? 100);
const MOST_SHARE = 1.1;
const failures: string[] = [];

async function limited(name: string): Promise<void> {
	const result = await runLimitedBatch(name, limitedCount, RUN_MS);
	const share = result.seconds / result.idealSeconds;
	const expected = promptsOf(limitedCount);
	const right = result.prompts.filter((prompt, index) => prompt === expected[index]).length;
	say(
		`${name}: ${right} of ${limitedCount} items with their own result, ${result.starts} starts, ${result.refusals} refusals, ${result.seconds.toFixed(1)} s: ${share.toFixed(3)} of what three at a time need`,
	);
	if (right < limitedCount)
		failures.push(
			`${name}: ${String(result.prompts.find((prompt, index) => prompt !== expected[index]))}`,
		);
	if (result.starts !== limitedCount) failures.push(`${name}: ${result.starts} starts`);
	if (share > MOST_SHARE) failures.push(`${name}: ${share.toFixed(3)} of the ideal`);
}

async function reused(name: string, dialect: Parameters<typeof runTwice>[1], isRefused = false) {
	const { starts, right, lists, reads, error, seconds } = await runTwice(reusedCount, dialect);
	say(
		`Reuse Run, ${name}: ${starts[0]} starts, then ${starts[1]}; ${right} items with their own run, ${lists} lists and ${reads} reads in ${seconds.toFixed(1)} s${error ? `; "${error}"` : ''}`,
	);
	if (starts[1] > 0) failures.push(`Reuse Run, ${name}: ${starts[1]} new starts`);
	if (isRefused ? error === undefined : right < reusedCount)
		failures.push(`Reuse Run, ${name}: ${right}`);
}

async function queued() {
	const result = await runQueuedBatches(queuedCount, 2 * RUN_MS);
	const { recognised, starts, longest, excess, othersWait, others, seconds, idealSeconds } = result;
	say(
		`3 × ${queuedCount} items at once, Max Queued Runs ${MOST_QUEUED}: ${recognised} items with a run of theirs, ${starts} starts; the longest queue ${longest}, beyond the limit and the starts in flight ${excess}; ${others} runs of another user waited ${othersWait.toFixed(2)} run times at most; ${seconds.toFixed(1)} s: ${(seconds / idealSeconds).toFixed(3)} of what four containers need`,
	);
	if (recognised < 3 * queuedCount || starts !== recognised)
		failures.push(`Max Queued Runs: ${recognised}, ${starts}`);
	if (excess > 0) failures.push(`Max Queued Runs: a queue of ${longest}`);
	if (!(othersWait <= 2)) failures.push(`Max Queued Runs: another user waited ${othersWait}`);
}

async function main(): Promise<void> {
	say(`${limitedCount} items, runs of ${RUN_MS} ms, three at a time:`);
	if (limitedCount > 0) await Promise.all(Object.keys(limitedServices).map(limited));
	say(`${reusedCount} items, executed twice:`);
	if (reusedCount > 0) {
		await reused('pages of 100', {});
		await reused('pages of 10', { pageSizes: 'ignored' });
		await reused('a list without pages', { list: 'grouped' });
		await reused('sparse lists', { listEntries: 'sparse' }, reusedCount > 1_000);
		await reused('lists without run IDs', { list: 'openapi' }, true);
	}
	if (queuedCount > 0) await queued();
	await fs.rm(userFolder, { recursive: true, force: true });
	for (const failure of failures) say(`FAILED  ${failure}`);
	exit(failures.length === 0 ? 0 : 1);
}

void main();
