import { defaultWorkflows } from '../../simulator/flowscale/workflows';
import { openSimulator } from '../../simulator/openSimulator';
import { closeAccount, completedOf, emptyTally } from '../faults/soakAccount';
import { type SoakRound, type SoakRoundResult, soakUntil } from '../faults/soakBatch';
import { ask } from './ask';
import { createPlayer } from './createPlayer';
import { generations } from './generations';
import { installN8n } from './installN8n';
import { flowscalePackage, packPackages } from './packages';
import { argv, exit, fs, join, onStopSignal, sleep, stdout, suiteFolder, tmpdir } from './platform';
import { runCommand } from './runCommand';
import { batchWorkflow, reportWorkflow, type SoakAnswer } from './soakWorkflows';
import { startCollector } from './startCollector';
import { startQueue, type Queue } from './startQueue';
import { stopAllProcesses } from './startProcess';

const say = (text: string) => stdout.write(`${text}\n`);
/** A process that keeps what it should not is ended by V8 rather than overlooked. */
const heapLimit = '--max-old-space-size=700';

/**
 * `npm run soak:n8n [minutes] [seed]`: batch after batch through n8n's queue mode (main, two
 * workers, PostgreSQL, Redis), with the trigger polling every minute, against a deployment of whose
 * requests 5 % suffer a random fault. Ends with 1 unless every item came out with exactly one run,
 * and the trigger told each run once.
 */
const soak = async (folder: string): Promise<boolean> => {
	const [minutes = '30', seed = '1'] = argv;
	const n8n = await installN8n(generations[0]);
	const packed = (await packPackages(folder)).filter(({ name }) => name === flowscalePackage.name);
	const probed = {
		NODE_OPTIONS: `${heapLimit} --require ${join(suiteFolder, 'heapProbe.js')}`,
		HEAP_PROBE_FOLDER: folder,
	};
	const cluster = await startQueue(
		{ ...n8n, env: { ...n8n.env, ...probed } },
		{ folder: join(folder, 'queue'), packed, workers: 2 },
	);
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
	const { baseUrl, apiKey } = service;
	const credential = await cluster.site.addCredential('Flowscale', {
		baseUrl,
		authentication: 'apiKey',
		apiKey,
	});
	const collector = await startCollector();
	const { publish } = createPlayer(cluster.site);
	// The first poll asks the service too, and may meet a fault like any other request.
	await publish(reportWorkflow(credential, collector.url)).catch(
		async () => await publish(reportWorkflow(credential, collector.url)),
	);
	await publish(batchWorkflow('soak', credential, defaultWorkflows[0].id));

	const begun = Date.now();
	const tally = emptyTally();
	const memory = watchProcesses(cluster, folder, (count) =>
		say(
			`${Math.round((Date.now() - begun) / 60_000)} min: ${tally.items} items, ${tally.succeeded} came out, ${collector.seen.size} seen by the trigger (${count} looks at the memory)`,
		),
	);
	await soakUntil(
		begun + Number(minutes) * 60_000,
		tally,
		async (round) => await playRound(`${cluster.site.server.baseUrl}/webhook/soak`, round),
	);

	const { runs } = await service.stats();
	// The trigger catches up: the last runs are seen by its next polls.
	for (
		const patienceMs = Date.now() + 150_000;
		Date.now() < patienceMs && !completedOf(runs).every((id) => collector.seen.has(id));

	)
		await sleep(1_000);
	const isGood = closeAccount({ tally, runs, seen: collector.seen, memory: await memory.stop() });
	say(`n8n ${n8n.version}, ${((Date.now() - begun) / 60_000).toFixed(1)} minutes`);
	collector.close();
	await cluster.stop();
	await service.close();
	return isGood;
};

/**
 * One execution of a batch in n8n; an execution that fails as a whole has told nothing of its
 * items.
 */
const playRound = async (url: string, round: SoakRound): Promise<SoakRoundResult> => {
	const answer = await ask(url, {
		method: 'POST',
		headers: { 'content-type': 'application/json' },
		body: JSON.stringify(round),
	});
	const text = await answer.text();
	if (!answer.ok)
		return { done: new Set(), texts: [`the execution failed: ${answer.status} ${text}`] };
	const answers = JSON.parse(text) as SoakAnswer[];
	return {
		done: new Set(
			answers.flatMap(({ prompt, state, file }) =>
				state === 'succeeded' && file !== '' ? [prompt] : [],
			),
		),
		texts: answers.flatMap(({ problem }) => (problem === '' ? [] : [problem])),
	};
};

/**
 * Resident memory of n8n's processes every five seconds, and what `heapProbe.js` noted in each of
 * them, in bytes.
 */
const watchProcesses = (
	{ site, workers }: Queue,
	probes: string,
	onMinute: (count: number) => void,
) => {
	const pids = new Map([
		['main', site.server.pid],
		...workers.map((worker, index): [string, number] => [`worker ${index + 1}`, worker.pid]),
	]);
	const memory = new Map([...pids.keys()].map((name): [string, number[]] => [name, []]));
	const columnOf = (text: string, column: number) =>
		text
			.trim()
			.split('\n')
			.map((line) => Number(line.split(' ')[column]));
	let isOver = false;
	const watching = (async () => {
		for (let count = 1; !isOver; count++) {
			for (const [name, pid] of pids)
				memory
					.get(name)
					?.push(Number(await runCommand('ps', ['-o', 'rss=', '-p', `${pid}`])) * 1024);
			if (count % 12 === 0) onMinute(count);
			await sleep(5_000);
		}
	})();
	return {
		stop: async () => {
			isOver = true;
			await watching;
			for (const [name, pid] of pids) {
				const text = await fs.readFile(join(probes, `${pid}`), 'utf8');
				memory.set(`${name}, heap after collection`, columnOf(text, 0));
				memory.set(`${name}, outside of the heap`, columnOf(text, 1));
			}
			return memory;
		},
	};
};

const main = async (): Promise<void> => {
	const folder = await fs.mkdtemp(join(tmpdir(), 'flowscale-soak-'));
	await fs.chmod(folder, 0o755);
	const end = async (code: number): Promise<never> => {
		await stopAllProcesses();
		await fs.rm(folder, { recursive: true, force: true });
		return exit(code);
	};
	onStopSignal(() => void end(130));
	await soak(folder).then(
		async (isGood) => await end(isGood ? 0 : 1),
		async (error: Error) => {
			say(error.stack ?? error.message);
			await end(1);
		},
	);
};

void main();
