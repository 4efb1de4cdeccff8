import type { Check } from './check';
import { createPlayer } from './createPlayer';
import { itemsOf, type Execution, type Item } from './execution';
import { deepEqual, equal, match, ok, rejects, sleep } from './platform';
import type { Harness } from './stage';
import { endRuns, parts, playParts, type Part, type Played } from './suspendedCast';
import { suspendedInPlace } from './suspendedInPlace';
import {
	executeAndWaitByRow,
	inExecutionWorkflow,
	slowRow,
	suspendedWorkflow,
} from './suspendedWorkflows';
import { createWaitControl } from './waitControl';

/** Executions that n8n lets run at a time: exactly those that are going to wait. */
const leavers: Part[] = ['to be stopped', 'to be deleted'].map((name) => ({
	name,
	rows: [slowRow(9)],
	check: () => {},
}));
export const slots = parts.length + leavers.length;
const firstMinuteMs = 60_000;
const pauses = 4;
/**
 * `crashed` is not among them: n8n takes every waiting execution for a crashed one at the end of
 * its start, and takes that back. One that it had woken by then is called crashed while it goes on,
 * until it is saved again; so is n8n's own Wait node (waitControl.ts).
 */
const ends = ['success', 'error', 'canceled'];
/**
 * Longer than the hold of a resume, the first minute of a loop's next run, and other resumes in
 * between.
 */
const restlessMs = 400_000;
/** Longer than it takes to look at all of them and to end n8n. */
const quietMs = 5_000;
/** Of others that take the places: they stay in them until all have one. */
const guestRow = { ...slowRow(1), title: 'guest 0' };

const missing = (name: string): never => {
	throw new Error(`"${name}" was not played`);
};

