import type { Check } from './check';
import type { SavedWorkflow } from './connectRest';
import { createPlayer } from './createPlayer';
import { itemsOf, type Execution } from './execution';
import { fileKinds } from './fileKinds';
import { chain, flowscaleNode, webhookNode } from './flowscaleNode';
import { deepEqual, equal, match, ok, sleep, stdout } from './platform';
import type { Harness } from './stage';
import type { StartedProcess } from './startProcess';
import type { Queue } from './startQueue';
import { endRuns } from './suspendedCast';
import { slowRow, suspendedWorkflow, type Row } from './suspendedWorkflows';

const FIFTY = 50;
/** Executions whose worker is killed while it polls for them. */
const VICTIMS = 3;
/** One row and thirty rows: what an item adds to the stored state is the difference. */
const MANY_ROWS = 30;
const FIRST_MINUTE_MS = 60_000;
/** n8n resumes a wait on time, or with the next tick of its minute. */
const RESUME_PATIENCE_MS = 150_000;

/** Each call has a title of its own, which its items must carry to the end. */
const rowsOf = (word: string, pause: number, count = 1): Row[] =>
	Array.from({ length: count }, (_, index) => ({
		...slowRow(pause),
		title: `${word} row ${index} ${pause}`,
	}));

interface Called {
	executionId: string;
	/** Calls that come at once may get their numbers in another order: see `assignRows`. */
	rows: Row[];
}

/**
 * Suspended waiting where n8n is several processes: an execution resumes on whichever worker is
 * left, and whatever ends while it waits, it ends with its items, each started once.
 */
