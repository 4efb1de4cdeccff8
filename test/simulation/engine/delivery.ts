import type { INodeExecutionData, ITaskData } from 'n8n-workflow';
import type { Happened } from '../happened';
import { isFailedItem, linkOf } from '../audit/facts';
import { KEY } from '../nodeContext';
import { isTool } from '../../settings/axes';
import { NODE } from '../../settings/subject';
import type { Call } from './calls';
import type { Delivered } from './execution';

/**
 * What only n8n's engine shows: that what the node made arrives behind it, on the output where On
 * Error has it, once, and that the execution ends as it should.
 */
export function auditDelivery(happened: Happened, delivered: Delivered): string[] {
	const { result, run, way, complaints } = delivered;
	const say = (text: string) => `${result.id} (${way}): ${text}`;
	const known = complaints.map(say);
	if (way === 'pinned on it' || way === 'deactivated') {
		const sent = happened.journal.entries.filter(({ by }) => by === result.id).length;
		if (sent > 0) known.push(say(`${sent} requests of a node that does not run`));
	}
	if (run === undefined) return known;
	if (JSON.stringify(run.data).includes(KEY)) known.push(say('the key is in the data'));
	return [...known, ...[...auditEnd(delivered), ...auditTasks(delivered)].map(say)];
}

const tasksOf = ({ run }: Delivered, node: string): ITaskData[] =>
	run?.data.resultData.runData[node] ?? [];
const itemsOf = (task: ITaskData | undefined, output = 0): INodeExecutionData[] =>
	task?.data?.main?.[output] ?? [];
const arrivedAt = (delivered: Delivered, node: string): number =>
	tasksOf(delivered, node).flatMap((task) => itemsOf(task)).length;

/** The execution is a success or a failure as the node was, and nothing is left of it. */
function auditEnd(delivered: Delivered): string[] {
	const { result, run } = delivered;
	const last = result.runs.at(-1);
	if (run === undefined || last === undefined) return [];
	const complaints: string[] = [];
	const isFailed = last.outcome === 'failed' && result.plan.onError === 'stopWorkflow';
	const expected = isFailed ? 'error' : 'success';
	if (run.status !== expected && !isTool(delivered) && last.outcome !== 'waiting')
		complaints.push(
			`the execution is ${run.status} instead of ${expected}: ${run.data.resultData.error?.message ?? 'no error'}`,
		);
	const left = run.data.executionData?.nodeExecutionStack.length ?? 0;
	if (run.status === 'success' && left > 0)
		complaints.push(`${left} nodes are left to be executed`);
	return complaints;
}

function auditTasks(delivered: Delivered): string[] {
	const { result, way, finals } = delivered;
	if (result.runs.at(-1)?.outcome !== 'items') return [];
	if (isTool(delivered)) return auditAnswer(delivered);
	if (way === 'pinned on it' || way === 'deactivated') return [];
	const rounds = [...finals.entries()].sort(([a], [b]) => a - b).map(([, call]) => call);
	const tasks = tasksOf(delivered, NODE);
	// Where the node has nothing to hand on, n8n does not come back to the loop.
	const isLoopLeft =
		way === 'loop over items' && isEmpty(rounds.at(-1)) && !result.plan.alwaysOutputData;
	if (rounds.length !== result.rounds && !isLoopLeft)
		return [`the node ran ${rounds.length} times instead of ${result.rounds}`];
	if (tasks.length !== rounds.length)
		return [`the node shows ${tasks.length} runs instead of ${rounds.length}`];
	return [
		...rounds.flatMap((call, index) => auditTask(delivered, call, tasks[index])),
		...(isLoopLeft ? [] : auditArrival(delivered, tasks)),
	];
}

const isEmpty = (call: Call | undefined) => call?.items?.length === 0;

const textsOf = (items: INodeExecutionData[], of?: number[]) =>
	items.map((item) =>
		JSON.stringify([
			of === undefined ? linkOf(item) : (of[linkOf(item)] ?? -1),
			isFailedItem(item) ? item.json.error : item.json,
			Object.keys(item.binary ?? {}),
		]),
	);

/** One run of the node: what n8n shows is what the node returned, each item at its output. */
function auditTask({ result }: Delivered, call: Call, task: ITaskData): string[] {
	const { plan } = result;
	const { items = [], of } = call;
	const isSplit = plan.onError === 'continueErrorOutput';
	const failed = isSplit ? items.filter(isFailedItem) : [];
	const good = items.filter((item) => !failed.includes(item));
	const compare = (output: number, made: INodeExecutionData[]) => {
		const shown = itemsOf(task, output);
		const isFilled = made.length === 0 && output === 0 && plan.alwaysOutputData;
		if (isFilled)
			return shown.length === 1 && Object.keys(shown[0].json).length === 0
				? []
				: [`Always Output Data shows ${JSON.stringify(shown)}`];
		const [expected, got] = [textsOf(made), textsOf(shown, of)];
		return JSON.stringify(expected) === JSON.stringify(got)
			? []
			: [`output ${output} shows ${got.join()} in place of ${expected.join()}`];
	};
	return [...compare(0, good), ...compare(1, failed)];
}

/** What came out arrives behind the node, all of it and once. */
function auditArrival(delivered: Delivered, tasks: ITaskData[]): string[] {
	const { way, result } = delivered;
	const made = tasks.flatMap((task) => itemsOf(task)).length;
	const failed = tasks.flatMap((task) => itemsOf(task, 1)).length;
	const complaints: string[] = [];
	const expect = (what: string, got: number, wanted: number) => {
		if (got !== wanted) complaints.push(`${got} ${what} instead of ${wanted}`);
	};
	if (way === 'execute step') {
		expect('items behind the last node', arrivedAt(delivered, 'After'), 0);
		return complaints;
	}
	expect('items at the error output', arrivedAt(delivered, 'Failed'), failed);
	// Always Output Data feeds the loop from both outputs, so that it comes to its end twice.
	const isFedTwice = result.plan.alwaysOutputData && failed > 0;
	if (way === 'loop over items') {
		if (!isFedTwice) expect('items behind the loop', arrivedAt(delivered, 'After'), made + failed);
		return complaints;
	}
	expect('items behind the node', arrivedAt(delivered, 'After'), made);
	if (way === 'merge behind it' && made > 0) {
		const rows = arrivedAt(delivered, 'Rows');
		expect('runs of Merge', tasksOf(delivered, 'Merge').length, 1);
		expect('items of Merge', arrivedAt(delivered, 'Merge'), rows + made);
	}
	return complaints;
}

/** The agent gets each run that its tool made. */
function auditAnswer(delivered: Delivered): string[] {
	const output = String(itemsOf(tasksOf(delivered, 'Agent').at(-1))[0]?.json.output ?? '');
	const made = [...delivered.finals.values()].flatMap(({ items = [] }) => items);
	const missing = made.filter(
		({ json }) => typeof json.run_id === 'string' && !output.includes(json.run_id),
	);
	return missing.length > 0
		? [`the agent hears nothing of ${missing.map(({ json }) => json.run_id).join()}: ${output}`]
		: [];
}
