import type { SavedWorkflow, Workflow } from './connectRest';
import { createPlayer } from './createPlayer';
import { itemsOf, type Execution } from './execution';
import { fileKinds } from './fileKinds';
import { deepEqual, equal, match } from './platform';
import type { Harness } from './stage';
import {
	failingRow,
	slowRow,
	suspendedWorkflow,
	type Row,
	type SuspendedPlan,
} from './suspendedWorkflows';

/** One execution that is suspended: what it is called with, and how it must end. */
export interface Part {
	name: string;
	rows: Row[];
	plan?: SuspendedPlan;
	/** Runs that it starts at the service, where it is not one per row. */
	starts?: number;
	check(harness: Harness, execution: Execution): Promise<void> | void;
}

const pairs = (execution: Execution) =>
	itemsOf(execution, 'After').map(({ json }) => [json.title, json.state]);

/** What comes after has the row of each item, in the order of the rows. */
const succeeded =
	(rows: Row[]): Part['check'] =>
	async ({ rest }, execution) => {
		equal(execution.status, 'success', execution.error?.message);
		deepEqual(
			pairs(execution),
			rows.map(({ title }) => [title, 'succeeded']),
		);
		deepEqual(
			await fileKinds(rest, itemsOf(execution, 'Flowscale')),
			rows.map(() => 'png'),
		);
		deepEqual(
			itemsOf(execution, 'Flowscale').map(({ pairedItem }) => pairedItem),
			rows.map((_, item) => ({ item })),
		);
		equal(execution.runs.Flowscale.length, 1, 'runs of the node in the run selector');
	};

const manyRows = [slowRow(4), slowRow(0), slowRow(1), slowRow(3), slowRow(2)];
const loopRows = [slowRow(1), slowRow(3)];
const mixedRows = [slowRow(0), failingRow(1), slowRow(2)];

export const parts: Part[] = [
	{ name: 'many runs', rows: manyRows, check: succeeded(manyRows) },
	{ name: 'one run', rows: [slowRow(1)], check: succeeded([slowRow(1)]) },
	{
		name: 'a run started before',
		rows: [slowRow(2)],
		plan: { isRunWait: true },
		check: succeeded([slowRow(2)]),
	},
	{
		name: 'a failed run as an item',
		rows: mixedRows,
		plan: { options: { onFailedRun: 'item' } },
		check: (_, execution) => {
			equal(execution.status, 'success', execution.error?.message);
			deepEqual(
				pairs(execution),
				mixedRows.map(({ title }, index) => [title, index === 1 ? 'failed' : 'succeeded']),
			);
		},
	},
	{
		name: 'a failed run at the error output',
		rows: mixedRows,
		plan: { onError: 'continueErrorOutput' },
		check: (_, execution) => {
			equal(execution.status, 'success', execution.error?.message);
			deepEqual(
				itemsOf(execution, 'Flowscale').map(({ json }) => json.state),
				['succeeded', 'succeeded'],
			);
			const [{ json }, ...others] = itemsOf(execution, 'Flowscale', 1);
			match(String(json.error), /failed: CUDA out of memory/);
			deepEqual(others, []);
		},
	},
	{
		name: 'a failed run among the results',
		rows: mixedRows,
		plan: { onError: 'continueRegularOutput' },
		check: (_, execution) => {
			equal(execution.status, 'success', execution.error?.message);
			const [first, failed, last] = itemsOf(execution, 'Flowscale');
			deepEqual([first.json.state, last.json.state], ['succeeded', 'succeeded']);
			match(String(failed.json.error), /failed: CUDA out of memory/);
		},
	},
	{
		name: 'a failed run as an error',
		rows: [slowRow(0), failingRow(1)],
		check: (_, execution) => {
			equal(execution.status, 'error');
			match(execution.error?.message ?? '', /failed: CUDA out of memory/);
		},
	},
	{
		name: 'in a loop, one row after the other',
		rows: loopRows,
		plan: { isLoop: true },
		check: (_, execution) => {
			equal(execution.status, 'success', execution.error?.message);
			const after = execution.runs.After.flatMap(({ data }) => data?.main?.[0] ?? []);
			deepEqual(
				after.map(({ json }) => [json.title, json.state]),
				loopRows.map(({ title }) => [title, 'succeeded']),
			);
		},
	},
	{
		name: 'a run that fails, tried twice by Retry On Fail',
		rows: [failingRow(1)],
		plan: { tries: 2 },
		starts: 2,
		check: (_, execution) => {
			equal(execution.status, 'error');
			match(execution.error?.message ?? '', /failed: CUDA out of memory/);
		},
	},
	{
		name: 'a timeout',
		rows: [slowRow(9)],
		plan: { options: { timeout: 200, cancelRemote: 'onStopOrTimeout' } },
		check: ({ flowscale }, execution) => {
			equal(execution.status, 'error');
			const run = flowscale.runs.find(({ groupId }) => groupId === `n8n-${execution.id}`);
			equal(run?.state, 'cancelled');
		},
	},
];

const queueRows = [slowRow(2), slowRow(0), slowRow(1)];

/** Fewer of them where workers come and go meanwhile. */
export const partsInQueue: Part[] = [
	{ name: 'many runs', rows: queueRows, check: succeeded(queueRows) },
	...parts.filter(
		({ name }) => name === 'a run started before' || name === 'a failed run at the error output',
	),
];

export interface Played {
	part: Part;
	workflow: SavedWorkflow;
	executionId: string;
}

/** Publishes and calls every part; they all wait from then on. */
export const playParts = async (harness: Harness, cast: Part[]): Promise<Played[]> => {
	const { publish, call, newest } = createPlayer(harness);
	return await Promise.all(
		cast.map(async (part) => {
			const path = `suspended-${part.name.replace(/ /g, '-')}`;
			const workflow = await publish(
				suspendedWorkflow(path, harness.credential, part.plan) as Workflow,
			);
			await call(path, { rows: part.rows });
			return { part, workflow, executionId: await newest(workflow) };
		}),
	);
};

/** Ends the runs whose time is that pause, or was an earlier one. */
export const endRuns = ({ flowscale }: Harness, pause: number): void => {
	for (const { id, inputs, state, workflow } of flowscale.runs) {
		const isOpen = state === 'queued' || state === 'running';
		if (isOpen && Number(inputs.text_51536?.split(' ').at(-1)) <= pause)
			flowscale.finish(id, workflow.failure ? 'failed' : 'completed', {
				errorText: workflow.failure ?? null,
			});
	}
};
