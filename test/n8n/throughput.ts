import type { SavedWorkflow, WorkflowNode } from './connectRest';
import { createPlayer } from './createPlayer';
import { chain, executeAndWait, flowscaleNode, placed, webhookNode } from './flowscaleNode';
import { generations } from './generations';
import { installN8n } from './installN8n';
import { flowscalePackage, packPackages } from './packages';
import { argv, exit, fs, join, ok, sleep, stdout, tmpdir } from './platform';
import { setHarness, type Harness } from './stage';
import { stopAllProcesses, type StartedProcess } from './startProcess';
import { startQueue } from './startQueue';

/**
 * `throughput.ts [executions] [concurrency]`: executions of one item each on a main process and two
 * workers, called by a webhook. Ours, with runs of two seconds, against n8n's Wait node of two
 * seconds in its place. A worker takes as many executions at a time as n8n's workers do where
 * nothing is set; with more of them, the two cores of a small machine, which the service's stand-in
 * and the database use too, are the limit, rather than the wait.
 */
const EXECUTIONS = Number(argv[0] ?? 1_000);
const CONCURRENCY = Number(argv[1] ?? 10);
const RUN_MS = 2_000;
const WORKERS = 2;
const CALLS_AT_A_TIME = 10;
const LONGEST_MS = 900_000;
/** What ours must reach of the Wait node's throughput. */
const LEAST_SHARE = 0.8;

const slow = 'ee871c99-7b84-4a0d-90af-ddff11dd9999';

const say = (text: string) => stdout.write(`${text}\n`);

const waitNode = (): WorkflowNode => ({
	...placed(),
	name: 'Wait',
	type: 'n8n-nodes-base.wait',
	typeVersion: 1.1,
	parameters: { resume: 'timeInterval', amount: RUN_MS / 1_000, unit: 'seconds' },
});

async function countSucceeded({ rest }: Harness, { id }: SavedWorkflow): Promise<number> {
	const filter = encodeURIComponent(JSON.stringify({ workflowId: id, status: ['success'] }));
	const path = `/rest/executions?limit=1&filter=${filter}`;
	return (await rest.request<{ count: number }>('GET', path)).count;
}

/** Executions a second, from the first call to the last success. @throws when not all succeed */
async function measure(harness: Harness, path: string, node: WorkflowNode): Promise<number> {
	const { publish, call } = createPlayer(harness);
	const workflow = await publish(chain(path, webhookNode(path), node));
	const beganMs = Date.now();
	let called = 0;
	const caller = async () => {
		while (called++ < EXECUTIONS) await call(path);
	};
	await Promise.all(Array.from({ length: CALLS_AT_A_TIME }, caller));
	for (;;) {
		const succeeded = await countSucceeded(harness, workflow);
		if (succeeded === EXECUTIONS) break;
		ok(Date.now() - beganMs < LONGEST_MS, `${succeeded} of ${EXECUTIONS} have succeeded`);
		await sleep(250);
	}
	return EXECUTIONS / ((Date.now() - beganMs) / 1_000);
}

const startedBy = async (worker: StartedProcess): Promise<number> =>
	[...(await worker.log()).matchAll(/Worker started execution (\d+)/g)].length;

const main = async (): Promise<void> => {
	const generation = generations.find(({ name }) => name === 'n8n-2') ?? generations[0];
	const n8n = await installN8n(generation);
	const folder = await fs.mkdtemp(join(tmpdir(), 'flowscale-throughput-'));
	await fs.chmod(folder, 0o755);
	const packed = (await packPackages(folder)).filter(({ name }) => name === flowscalePackage.name);
	const cluster = await startQueue(n8n, {
		folder: join(folder, 'queue'),
		packed,
		workers: WORKERS,
		concurrency: CONCURRENCY,
	});
	const harness = await setHarness(cluster.site, { containers: 100 });

	const waiting = await measure(harness, 'wait', waitNode());
	const before = await Promise.all(cluster.workers.map(startedBy));
	const parameters = executeAndWait(slow, { duration_10002: RUN_MS });
	const ours = await measure(harness, 'ours', flowscaleNode(harness.credential, parameters));
	const after = await Promise.all(cluster.workers.map(startedBy));
	const share = ours / waiting;
	say(
		`n8n ${n8n.version}, ${EXECUTIONS} executions, ${WORKERS} workers with ${CONCURRENCY} at a time`,
	);
	say(`n8n's Wait node of ${RUN_MS / 1_000} s: ${waiting.toFixed(1)} executions a second`);
	say(`Execute and Wait, runs of ${RUN_MS / 1_000} s: ${ours.toFixed(1)} executions a second`);
	say(`executions per worker: ${after.map((count, n) => count - before[n]).join(' and ')}`);
	say(`runs started: ${harness.flowscale.runs.length}`);
	say(
		`share: ${share.toFixed(2)} (at least ${LEAST_SHARE}: ${share >= LEAST_SHARE ? 'holds' : 'MISSED'})`,
	);

	await cluster.stop();
	await harness.close();
	await stopAllProcesses();
	await fs.rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 500 });
	exit(share >= LEAST_SHARE && harness.flowscale.runs.length === EXECUTIONS ? 0 : 1);
};

void main().catch(async (error: Error) => {
	say(String(error.stack));
	await stopAllProcesses();
	exit(1);
});
