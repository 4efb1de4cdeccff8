import type { INodeExecutionData } from 'n8n-workflow';
import { type ExecutionResult, KEY } from './execution';
import type { Journal } from './network';
import type { SimRun, SimService } from './service';

/**
 * Says whether anything was lost, swapped or paid for twice. It is written from the users' promises
 * alone (interface, "Rules for every call") and knows nothing of the code.
 */
export function audit(results: ExecutionResult[], service: SimService, journal: Journal): string[] {
	const complaints = results.flatMap((result) => [
		...auditItems(result, service.runs),
		...auditRuns(result, service.runs),
		...auditEnd(result),
	]);
	const handedOut = results.flatMap((result) => runIdsIn(result.items ?? []));
	const twice = handedOut.filter((id, index) => handedOut.indexOf(id) !== index);
	// Two executions of one group may both ask for the same finished run only when they reuse runs.
	const isReusing = results.some(({ plan }) => plan.reuseRun !== 'never');
	if (twice.length > 0 && !isReusing) complaints.push(`runs handed out twice: ${twice.join(', ')}`);
	const everything = JSON.stringify([
		results.map(({ items, log }) => [items, log]),
		results.map(textOf),
	]);
	if (everything.includes(KEY)) complaints.push('the key is in an item, an error or the log');
	return [
		...complaints,
		...journal.afterEnd.map((line) => `a request left after the end: ${line}`),
	];
}

const textOf = ({ error }: ExecutionResult) =>
	error ? `${error.message} ${error.description ?? ''}` : '';
const isFailed = ({ json }: INodeExecutionData) => typeof json.error === 'string';
const runIdsIn = (items: INodeExecutionData[]) =>
	items.filter((item) => !isFailed(item)).map(({ json }) => String(json.run_id));

/**
 * Each item is linked to its input item, in order, and holds the run made from its own inputs, with
 * its own files' bytes.
 */
function auditItems({ id, plan, items }: ExecutionResult, runs: SimRun[]): string[] {
	if (items === undefined) return [];
	const complaints: string[] = [];
	const links = items.map(({ pairedItem }) => (pairedItem as { item: number }).item);
	const expected = plan.items.map((_, index) => index);
	if (JSON.stringify(links) !== JSON.stringify(expected))
		complaints.push(`${id}: items ${links.join()} for input items ${expected.join()}`);
	const ids = runIdsIn(items);
	const twice = ids.filter((runId, index) => ids.indexOf(runId) !== index);
	if (twice.length > 0) complaints.push(`${id}: two items hold run ${twice.join(', ')}`);
	for (const [index, item] of items.entries()) {
		if (isFailed(item)) continue;
		const run = runs.find((candidate) => candidate.id === item.json.run_id);
		const wanted = plan.items[links[index]];
		if (run === undefined) {
			complaints.push(`${id}: item ${index} holds a run that does not exist`);
			continue;
		}
		// Reuse Run cannot compare the content of files: that is stated where it is chosen.
		const isReused = plan.reuseRun !== 'never' && run.by !== id;
		const file = run.files.image_22068 ?? null;
		const isSameFile = isReused || file === wanted.file;
		if (run.texts.text_51536 !== wanted.prompt || !isSameFile)
			complaints.push(`${id}: item ${index} holds the run of other inputs (${run.id})`);
		if (plan.operation === 'executeAndWait') complaints.push(...auditFiles(id, index, item, run));
	}
	return complaints;
}

function auditFiles(
	id: string,
	index: number,
	{ binary }: INodeExecutionData,
	run: SimRun,
): string[] {
	if (run.outcome !== 'completed')
		return [`${id}: item ${index} is a success, and its run ${run.id} is ${run.outcome}`];
	const got = Object.values(binary ?? {}).map(({ data }) => Buffer.from(data, 'base64').toString());
	const made = run.outputs.map(({ content }) => content);
	return JSON.stringify(got) === JSON.stringify(made)
		? []
		: [
				`${id}: item ${index} has ${got.length} files, its run made ${made.length}: ${got.join(' | ').slice(0, 200)}`,
			];
}

/** Paid runs ≤ asked runs, and each paid run is handed out, cancelled, or named. */
function auditRuns(result: ExecutionResult, all: SimRun[]): string[] {
	const { id, plan, items = [], log, wasStopped, tries } = result;
	const complaints: string[] = [];
	const mine = all.filter(({ by }) => by === id);
	// n8n's retry starts a run anew that failed on the service: that is what the user asked for.
	const isSpent = ({ outcome }: SimRun) => tries > 1 && outcome !== 'completed' && outcome !== null;
	const counted = mine.filter((run) => !isSpent(run)).length;
	if (counted > plan.items.length)
		complaints.push(`${id}: ${counted} paid runs for ${plan.items.length} items`);
	const texts = [textOf(result), ...items.map(({ json }) => String(json.error ?? '')), ...log].join(
		'\n',
	);
	const handedOut = new Set(runIdsIn(items));
	for (const run of mine) {
		const isNamed = texts.includes(run.id) || /may have started/.test(texts);
		if (handedOut.has(run.id) || run.outcome === 'cancelled' || isNamed) continue;
		// Without "continue on fail" the first failure ends the node; the other runs continue and stay
		// adoptable.
		if (result.error && !wasStopped) continue;
		if (wasStopped && plan.cancelRemote === 'never') continue;
		if (wasStopped && plan.operation === 'execute') continue;
		if (run.outcome !== null && wasStopped) continue;
		if (run.outcome === 'failed' && tries > 1) continue;
		complaints.push(
			`${id}: paid run ${run.id} (${run.outcome}) is neither handed out nor cancelled nor named`,
		);
	}
	return complaints;
}

const SLACK_MS = 240_000;

/** Nothing waits past its Timeout plus a stated slack; a stopped execution ends at once. */
function auditEnd({ id, plan, beganMs, endedMs, wasStopped, tries }: ExecutionResult): string[] {
	const tookMs = endedMs - beganMs;
	if (wasStopped)
		return tookMs > (plan.stopMs ?? 0) + 1_000 ? [`${id}: Stop took ${tookMs} ms`] : [];
	const waves = Math.ceil(plan.items.length / plan.maxConcurrent);
	const mostMs =
		tries * (waves * (Math.max(plan.timeoutSeconds, 600) * 1_000 + SLACK_MS) + SLACK_MS);
	return tookMs > mostMs ? [`${id}: took ${tookMs} ms`] : [];
}
