import { startEngine } from '../engine/startEngine';
import { outputOf } from '../engine/runWorkflow';
import { userFolder } from '../engine/environment';
import type { IDataObject } from 'n8n-workflow';
import { argv, collectGarbage, exit, fs, memoryUsage, projectDir, sleep, stdout } from '../../simulator/platform';
import { defaultWorkflows } from '../../simulator/flowscale/workflows';
import { flowscaleNode } from './bench';
import { pollFor } from './soakTrigger';
import { engineFor, spawnFlowscale } from './soakService';

const ITEMS_PER_EXECUTION = 12;
const EXECUTIONS_AT_A_TIME = 4;
/** Executions of one batch until all of its items have come out. */
const MOST_ROUNDS = 8;

interface Tally {
	items: number;
	succeeded: number;
	/** Items that failed in an execution and were taken up by a later one. */
	failedOnce: number;
	unfinished: string[];
	texts: Map<string, number>;
}

/**
 * `npm run soak [minutes] [seed]`: batch after batch on n8n's engine, with the trigger polling beside it, against a deployment
 * in a process of its own of whose requests 5 % suffer a random fault. Ends with 1 unless every item came out with exactly one run.
 */
async function main(): Promise<void> {
	const [minutes = '30', seed = '1'] = argv;
	const service = await spawnFlowscale(['--containers', '60', '--run-ms', '1500', '--chaos', '0.05', '--seed', seed]);
	const base = await startEngine(projectDir, {});
	const engine = engineFor(base, service);
	const begun = Date.now();
	const endMs = begun + Number(minutes) * 60_000;
	const tally: Tally = { items: 0, succeeded: 0, failedOnce: 0, unfinished: [], texts: new Map() };
	const memory: Array<{ atMs: number; heap: number; rss: number }> = [];
	let batch = 0;
	let isOver = false;
	const trigger = pollFor(engine, () => isOver);
	// What ended before its first good poll is history to it.
	await trigger.ready;

	const workers = Array.from({ length: EXECUTIONS_AT_A_TIME }, async () => {
		while (Date.now() < endMs) await runBatch(engine, `soak-${++batch}`, tally);
	});
	const watch = (async () => {
		while (!isOver) {
			collectGarbage();
			const { heapUsed, rss } = memoryUsage();
			memory.push({ atMs: Date.now() - begun, heap: heapUsed, rss });
			if (memory.length % 12 === 0) stdout.write(`${Math.round((Date.now() - begun) / 60_000)} min: ${tally.items} items, ${tally.succeeded} came out, ${trigger.seen.size} seen by the trigger, ${Math.round(heapUsed / 1e6)} MB heap\n`);
			await sleep(5_000);
		}
	})();
	await Promise.all(workers);
	const runs = await service.runs();
	const completed = runs.filter(({ state }) => state === 'completed').map(({ run_id }) => run_id);
	// The trigger catches up: the last runs are seen by its next polls.
	for (const patienceMs = Date.now() + 60_000; Date.now() < patienceMs && !completed.every((id) => trigger.seen.has(id)); ) await sleep(500);
	isOver = true;
	await Promise.all([watch, trigger.done]);
	const isGood = report(tally, runs.length, completed, trigger, memory);
	await service.stop();
	await fs.rm(userFolder, { recursive: true, force: true });
	exit(isGood ? 0 : 1);
}

/** One batch in a group of its own, executed again with Reuse Run until every item has come out. */
async function runBatch(engine: ReturnType<typeof engineFor>, groupId: string, tally: Tally): Promise<void> {
	let open = Array.from({ length: ITEMS_PER_EXECUTION }, (_, i) => `${groupId} item ${i}`);
	tally.items += open.length;
	for (let round = 1; round <= MOST_ROUNDS && open.length > 0; round++) {
		const options = { pollInterval: 0.3, timeout: 120, maxConcurrent: 6, reuseRun: round > 1, liveEvents: round % 2 === 1 };
		const parameters: IDataObject = { workflowId: { __rl: true, mode: 'id', value: defaultWorkflows[0].id }, inputMode: 'json', inputsJson: '={{ { "text_51536": $json.prompt } }}', groupId, options };
		const items = open.map((prompt) => ({ json: { prompt } }));
		const execution = await engine.run(flowscaleNode('workflow.executeAndWait', parameters, { onError: 'continueRegularOutput' }), items);
		const out = outputOf(execution, 'Flowscale');
		const isDone = (i: number) => out.some(({ json, pairedItem, binary }) => (pairedItem as { item: number })?.item === i && json.state === 'succeeded' && (binary?.data?.bytes ?? 1) > 0 && binary?.data !== undefined);
		for (const { json } of out) if (typeof json.error === 'string') tally.texts.set(kindOf(json.error), (tally.texts.get(kindOf(json.error)) ?? 0) + 1);
		const left = open.filter((_, i) => !isDone(i));
		tally.succeeded += open.length - left.length;
		if (round === 1) tally.failedOnce += left.length;
		open = left;
	}
	tally.unfinished.push(...open);
}

const kindOf = (text: string) => text.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '<id>').replace(/"soak-\d+"/g, '<group>').replace(/127\.0\.0\.1:\d+/g, '<host>').replace(/\d+(\.\d+)? s\b/g, '<n> s').slice(0, 140);

function report(tally: Tally, started: number, completed: string[], trigger: ReturnType<typeof pollFor>, memory: Array<{ heap: number; rss: number }>): boolean {
	const quarter = Math.max(1, Math.floor(memory.length / 4));
	const mean = (rows: typeof memory, key: 'heap' | 'rss') => Math.round(rows.reduce((sum, row) => sum + row[key], 0) / rows.length / 1e6);
	const missed = completed.filter((id) => !trigger.seen.has(id));
	const twice = [...trigger.seen.values()].filter((count) => count > 1).length;
	stdout.write(`\nItems: ${tally.items}, came out: ${tally.succeeded}, of them taken up by a later execution: ${tally.failedOnce}, never: ${tally.unfinished.length}\n`);
	for (const [text, count] of tally.texts) stdout.write(`  ${String(count).padStart(4)} × ${text}\n`);
	stdout.write(`Runs started: ${started}, one per item: ${started === tally.items ? 'yes' : 'NO'}\n`);
	stdout.write(`Trigger: ${trigger.seen.size} of ${completed.length} ended runs reported, ${missed.length} missed, ${twice} twice, ${trigger.polls()} polls, ${trigger.failures()} of them failed\n`);
	for (const key of ['heap', 'rss'] as const) stdout.write(`Memory (${key}): first quarter ${mean(memory.slice(0, quarter), key)} MB, last quarter ${mean(memory.slice(-quarter), key)} MB\n`);
	return tally.unfinished.length === 0 && started === tally.items && missed.length === 0 && twice === 0;
}

void main();