/** Links are signed anew each time, and every file has its own place in n8n's store. */
const withoutPlace = ({ json, binary, pairedItem }: Item) => [
	JSON.parse(JSON.stringify(json).replace(/"download_url":"[^"]*"/g, '"download_url":""')),
	Object.entries(binary ?? {}).map(([field, { mimeType, fileName }]) => [
		field,
		mimeType,
		fileName,
	]),
	pairedItem,
];

/** Suspended waiting, with every way for n8n to go down and come back while it waits. */
export const suspended = (harness: Harness): Check[] => {
	const { server, rest, flowscale, credential } = harness;
	const player = createPlayer(harness);
	const control = createWaitControl(harness);
	let played: Played[] = [];

	const playedOf = (name: string) => played.find(({ part }) => part.name === name);
	const idOf = (name: string) => playedOf(name)?.executionId ?? '';
	const startsOf = (executionId: string) =>
		flowscale.runs.filter(({ groupId }) => groupId === `n8n-${executionId}`).length;
	const looksAt = (executionId: string) => {
		const ids = flowscale.runs
			.filter(({ groupId }) => groupId === `n8n-${executionId}`)
			.map(({ id }) => id);
		return flowscale.journal.filter(({ runId }) => runId !== undefined && ids.includes(runId))
			.length;
	};
	const waitTill = async () => Date.parse((await rest.execution(idOf('many runs'))).waitTill ?? '');
	const isQuiet = ({ status, waitTill: due }: Execution) =>
		ends.includes(status) || (status === 'waiting' && Date.parse(due ?? '') > Date.now() + quietMs);
	/** Until no execution is on its way, or about to be: one that n8n is killed under is lost. */
	const untilQuiet = async () => {
		const staying = played.filter(({ part }) => !leavers.includes(part));
		for (const deadline = Date.now() + restlessMs; ; await sleep(500)) {
			const all = await Promise.all(
				staying.map(async ({ executionId }) => await rest.execution(executionId)),
			);
			if (all.every(isQuiet)) return;
			ok(
				Date.now() < deadline,
				`never quiet: ${all.map(({ id, status }) => `${id} is ${status}`).join(', ')}`,
			);
		}
	};
	/**
	 * Until the longest execution waits for a later time than `ms`, and the others wait or have
	 * ended.
	 */
	const untilNextPause = async (ms: number) => {
		const deadline = Date.now() + restlessMs;
		for (;;) {
			await untilQuiet();
			const { status } = await rest.execution(idOf('many runs'));
			if (status === 'waiting' && (await waitTill()) > ms) return await untilQuiet();
			ok(
				Date.now() < deadline && !ends.includes(status),
				`no new pause, the execution is ${status}`,
			);
			await sleep(500);
		}
	};
	const down: Record<'SIGTERM' | 'SIGKILL', () => Promise<void>> = {
		SIGTERM: async () => await server.stop(30_000),
		SIGKILL: async () => await server.kill(),
	};

	const selfConnection = async () => {
		const before = flowscale.runs.length;
		const workflow = suspendedWorkflow('self-connected', credential, { isSelfConnected: true });
		const execution = await player.play('self-connected', workflow, { rows: [slowRow(0)] });
		equal(execution.status, 'error');
		match(execution.error?.message ?? '', /An output of this node is connected to its input/);
		equal(flowscale.runs.length, before, 'a run was started');
	};
	/** With a wire from the node to itself this froze the whole server. */
	const deactivated = async () => {
		const before = flowscale.runs.length;
		const workflow = suspendedWorkflow('deactivated', credential, { isDisabled: true });
		const execution = await player.play('deactivated', workflow, { rows: [slowRow(0)] });
		equal(execution.status, 'success', execution.error?.message);
		deepEqual(
			itemsOf(execution, 'After').map(({ json }) => json.title),
			[slowRow(0).title],
		);
		equal(flowscale.runs.length, before, 'a run was started');
	};

	const restart = (pause: number, signal: 'SIGTERM' | 'SIGKILL', isOverdue: boolean): Check => ({
		name: `n8n is ended with ${signal} while they wait, and started again ${isOverdue ? 'after they were due' : 'at once'}`,
		run: async () => {
			const controlDue = isOverdue ? await control.begin() : 0;
			await untilQuiet();
			const due = await waitTill();
			await down[signal]();
			endRuns(harness, pause);
			if (isOverdue) await sleep(Math.max(due, controlDue) + 2_000 - Date.now());
			await server.start();
			await rest.signIn();
			if (pause < pauses) return await untilNextPause(due);
			await untilQuiet();
			await rest.executionIn(idOf('many runs'), ends, due - Date.now() + 210_000);
		},
	});

	return [
		{
			name: 'a connection from the node to itself is refused before any run is started',
			run: selfConnection,
		},
		{
			name: 'a deactivated node hands its input on, and the server stays alive',
			run: deactivated,
		},
		...suspendedInPlace(harness),
		{
			name: `${slots} executions wait after their first minute, and ${slots} others run in their places at the same time`,
			run: async () => {
				played = await playParts(harness, [...parts, ...leavers]);
				const workflow = await player.publish(
					inExecutionWorkflow('guests', credential, executeAndWaitByRow),
				);
				for (let made = 0; made < slots; made += 1)
					void player.call('guests', { rows: [guestRow] }).catch(() => {});
				const statuses = async () =>
					(await rest.executions(workflow.id)).map(({ status }) => status);
				const all = (status: string) => Array.from({ length: slots }, () => status);
				await sleep(firstMinuteMs / 3);
				deepEqual(await statuses(), all('new'), 'there were slots left, so this proves nothing');
				const deadline = Date.now() + firstMinuteMs + 90_000;
				while (!(await statuses()).every((status) => status === 'running')) {
					ok(Date.now() < deadline, `they never ran at once: ${(await statuses()).join(', ')}`);
					await sleep(250);
				}
				for (const { executionId } of played)
					equal((await rest.execution(executionId)).status, 'waiting');
				endRuns(harness, 0);
				for (const { id } of await rest.executions(workflow.id))
					equal((await player.ended(id, 120_000)).status, 'success');
			},
		},
		{
			name: 'stopping or deleting a waiting execution leaves nothing that keeps looking',
			run: async () => {
				await rest.stop(idOf('to be stopped'));
				await rest.remove(idOf('to be deleted'));
				equal((await rest.execution(idOf('to be stopped'))).status, 'canceled');
			},
		},
		restart(1, 'SIGTERM', false),
		restart(2, 'SIGKILL', true),
		restart(3, 'SIGTERM', true),
		restart(pauses, 'SIGKILL', false),
		...parts.map((part) => ({
			name: `${part.name}: right to the end, every run started once`,
			run: async () => {
				const { executionId } = playedOf(part.name) ?? missing(part.name);
				await part.check(harness, await rest.executionIn(executionId, ends, 300_000));
				equal(startsOf(executionId), part.starts ?? part.rows.length, 'runs started');
			},
		})),
		{
			name: 'the items are exactly those that waiting in the execution gives for the same runs',
			run: async () => {
				const items = itemsOf(await rest.execution(idOf('many runs')), 'Flowscale');
				const rows = items.map(({ json }) => ({ run_id: json.run_id }));
				const execution = await player.play(
					'in-execution',
					inExecutionWorkflow('in-execution', credential),
					{ rows },
				);
				equal(execution.status, 'success', execution.error?.message);
				deepEqual(itemsOf(execution, 'Flowscale').map(withoutPlace), items.map(withoutPlace));
			},
		},
		control.check,
		{
			name: 'nobody looked at the runs of the stopped and the deleted execution again',
			run: async () => {
				const looks = leavers.map(({ name }) => looksAt(idOf(name)));
				for (const count of looks) ok(count > 0 && count < 40, `${looks.join(' and ')} requests`);
				const lateMs = Date.now() - 120_000;
				const runs = flowscale.runs.filter(({ groupId }) =>
					leavers.some(({ name }) => groupId === `n8n-${idOf(name)}`),
				);
				const late = flowscale.journal.filter(
					({ at, runId }) => at > lateMs && runs.some(({ id }) => id === runId),
				);
				equal(late.length, 0);
			},
		},
		{
			name: 'Retry with the saved workflow of an execution that waited is refused, rather than handing out its input',
			run: async () => {
				const stopped = idOf('to be stopped');
				const before = startsOf(stopped);
				await rejects(
					rest.retry(stopped, true),
					/Flowscale \(still waiting: retry with original workflow\)/,
				);
				equal(startsOf(stopped), before);
			},
		},
		{
			name: 'n8n’s retry of the failed execution starts the failed run anew, and only that one',
			run: async () => {
				const before = flowscale.runs.length;
				await rest.retry(idOf('a failed run as an error')).catch(() => {});
				const deadline = Date.now() + 30_000;
				while (flowscale.runs.length === before && Date.now() < deadline) await sleep(500);
				await sleep(3_000);
				equal(flowscale.runs.length - before, 1);
				equal(flowscale.runs.at(-1)?.workflow.name, 'Failing');
			},
		},
	];
};
