import type { IBinaryData, IDataObject, INodeExecutionData, ITaskData } from 'n8n-workflow';
import { bytesOf } from '../harness/useHarness';
import { type Cell, isRun, isTool, waitsInPlace } from './axes';
import type { Played } from './playCell';
import { isStarting, NODE, type Subject } from './subject';

/** Items that the operation makes of each of the three input items when nothing special is set. */
export type ItemCounts = number[];

/**
 * Says whether a cell kept the users' promises: what was paid for, the items and their links,
 * files, an end. It knows n8n's settings, and nothing of our code.
 */
export async function auditCell(
	cell: Cell,
	played: Played,
	subject: Subject,
	counts: ItemCounts,
): Promise<string[]> {
	const { run } = played;
	const complaints: string[] = [];
	if (JSON.stringify(run.data).includes(subject.secret)) complaints.push('the key is in the data');
	if (played.turns === 0) complaints.push('the event loop stood still');
	complaints.push(...auditEnd(cell, played), ...auditStarts(cell, played, subject));
	if (isTool(cell)) return [...complaints, ...auditAnswer(cell, played)];
	if (!isRun(cell)) return [...complaints, ...auditSkipped(cell, played, subject)];
	if (cell.outcome === 'fail') return [...complaints, ...auditFailure(cell, played)];
	return [...complaints, ...(await auditItems(cell, played, counts))];
}

const tasksOf = ({ run }: Played, node: string): ITaskData[] =>
	run.data.resultData.runData[node] ?? [];
const itemsOf = (task: ITaskData | undefined, output = 0): INodeExecutionData[] =>
	task?.data?.main[output] ?? [];

/** How many runs of the node n8n makes, and for how many items each. */
function roundsOf({ way, executeOnce }: Cell, { items }: Played): INodeExecutionData[][] {
	if (items.length === 0) return [];
	if (way === 'loop over items') return items.map((item) => [item]);
	const round = executeOnce === 'on' ? items.slice(0, 1) : items;
	return way === 'two wires in' ? [round, round] : [round];
}

const triesOf = ({ retries }: Cell) => (retries === 'off' ? 1 : Number.parseInt(retries, 10));

/** The execution ends, and as the cell says; a suspended one was suspended. */
function auditEnd(cell: Cell, { run, nodeRuns, waits }: Played): string[] {
	const complaints: string[] = [];
	const isFailed =
		cell.outcome === 'fail' && cell.onError === 'stop' && isRun(cell) && !isTool(cell);
	const expected = isFailed ? 'error' : 'success';
	if (run.status !== expected && !isTool(cell))
		complaints.push(`the execution is ${run.status} instead of ${expected}: ${errorOf(run.data)}`);
	if (isTool(cell) && !['success', 'error'].includes(run.status))
		complaints.push(`the execution is ${run.status}`);
	if (nodeRuns > 40) complaints.push(`${nodeRuns} runs of nodes`);
	if (!waitsInPlace(cell) && isRun(cell) && waits === 0) complaints.push('it was never suspended');
	if (run.status === 'success' && (run.data.executionData?.nodeExecutionStack.length ?? 0) > 0)
		complaints.push('nodes are left to be executed');
	return complaints;
}

const errorOf = (data: Played['run']['data']) => data.resultData.error?.message ?? 'no error';

/** Paid runs: one for each item that n8n gives the node; one more per try where the run failed. */
function auditStarts(cell: Cell, played: Played, subject: Subject): string[] {
	const starts = subject.starts();
	const asked = isRun(cell) && isStarting(cell) ? roundsOf(cell, played).flat().length : 0;
	if (cell.outcome === 'succeed')
		return starts === asked ? [] : [`${starts} paid runs instead of ${asked}`];
	return starts <= asked * triesOf(cell)
		? []
		: [`${starts} paid runs for ${asked} items and ${triesOf(cell)} tries`];
}

function auditAnswer(cell: Cell, played: Played): string[] {
	const output = String(itemsOf(tasksOf(played, 'Agent').at(-1))[0]?.json.output ?? '');
	if (cell.outcome === 'succeed')
		return output.length > 2 && !/"error"/.test(output) ? [] : [`the agent got: ${output}`];
	const text = `${output} ${errorOf(played.run.data)}`;
	return /fail/i.test(text) ? [] : [`the agent does not hear of the failure: ${text}`];
}

/** n8n does not run the node: nothing is sent, and what follows gets what n8n hands on. */
function auditSkipped(cell: Cell, played: Played, subject: Subject): string[] {
	const complaints: string[] = [];
	if (subject.requests() > 0) complaints.push(`${subject.requests()} requests`);
	const made = tasksOf(played, NODE).flatMap((task) => itemsOf(task));
	if (made.some(({ json }) => json.run_id !== undefined && cell.way !== 'deactivated'))
		complaints.push('items came from a node that did not run');
	return complaints;
}

/**
 * What was handed on: each run's items at the node, then all of them at the end of the workflow.
 */
