import type { INodeExecutionData } from 'n8n-workflow';
import type { ExecutionResult, Happened, NodeRun } from '../happened';
import type { SimRun } from '../service';
import {
	hasFate,
	isFailedItem,
	isFiller,
	isStarting,
	isTolerant,
	keyOfItem,
	keyOfRun,
	linkOf,
	mayAdopt,
	runIdsIn,
	sentText,
	stateOf,
} from './facts';
import { isUntroubled } from './reasons';

/**
 * Each item is linked to its input item, in order, and holds the run made from its own inputs, with
 * its own files' bytes.
 */
export function auditItems(happened: Happened, result: ExecutionResult): string[] {
	const lists = result.runs.flatMap((run) => [
		...run.earlier.flatMap(({ items, of }) => (items ? [{ items, of }] : [])),
		...(run.items ? [{ items: run.items, of: run.of }] : []),
	]);
	return lists.flatMap(({ items, of }) => [
		...auditShape(result, items, of),
		...(isStarting(result) ? auditStarted(happened, result, items) : []),
	]);
}

/** Promises for every operation: links, order, errors in their place. */
function auditShape(
	result: ExecutionResult,
	items: INodeExecutionData[],
	of = result.items.map((_, index) => index),
): string[] {
	const { id, plan } = result;
	const complaints: string[] = [];
	const real = items.filter((item) => !isFiller(item));
	const links = real.map(linkOf);
	if (links.some((link, index) => index > 0 && link < links[index - 1]))
		complaints.push(`${id}: items out of order: ${links.join()}`);
	if (links.some((link) => !(link >= 0 && link < result.items.length)))
		complaints.push(`${id}: items without a link: ${links.join()}`);
	const isOnePerItem =
		plan.options.outputItems === 'perRun' &&
		['workflow.execute', 'workflow.executeAndWait', 'run.wait', 'run.get', 'output.get'].includes(
			plan.operation,
		);
	if (isOnePerItem && JSON.stringify(links) !== JSON.stringify(of))
		complaints.push(`${id}: items ${links.join()} for the input items ${of.join()}`);
	for (const { json } of real) {
		if (json.error === undefined) continue;
		if (!isTolerant(result)) complaints.push(`${id}: an item failed, and the node did not`);
		if (Object.keys(json).length !== 1)
			complaints.push(`${id}: a failed item has other keys: ${Object.keys(json).join()}`);
	}
	return complaints;
}

function auditStarted(
	happened: Happened,
	result: ExecutionResult,
	items: INodeExecutionData[],
): string[] {
	const { id, plan } = result;
	const complaints: string[] = [];
	const byRun = new Map<string, Set<number>>();
	for (const item of items.filter((one) => !isFailedItem(one) && !isFiller(one))) {
		const runId = String(item.json.run_id);
		byRun.set(runId, (byRun.get(runId) ?? new Set()).add(linkOf(item)));
		const run = happened.state.byId.get(runId);
		if (run === undefined) complaints.push(`${id}: an item holds run ${runId}, which is none`);
		else complaints.push(...auditOwner(happened, result, item, run));
	}
	for (const [runId, owners] of byRun)
		if (owners.size > 1) complaints.push(`${id}: items ${[...owners].join()} share ${runId}`);
	if (plan.operation === 'workflow.executeAndWait')
		complaints.push(...auditEnded(happened, result, items));
	return complaints;
}

/** The run was made from the item's own inputs. */
function auditOwner(
	happened: Happened,
	result: ExecutionResult,
	item: INodeExecutionData,
	run: SimRun,
): string[] {
	const { id, plan, items } = result;
	const wanted = items[linkOf(item)];
	const { reuseRun } = plan.options;
	const isReused = run.by !== id;
	if (isReused && reuseRun === 'never' && !mayAdopt(happened, result, run))
		return [`${id}: item ${linkOf(item)} holds ${run.id} of ${run.by}`];
	if (wanted === undefined) return [];
	if (run.workflowId !== 'w1') return [`${id}: item ${linkOf(item)} holds another workflow’s run`];
	// "Any in Group" takes any run of the workflow: that is stated where it is chosen.
	if (isReused && reuseRun === 'anyInGroup') return [];
	if (keyOfRun(run) === keyOfItem(wanted)) return [];
	// Reuse Run cannot compare the content of files: that is stated, too.
	const isSameText = run.texts.text_51536 === sentText(wanted.prompt);
	const isOtherFile = wanted.file !== null;
	if (reuseRun === 'anyInGroup') return [];
	return isReused && isSameText && isOtherFile
		? []
		: [`${id}: item ${linkOf(item)} holds the run of other inputs (${run.id})`];
}

