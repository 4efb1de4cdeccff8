import { startEngine } from '../harness/startEngine';
import { outputOf } from '../harness/runWorkflow';
import { userFolder } from '../harness/environment';
import type { IDataObject } from 'n8n-workflow';
import { openSimulator } from '../../simulator/openSimulator';
import {
	argv,
	collectGarbage,
	exit,
	fs,
	memoryUsage,
	projectDir,
	sleep,
	stdout,
} from '../../simulator/platform';
import { defaultWorkflows } from '../../simulator/flowscale/workflows';
import { flowscaleNode } from './faultHarness';
import { pollFor } from './soakTrigger';
import { closeAccount, completedOf, emptyTally } from './soakAccount';
import { type SoakRound, type SoakRoundResult, soakUntil } from './soakBatch';
import { engineFor } from './soakEngine';

/**
 * `npm run soak [minutes] [seed]`: batch after batch on n8n's engine, with the trigger polling
 * beside it, against a deployment in a process of its own of whose requests 5 % suffer a random
 * fault. Ends with 1 unless every item came out with exactly one run.
 */
async function main(): Promise<void> {
	const [minutes = '30', seed = '1'] = argv;
	const service = await openSimulator(
		'--containers',
		'60',
		'--run-ms',
		'1500',
		'--chaos',
		'0.05',
		'--seed',
		seed,
	);
	const base = await startEngine(projectDir, {});
	const engine = engineFor(base, service);
	const begun = Date.now();
	const endMs = begun + Number(minutes) * 60_000;
	const tally = emptyTally();
	const memory = { heap: [] as number[], rss: [] as number[] };
	let isOver = false;
	const trigger = pollFor(engine, () => isOver);
	// What ended before its first good poll is history to it.
	await trigger.ready;

	const watch = (async () => {
		while (!isOver) {
			collectGarbage();
			// What is held weakly goes a turn later.
			await sleep(100);
			collectGarbage();
			const { heapUsed, rss } = memoryUsage();
			memory.heap.push(heapUsed);
			memory.rss.push(rss);
			if (memory.rss.length % 12 === 0)
				stdout.write(
					`${Math.round((Date.now() - begun) / 60_000)} min: ${tally.items} items, ${tally.succeeded} came out, ${trigger.seen.size} seen by the trigger, ${Math.round(heapUsed / 1e6)} MB heap\n`,
				);
			await sleep(5_000);
		}
	})();
	await soakUntil(endMs, tally, async (round) => await playRound(engine, round));
	const { runs } = await service.stats();
	const completed = completedOf(runs);
	// The trigger catches up: the last runs are seen by its next polls.
	for (
		const patienceMs = Date.now() + 60_000;
		Date.now() < patienceMs && !completed.every((id) => trigger.seen.has(id));

	)
		await sleep(500);
	isOver = true;
	await Promise.all([watch, trigger.done]);
	const isGood = closeAccount({
		tally,
		runs,
		seen: trigger.seen,
		memory: new Map(Object.entries(memory)),
	});
	stdout.write(`Polls: ${trigger.polls()}, ${trigger.failures()} of them failed\n`);
	await service.close();
	await fs.rm(userFolder, { recursive: true, force: true });
	exit(isGood ? 0 : 1);
}

/** One execution of a batch on the engine. */
async function playRound(
	engine: ReturnType<typeof engineFor>,
	{ prompts, groupId, reuseRun, liveEvents }: SoakRound,
): Promise<SoakRoundResult> {
	const options = { pollInterval: 0.3, timeout: 120, maxConcurrent: 6, reuseRun, liveEvents };
	const parameters: IDataObject = {
		workflowId: { __rl: true, mode: 'id', value: defaultWorkflows[0].id },
		inputMode: 'json',
		inputsJson: '={{ { "text_51536": $json.prompt } }}',
		groupId,
		options,
	};
	const items = prompts.map((prompt) => ({ json: { prompt } }));
	const execution = await engine.run(
		flowscaleNode('workflow.executeAndWait', parameters, { onError: 'continueRegularOutput' }),
		items,
	);
	const out = outputOf(execution, 'Flowscale');
	const isDone = (item: number) =>
		out.some(
			({ json, pairedItem, binary }) =>
				(pairedItem as { item: number })?.item === item &&
				json.state === 'succeeded' &&
				binary?.data !== undefined &&
				(binary.data.bytes ?? 1) > 0,
		);
	return {
		done: new Set(prompts.filter((_, item) => isDone(item))),
		texts: out.flatMap(({ json }) => (typeof json.error === 'string' ? [json.error] : [])),
	};
}

void main();