export const suspendedQueue = (harness: Harness, { workers, addWorker }: Queue): Check[] => {
	const { rest, credential, flowscale, server, n8n } = harness;
	const player = createPlayer(harness);
	const called: Record<string, Called[]> = {};
	const saved: Record<string, SavedWorkflow> = {};

	const runsOf = (executionId: string) =>
		flowscale.runs.filter(({ groupId }) => groupId === `n8n-${executionId}`);
	const allCalled = () => Object.values(called).flat();
	const living = () => workers.filter(({ hasEnded }) => !hasEnded);

	/** Calls a workflow that often; its executions are told apart by the rows that they hold. */
	const callAll = async (path: string, calls: Row[][]): Promise<void> => {
		const options = { maxConcurrent: MANY_ROWS };
		saved[path] = await player.publish(suspendedWorkflow(path, credential, { options }));
		await Promise.all(calls.map(async (rows) => await player.call(path, { rows })));
		const deadline = Date.now() + FIRST_MINUTE_MS;
		for (;;) {
			const all = await rest.executions(saved[path].id);
			ok(Date.now() < deadline && all.length <= calls.length, `${all.length} executions`);
			if (all.length < calls.length) {
				await sleep(500);
				continue;
			}
			const ids = all.map(({ id }) => id).sort((a, b) => Number(a) - Number(b));
			called[path] = ids.map((executionId, index) => ({ executionId, rows: calls[index] }));
			return;
		}
	};
	const assignRows = async (path: string): Promise<void> => {
		const calls = new Map(called[path].map(({ rows }) => [rows[0].title, rows]));
		for (const one of called[path]) {
			const [first] = itemsOf(await rest.execution(one.executionId), 'Rows');
			const rows = calls.get(String(first.json.title));
			ok(rows, `no call had ${String(first.json.title)}`);
			calls.delete(rows[0].title);
			one.rows = rows;
		}
	};
	const untilAll = async (status: string, ids: string[], timeoutMs: number): Promise<void> => {
		for (const deadline = Date.now() + timeoutMs; ; await sleep(500)) {
			const all = await Promise.all(ids.map(async (id) => await rest.execution(id)));
			if (all.every((one) => one.status === status)) return;
			const others = all
				.filter((one) => one.status !== status)
				.map((one) => `${one.id} ${one.status}`);
			ok(Date.now() < deadline, `not ${status}: ${others.join(', ')}`);
		}
	};
	/** Executions that a worker began, or finished, as its log says; a resume counts again. */
	const countIn = async (word: 'started' | 'finished'): Promise<number> => {
		const logs = await Promise.all(workers.map(async (worker) => await worker.log()));
		return logs.join('\n').split(`Worker ${word} execution `).length - 1;
	};
	const workerOf = async (executionId: string): Promise<StartedProcess> => {
		for (const worker of living()) {
			const log = await worker.log();
			const started = log.lastIndexOf(`Worker started execution ${executionId} `);
			if (started > log.lastIndexOf(`Worker finished execution ${executionId} `)) return worker;
		}
		throw new Error(`no worker has execution ${executionId}`);
	};

	/** Success, with the items of its own rows in order, their files, and one start for each. */
	const endedRight = async ({ executionId, rows }: Called, timeoutMs: number): Promise<void> => {
		const execution = await player.ended(executionId, timeoutMs);
		equal(execution.status, 'success', `${executionId}: ${execution.error?.message}`);
		deepEqual(
			itemsOf(execution, 'After').map(({ json }) => [json.title, json.state]),
			rows.map(({ title }) => [title, 'succeeded']),
		);
		await hasRightRuns(execution, rows);
	};
	const hasRightRuns = async (execution: Execution, rows: Row[]): Promise<void> => {
		const items = itemsOf(execution, 'Flowscale');
		deepEqual(
			items.map(({ pairedItem }) => pairedItem),
			rows.map((_, item) => ({ item })),
		);
		deepEqual(
			await fileKinds(rest, items),
			rows.map(() => 'png'),
		);
		equal(execution.runs.Flowscale.length, 1, 'runs of the node in the run selector');
		equal(runsOf(execution.id).length, rows.length, `runs started by ${execution.id}`);
	};
	const dueMs = async (): Promise<number> => {
		const all = await Promise.all(
			allCalled().map(async ({ executionId }) => await rest.execution(executionId)),
		);
		return Math.max(...all.map(({ waitTill }) => Date.parse(waitTill ?? '')));
	};

	const fiftyWait = async () => {
		await callAll(
			'fifty',
			Array.from({ length: FIFTY }, (_, call) => rowsOf(`call ${call}`, 1)),
		);
		await callAll('edited', [rowsOf('edited', 1, 2)]);
		await callAll('unpublished', [rowsOf('unpublished', 1)]);
		await callAll('many-rows', [rowsOf('many', 1, MANY_ROWS)]);
		await callAll(
			'victim',
			Array.from({ length: VICTIMS }, (_, call) => rowsOf(`victim ${call}`, 2)),
		);
		const ids = allCalled().map(({ executionId }) => executionId);
		await untilAll('waiting', ids, FIRST_MINUTE_MS + RESUME_PATIENCE_MS);
		await Promise.all(['fifty', 'victim'].map(assignRows));
		equal(flowscale.runs.length, allCalled().flatMap(({ rows }) => rows).length, 'runs started');
		for (let tries = 0; (await countIn('started')) > (await countIn('finished')); tries += 1) {
			ok(tries < 20, 'an execution that waits is still held by a worker');
			await sleep(500);
		}
	};
	const stateSize = async () => {
		const [one, many] = await Promise.all(
			[called.fifty[0], called['many-rows'][0]].map(
				async ({ executionId }) => await rest.execution(executionId),
			),
		);
		const perItem = (bytes: (execution: Execution) => number) =>
			Math.round((bytes(many) - bytes(one)) / (MANY_ROWS - 1));
		const stored = perItem(({ storedBytes }) => storedBytes);
		const raw = perItem(({ contexts }) =>
			Buffer.byteLength(JSON.stringify(contexts['node:Flowscale'])),
		);
		stdout.write(
			`      n8n ${n8n.version} stores ${one.storedBytes} bytes for a suspended wait of one item, and ${stored} for each item more, ${raw} of them the node's\n`,
		);
		ok(raw > 0 && raw < 600, `${raw} bytes of state per item`);
	};
	const edit = async () => {
		const { edited, unpublished } = saved;
		const nodes = edited.nodes
			.filter(({ name }) => name !== 'After')
			.map((node) =>
				node.name === 'Flowscale'
					? {
							...node,
							name: 'Renamed',
							parameters: { ...node.parameters, waitMode: 'inExecution' },
						}
					: node,
			);
		const to = (node: string) => ({ main: [[{ node, type: 'main', index: 0 }]] });
		const connections = { Webhook: to('Rows'), Rows: to('Renamed') };
		await rest.activate(await rest.saveWorkflow({ ...edited, nodes, connections }));
		await rest.deactivate(unpublished);
	};
	const allGoDown = async () => {
		const due = await dueMs();
		const [first] = living();
		await Promise.all([first.kill(), server.kill()]);
		endRuns(harness, 1);
		await sleep(due + 2_000 - Date.now());
		await server.start();
		await rest.signIn();
	};

	/** No poll of theirs is answered, so that their worker is surely in the middle of it. */
	const killedInResume = async () => {
		const victims = called.victim;
		const runs = new Map(
			victims.flatMap(({ executionId }) => runsOf(executionId).map(({ id }) => [id, executionId])),
		);
		await addWorker();
		const from = Date.now();
		flowscale.fault({
			on: 'any',
			kind: 'hang',
			times: Number.POSITIVE_INFINITY,
			match: ({ runId }) => runId !== undefined && runs.has(runId),
		});
		const polled = () =>
			new Set(
				flowscale.journal.flatMap(({ at, runId = '' }) =>
					at > from && runs.has(runId) ? [runs.get(runId)] : [],
				),
			);
		for (const deadline = Date.now() + RESUME_PATIENCE_MS; polled().size === 0; await sleep(100))
			ok(Date.now() < deadline, 'no execution resumed');
		const [killedId = ''] = polled();
		await (await workerOf(killedId)).kill();
		flowscale.clearFaults();
		await addWorker();
		endRuns(harness, 2);
		const { status, error } = await player.ended(killedId, RESUME_PATIENCE_MS);
		stdout.write(
			`      n8n ${n8n.version} ends an execution whose worker is killed within a resume as ${status}${error ? `: ${error.message}` : ''}\n`,
		);
		for (const victim of victims) {
			const { id, status: end } = await player.ended(victim.executionId, RESUME_PATIENCE_MS);
			if (end === 'success') {
				await endedRight(victim, 1_000);
				continue;
			}
			await isCollected(id, victim.rows);
		}
	};
	/**
	 * n8n 2 gives up an execution whose worker is lost and overwrites what it had saved of it, so that
	 * its Retry has nothing to continue with. The runs are at the service, in the execution's group.
	 */
	const isCollected = async (executionId: string, rows: Row[]): Promise<void> => {
		const before = flowscale.runs.length;
		await rest.retry(executionId).catch(() => {});
		const path = `collect-${executionId}`;
		const wait = { resource: 'group', operation: 'wait', groupId: `n8n-${executionId}` };
		const collecting = chain(path, webhookNode(path), flowscaleNode(credential, wait));
		const execution = await player.play(path, collecting);
		equal(execution.status, 'success', execution.error?.message);
		const items = itemsOf(execution, 'Flowscale');
		deepEqual(
			items.map(({ json }) => json.state),
			rows.map(() => 'succeeded'),
		);
		deepEqual(
			await fileKinds(rest, items),
			rows.map(() => 'png'),
		);
		equal(flowscale.runs.length, before, 'runs started by n8n’s Retry');
	};

	return [
		{
			name: `${FIFTY} executions and some others wait at once, and no worker holds one of them`,
			run: fiftyWait,
		},
		{ name: 'what n8n stores of a suspended wait is some hundred bytes per item', run: stateSize },
		{
			name: 'workflows are saved with another node, and unpublished, while their executions wait',
			run: edit,
		},
		{
			name: 'main and one worker are killed with SIGKILL while they wait, and main is back after they were due',
			run: allGoDown,
		},
		{
			name: `the ${FIFTY} end with the items of their own rows, each started once, on the worker that is left`,
			run: async () => {
				for (const one of called.fifty) await endedRight(one, RESUME_PATIENCE_MS);
			},
		},
		{
			name: `an execution of ${MANY_ROWS} rows ends with all of them in order`,
			run: async () => await endedRight(called['many-rows'][0], RESUME_PATIENCE_MS),
		},
		{
			name: 'an execution whose workflow was saved with other nodes meanwhile ends as it began, and so does one whose workflow was unpublished',
			run: async () => {
				await endedRight(called.edited[0], RESUME_PATIENCE_MS);
				await endedRight(called.unpublished[0], RESUME_PATIENCE_MS);
				match(JSON.stringify((await rest.executions(saved.edited.id)).length), /^1$/);
			},
		},
		{
			name: 'a worker is killed with SIGKILL in the middle of a resume: no run is started again, and its outputs are had by another worker or by the group',
			run: killedInResume,
		},
	];
};