/** Items of operations that wait: the run has ended as they say, and its files are there. */
export function auditEnded(
	happened: Happened,
	result: ExecutionResult,
	items: INodeExecutionData[],
): string[] {
	const { id, plan } = result;
	const complaints: string[] = [];
	const groups = new Map<string, INodeExecutionData[]>();
	for (const item of items.filter((one) => !isFailedItem(one) && !isFiller(one))) {
		const key = `${String(item.json.run_id)} of item ${linkOf(item)}`;
		groups.set(key, [...(groups.get(key) ?? []), item]);
	}
	for (const [key, list] of groups) {
		const run = happened.state.byId.get(String(list[0].json.run_id));
		if (run === undefined) continue;
		const state = String(list[0].json.state);
		// A 408 of the output endpoint is the service's word for a run that timed out.
		const isLiedTo = state === 'timed_out' && hasFate(happened, '408', '408Done');
		if (state !== stateOf(run) && !isLiedTo && !isCutShort(state, run))
			complaints.push(`${id}: ${key} is called ${state}, and is ${stateOf(run)}`);
		const isJudged = plan.operation !== 'run.getOutputs' && plan.options.onFailedRun === 'error';
		if (state !== 'succeeded' && isJudged)
			complaints.push(`${id}: ${key} did not succeed (${state}), and is no failure`);
		if (state === 'succeeded' && run.outcome === 'completed')
			complaints.push(...auditFiles(happened, result, `${id}: ${key}`, list, run));
	}
	return complaints;
}

/** With Return as Item, a run whose cancel was asked for is called cancelled before it is. */
const isCutShort = (state: string, run: SimRun) => state === 'cancelled' && run.outcome === null;

interface ShownOutput {
	filename?: string;
	generation_status?: string | null;
	download_url?: string;
	binary_field?: string;
}

function auditFiles(
	happened: Happened,
	result: ExecutionResult,
	what: string,
	items: INodeExecutionData[],
	run: SimRun,
): string[] {
	const { options } = result.plan;
	const shown = items.flatMap(({ json, binary }) =>
		((json.outputs ?? []) as ShownOutput[]).map((output) => ({ output, binary })),
	);
	const made = run.outputs;
	if (shown.length !== made.length)
		return [`${what} shows ${shown.length} outputs, its run made ${made.length}`];
	return shown.flatMap(({ output, binary }, index) => {
		const { content, file, name } = made[index];
		if (output.generation_status === 'missing') {
			const hasReason =
				index === happened.world.service.goneOutput || !isUntroubled(happened, result);
			return hasReason ? [] : [`${what} lacks ${file} without a reason`];
		}
		if (output.filename !== file && output.filename !== name)
			return [`${what} shows ${output.filename} in place of ${file}`];
		if (!options.download)
			return output.download_url === undefined ? [`${what} has no link to ${file}`] : [];
		const data = binary?.[output.binary_field ?? '']?.data;
		const got = data === undefined ? undefined : Buffer.from(data, 'base64').toString();
		return got === content ? [] : [`${what} has ${got ?? 'nothing'} for ${file}`];
	});
}

/** Runs that two executions hand out although neither reuses runs. */
export function auditShared(happened: Happened): string[] {
	const { results, state } = happened;
	const isTakenOver = (runId: string) => {
		const run = state.byId.get(runId);
		return (
			run !== undefined && results.some((one) => one.id !== run.by && mayAdopt(happened, one, run))
		);
	};
	const handedOut = results
		.filter((result) => isStarting(result) && result.plan.options.reuseRun === 'never')
		.flatMap(({ id, runs }) =>
			[...new Set(runs.flatMap(({ items }: NodeRun) => runIdsIn(items)))].map((runId) => ({
				id,
				runId,
			})),
		)
		.filter(({ runId }) => runId !== 'undefined');
	return handedOut
		.filter(({ runId }, index) => handedOut.findIndex((one) => one.runId === runId) !== index)
		.filter(({ runId }) => !isTakenOver(runId))
		.map(({ id, runId }) => `${id}: ${runId} was handed out by another execution, too`);
}
