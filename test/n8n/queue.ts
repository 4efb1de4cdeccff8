import type { Check } from './check';
import { createPlayer } from './createPlayer';
import { itemsOf } from './execution';
import { fileKinds } from './fileKinds';
import { chain, executeAndWait, flowscaleNode, webhookNode } from './flowscaleNode';
import { deepEqual, equal, ok, sleep, stdout } from './platform';
import type { Harness } from './stage';
import type { StartedProcess } from './startProcess';
import type { Queue } from './startQueue';
import { endRuns, partsInQueue, playParts, type Played } from './suspendedCast';

const slow = 'ee871c99-7b84-4a0d-90af-ddff11dd9999';

/** The package on workers: processes that share only a database and a queue. */
export const queue = (harness: Harness, { workers, addWorker }: Queue): Check[] => {
	const { rest, credential, flowscale } = harness;
	const { publish, call, newest, ended } = createPlayer(harness);
	let waiting: Played[] = [];

	const publishWait = async (
		path: string,
		durationMs: number,
		extra: Record<string, unknown> = {},
	) => {
		const node = flowscaleNode(credential, {
			...executeAndWait(slow, { duration_10002: durationMs }),
			...extra,
		});
		return await publish(chain(path, webhookNode(path), node));
	};
	const startedBy = async (worker: StartedProcess) =>
		new Set(
			[...(await worker.log()).matchAll(/Worker started execution (\d+)/g)].map(([, id]) => id),
		);
	const workerOf = async (executionId: string) => {
		for (const worker of workers)
			if (!worker.hasEnded && (await startedBy(worker)).has(executionId)) return worker;
		throw new Error(`no worker has execution ${executionId}`);
	};
	const untilStarted = async (before: number) => {
		for (let tries = 0; flowscale.runs.length <= before; tries += 1) {
			ok(tries < 300, 'no run was started in 30 s');
			await sleep(100);
		}
	};

	return [
		{
			name: 'suspended waits begin on the workers',
			run: async () => void (waiting = await playParts(harness, partsInQueue)),
		},
		{
			name: '50 executions at once are spread over both workers and all end well, files included',
			run: async () => {
				const workflow = await publishWait('fifty', 3_000);
				await Promise.all(Array.from({ length: 50 }, async () => await call('fifty')));
				const all = await rest.executions(workflow.id);
				equal(all.length, 50);
				for (const { id } of all) {
					const items = itemsOf(await ended(id, 120_000), 'Flowscale');
					deepEqual(
						[items.map(({ json }) => json.state), await fileKinds(rest, items)],
						[['succeeded'], ['png']],
					);
				}
				// By group: the suspended ones start theirs meanwhile.
				const groups = new Set(all.map(({ id }) => `n8n-${id}`));
				equal(flowscale.runs.filter(({ groupId }) => groups.has(groupId ?? '')).length, 50);
				const counts: number[] = [];
				for (const worker of workers) {
					const known = await startedBy(worker);
					counts.push(all.filter(({ id }) => known.has(id)).length);
				}
				stdout.write(`      executions per worker: ${counts.join(' and ')}\n`);
				equal(counts[0] + counts[1], 50);
				ok(Math.min(...counts) >= 10, `executions per worker: ${counts.join(' and ')}`);
			},
		},
		{
			name: 'stopping an execution cancels the remote run from the worker',
			run: async () => {
				const before = flowscale.runs.length;
				const workflow = await publishWait('stopped', 600_000);
				await call('stopped');
				await untilStarted(before);
				const id = await newest(workflow);
				await rest.stop(id);
				equal((await ended(id, 30_000)).status, 'canceled');
				const [run] = flowscale.runs.slice(-1);
				// The main process knows of the stop at once, the worker a little later.
				for (let tries = 0; run.state !== 'cancelled'; tries += 1) {
					ok(tries < 100, `its run is ${run.state} after 10 s`);
					await sleep(100);
				}
			},
		},
		{
			name: 'a worker is killed while it waits: executed again with Reuse Run, the run that goes on is taken over',
			run: async () => {
				for (const { executionId } of waiting)
					await rest.executionIn(executionId, ['waiting'], 120_000);
				endRuns(harness, 1);
				const before = flowscale.runs.length;
				const again = { groupId: 'nightly', options: { reuseRun: true } };
				const workflow = await publishWait('killed', 30_000, again);
				await call('killed');
				await untilStarted(before);
				const killed = await newest(workflow);
				await (await workerOf(killed)).kill();
				await call('killed');
				const [{ id: second }] = (await rest.executions(workflow.id)).filter(
					({ id }) => id !== killed,
				);
				const execution = await ended(second, 90_000);
				equal(execution.status, 'success', execution.error?.message);
				const { status, error } = await ended(killed, 120_000);
				stdout.write(
					`      n8n ${harness.n8n.version} ends the execution of a killed worker as ${status}${error ? `: ${error.message}` : ''}\n`,
				);
				// 1.x gives it to another worker once, which takes the run over as well; 2.x gives it up.
				equal(
					status,
					harness.n8n.generation.name === 'n8n-1' ? 'success' : 'error',
					error?.message,
				);
				equal(flowscale.runs.length - before, 1);
			},
		},
		{
			name: 'a worker that is stopped gently finishes what it waits for',
			run: async () => {
				const others = workers.filter(({ hasEnded }) => !hasEnded);
				const last = await addWorker();
				await Promise.all(others.map(async (worker) => await worker.stop(60_000)));
				const before = flowscale.runs.length;
				const workflow = await publishWait('gentle', 8_000);
				await call('gentle');
				await untilStarted(before);
				await last.stop(60_000);
				equal((await ended(await newest(workflow), 5_000)).status, 'success');
				await addWorker();
				endRuns(harness, 2);
			},
		},
		...partsInQueue.map((part, index) => ({
			name: `suspended, ${part.name}: right to the end on whichever worker is left, every run started once`,
			run: async () => {
				const { executionId } = waiting[index];
				await part.check(harness, await ended(executionId, 180_000));
				equal(
					flowscale.runs.filter(({ groupId }) => groupId === `n8n-${executionId}`).length,
					part.rows.length,
				);
			},
		})),
	];
};
