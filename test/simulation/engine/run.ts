import { argv, exit, stdout } from '../../../simulator/platform';
import type { Batch } from '../play';
import { playAndReport } from '../report';
import { kindOf } from '../shrink';
import { startWorker } from './worker';

/** A batch of 25 worlds has about this many executions. */
const EXECUTIONS_PER_BATCH = 48;
const PROGRESS_EVERY = 2_000;

type Failure = Batch['failures'][number];

interface Total {
	executions: number;
	worlds: number;
	cpuMs: number;
	failures: Failure[];
}

const summary = ({ executions, worlds, cpuMs, failures }: Total) =>
	`${executions} executions on n8n's engine in ${worlds} worlds, ${(cpuMs / 1000).toFixed(0)} s of CPU, ${failures.length} worlds with complaints, ${new Date().toISOString()}`;

/** Plays so many executions, up to the first failure unless all are wanted. */
async function playAll(executions: number, seed: number, isSurvey: boolean): Promise<Total> {
	const total: Total = { executions: 0, worlds: 0, cpuMs: 0, failures: [] };
	// Some batches more: few executions in a batch are no reason to end early.
	const batches = Math.ceil((executions / EXECUTIONS_PER_BATCH) * 1.1);
	let reported = 0;
	await startWorker(['batches', `${seed}`, '1', `${batches}`], (line, stop) => {
		if (total.executions >= executions) return;
		const batch = JSON.parse(line) as Batch;
		total.executions += batch.executions;
		total.worlds += batch.worlds;
		total.cpuMs = batch.cpuMs;
		if (isSurvey) showNew(total.failures, batch.failures);
		total.failures.push(...batch.failures);
		if (total.executions - reported >= PROGRESS_EVERY) {
			reported = total.executions;
			stdout.write(`${summary(total)}\n`);
		}
		if (total.executions >= executions || (!isSurvey && total.failures.length > 0)) stop();
	});
	return total;
}

const kindsOf = (failures: Failure[]) =>
	new Set(failures.flatMap(({ complaints }) => complaints.map(kindOf)));

/** What was not found before, as soon as it is. */
function showNew(known: Failure[], found: Failure[]): void {
	const kinds = kindsOf(known);
	for (const { world, complaints } of found) {
		const fresh = complaints.filter((complaint) => !kinds.has(kindOf(complaint)));
		if (fresh.length > 0) stdout.write(`${fresh.join('\n')}\n    ${world}\n`);
	}
}

/**
 * `npm run test:simulate -- engine [executions] [seed] [survey]`: exits 1 with the smallest story
 * that it finds; with `survey` it counts kinds of complaints instead of stopping at the first.
 * `engine replay <world>` plays one world, `engine explain <world> <complaint>` makes it small.
 */
async function main(): Promise<void> {
	if (argv[0] === 'replay' || argv[0] === 'explain') exit(await startWorker(argv));
	const explain = async ({ world, complaints: [first] }: Failure) =>
		await startWorker(['explain', world, first]);
	await playAndReport({ usualExecutions: 2_000, playAll, summary, explain });
}

void main();