async function auditItems(cell: Cell, played: Played, counts: ItemCounts): Promise<string[]> {
	const rounds = roundsOf(cell, played);
	const tasks = tasksOf(played, NODE);
	if (tasks.length !== rounds.length)
		return [`the node shows ${tasks.length} runs instead of ${rounds.length}`];
	const complaints: string[] = [];
	for (const [index, round] of rounds.entries()) {
		const made = itemsOf(tasks[index]);
		const of = (item: INodeExecutionData) => counts[played.items.indexOf(item)];
		const expected = round.flatMap((item, i) => Array.from({ length: of(item) }, () => i));
		const links = made.map(({ pairedItem }) => linkOf(pairedItem));
		if (JSON.stringify(links) !== JSON.stringify(expected))
			complaints.push(`run ${index}: items of ${links.join()} instead of ${expected.join()}`);
		for (const [i, item] of made.entries())
			complaints.push(...auditItem(cell, item, round[links[i] ?? 0]), ...(await auditFiles(item)));
		if (itemsOf(tasks[index], 1).length > 0)
			complaints.push(`run ${index}: items at the error output`);
	}
	return [...complaints, ...auditDelivery(cell, played)];
}

function linkOf(pairedItem: INodeExecutionData['pairedItem']): number {
	const [first] = [pairedItem].flat();
	return typeof first === 'object' ? first.item : Number(first);
}

/** The item holds what was made of the inputs of the item that it is linked to. */
function auditItem(cell: Cell, { json }: INodeExecutionData, input: INodeExecutionData): string[] {
	const { prompt, id, group_id: group, file, run_id: runId } = input.json;
	const text = JSON.stringify(json);
	const wrong = (what: unknown) => [`an item of ${String(what)} holds ${text.slice(0, 200)}`];
	if (json.error !== undefined)
		return [`a success item has an error: ${JSON.stringify(json.error)}`];
	if (isStarting(cell) && !text.includes(String(prompt))) return wrong(prompt);
	if (!isStarting(cell) && (id ?? runId) !== undefined && json.run_id !== (id ?? runId))
		return wrong(id ?? runId);
	if (group !== undefined && !isStarting(cell) && json.group_id !== group) return wrong(group);
	return file !== undefined && json.filename !== file ? wrong(file) : [];
}

/**
 * A binary field, or with `binaryMode: combined` a path in the item's JSON, as n8n's nodes read
 * them.
 */
function fileAt(field: string, { json, binary }: INodeExecutionData): IBinaryData | undefined {
	if (binary?.[field] !== undefined) return binary[field];
	return field
		.split('.')
		.reduce<unknown>((value, key) => (value as IDataObject | undefined)?.[key], json) as
		| IBinaryData
		| undefined;
}

/** Each file that the item names is there, with its bytes. */
async function auditFiles({ json, binary }: INodeExecutionData): Promise<string[]> {
	const outputs = [json, ...((json.outputs ?? []) as IDataObject[])].filter(
		(output) => output.binary_field !== undefined,
	);
	const checked = outputs.map(async (output) => {
		const field = String(output.binary_field);
		const file = fileAt(field, { json, binary });
		if (file === undefined) return [`no file ${field}, only ${Object.keys(binary ?? {}).join()}`];
		const { length } = await bytesOf(file);
		return length === output.file_size
			? []
			: [`${field} has ${length} bytes, not ${String(output.file_size)}`];
	});
	return (await Promise.all(checked)).flat();
}

/** What came out of the node arrives behind it: once, and with a Merge both inputs. */
function auditDelivery(cell: Cell, played: Played): string[] {
	const made = tasksOf(played, NODE).flatMap((task) => itemsOf(task)).length;
	const arrived = tasksOf(played, 'After').flatMap((task) => itemsOf(task)).length;
	if (cell.way === 'execute step')
		return arrived === 0 ? [] : [`${arrived} items behind the last node`];
	if (arrived !== made) return [`${arrived} of ${made} items arrived behind the node`];
	if (cell.way !== 'merge behind it') return [];
	const merged = tasksOf(played, 'Merge');
	const expected = played.items.length + made;
	const got = itemsOf(merged[0]).length;
	return merged.length === 1 && got === expected
		? []
		: [`Merge ran ${merged.length} times, with ${got} items instead of ${expected}`];
}

/**
 * All runs failed: where the execution continues, each item's failure stands where On Error says,
 * with its link.
 */
function auditFailure(cell: Cell, played: Played): string[] {
	if (cell.onError === 'stop') {
		const text = errorOf(played.run.data);
		return /fail/i.test(text) ? [] : [`the error does not say that the run failed: ${text}`];
	}
	const output = cell.onError === 'continue' ? 0 : 1;
	const rounds = roundsOf(cell, played);
	const tasks = tasksOf(played, NODE);
	// The failed item leaves the loop by the error output, so the loop does not continue.
	const isLoopLeft =
		cell.way === 'loop over items' && output === 1 && cell.alwaysOutputData === 'off';
	const expected = isLoopLeft ? rounds.slice(0, 1) : rounds;
	if (tasks.length !== expected.length)
		return [`the node shows ${tasks.length} runs instead of ${expected.length}`];
	return expected.flatMap((round, index) => {
		const failed = itemsOf(tasks[index], output).filter(
			({ json }) => typeof json.error === 'string',
		);
		const links = failed.map(({ pairedItem }) => linkOf(pairedItem));
		const items = round.map((_, item) => item);
		const others = itemsOf(tasks[index], 1 - output).filter(
			({ json }) => Object.keys(json).length > 0,
		);
		return [
			...(JSON.stringify(links) === JSON.stringify(items)
				? []
				: [`run ${index}: failures of ${links.join()} instead of ${items.join()}`]),
			...(others.length > 0 ? [`run ${index}: ${others.length} items at the other output`] : []),
		];
	});
}
