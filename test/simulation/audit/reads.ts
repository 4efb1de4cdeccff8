import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import type { ExecutionResult, Happened, NodeRun } from '../happened';
import type { SimRun } from '../service';
import { isFailedItem, isFiller, linkOf, stateOf } from './facts';
import { auditEnded } from './items';

/** Operations that read or cancel: what they say is so. */
export function auditReads(happened: Happened, result: ExecutionResult): string[] {
	return result.runs.flatMap((current) => {
		const items = current.items?.filter((item) => !isFailedItem(item) && !isFiller(item));
		if (items === undefined) return [];
		return CHECKS[result.plan.operation]?.({ happened, result, current, items }) ?? [];
	});
}

interface Read {
	happened: Happened;
	result: ExecutionResult;
	current: NodeRun;
	items: INodeExecutionData[];
}

type Check = (read: Read) => string[];

const FINISHED = ['succeeded', 'failed', 'cancelled', 'timed_out'];

/** The item is about the run that was asked for. */
const aboutTarget: Check = ({ result: { id, targets }, items }) =>
	items.flatMap((item) =>
		item.json.run_id === targets[linkOf(item)]?.runId
			? []
			: [`${id}: item ${linkOf(item)} holds ${String(item.json.run_id)}`],
	);

const aboutRun: Check = (read) => [
	...aboutTarget(read),
	...read.items.flatMap(({ json }) => {
		const run = read.happened.state.byId.get(String(json.run_id));
		const isTrue =
			run === undefined || !FINISHED.includes(String(json.state)) || json.state === stateOf(run);
		return isTrue ? [] : [`${read.result.id}: ${run.id} is called ${String(json.state)}`];
	}),
];

const waitedFor: Check = (read) => [
	...aboutTarget(read),
	...auditEnded(read.happened, read.result, read.items),
];

/** Runs of a scope that every list showed during the whole current. */
function listedThroughout({ happened: { state }, current }: Read, groupId?: string): SimRun[] {
	return state.runs.filter(
		(run) =>
			run.listedMs < current.beganMs &&
			!run.isForgotten &&
			(groupId === undefined || run.groupId === groupId),
	);
}

/** Deployments that forget runs move others to earlier pages, where they may be passed over. */
const isForgetful = ({ happened: { state } }: Read) => state.runs.some((run) => run.isForgotten);
/** A list in the order of its times changes its order where times do. */
const isShifting = (read: Read) => isForgetful(read) || read.happened.world.service.listLagMs > 0;

const listed: Check = (read) => {
	const { result, items } = read;
	const { id, plan } = result;
	const groupId = plan.group === 'shared' ? 'poster' : undefined;
	return result.items.flatMap((_, index) => {
		const ids = items.filter((item) => linkOf(item) === index).map(({ json }) => json.run_id);
		if (ids.length === 0) return [];
		const complaints: string[] = [];
		if (new Set(ids).size !== ids.length) complaints.push(`${id}: a list shows a run twice`);
		if (!plan.options.download && ids.length > 3)
			complaints.push(`${id}: ${ids.length} runs in place of 3`);
		const missing = listedThroughout(read, groupId).filter((run) => !ids.includes(run.id));
		if (plan.options.download && missing.length > 0 && !isShifting(read))
			complaints.push(`${id}: the list leaves out ${missing.map((run) => run.id).join()}`);
		return complaints;
	});
};

const numberAt = (json: IDataObject, ...keys: string[]) =>
	keys.reduce((sum, key) => sum + Number(json[key]), 0);

const counted: Check = (read) =>
	read.items.flatMap(({ json }) => {
		const { id } = read.result;
		const groupId = String(json.group_id);
		const total = Number(json.total);
		const sum = numberAt(
			json,
			...['queued', 'running', 'succeeded', 'failed', 'cancelled', 'timed_out', 'unknown'],
		);
		const most = read.happened.state.runs.filter((run) => run.groupId === groupId).length;
		const least = listedThroughout(read, groupId).length;
		if (sum !== total) return [`${id}: ${sum} runs in all states, and ${total} in all`];
		if (total > most) return [`${id}: ${total} runs in a group of ${most}`];
		return total < least && !isShifting(read)
			? [`${id}: ${total} runs in a group of at least ${least}`]
			: [];
	});

/**
 * A group has ended once all of its runs have. A wait that goes on for other groups, suspended, hands
 * out at its end what it would have handed out then: a run that joins in between is left out.
 */
function hasJoinedTooLate({ happened: { state }, result, current }: Read, late: SimRun): boolean {
	const shownMs = (run: SimRun) => Math.max(run.listedMs, run.endListedMs ?? Infinity);
	const before = state.runs.filter(
		(run) => run.groupId === late.groupId && run.createdMs < late.createdMs,
	);
	const endedMs = Math.max(...before.map(shownMs));
	return (
		before.length > 0 &&
		endedMs < late.createdMs &&
		result.runs.some((run) => run.attempt < current.attempt && run.endedMs > endedMs)
	);
}

const groupWaited: Check = (read) => {
	const { happened, result, items } = read;
	const { id, targets } = result;
	return [
		...auditEnded(happened, result, items),
		...result.items.flatMap((_, index) => {
			const ids = items.filter((item) => linkOf(item) === index).map(({ json }) => json.run_id);
			if (ids.length === 0) return [];
			const { groupId } = targets[index];
			const strangers = ids.filter(
				(runId) => happened.state.byId.get(String(runId))?.groupId !== groupId,
			);
			const missing = listedThroughout(read, groupId)
				.filter((run) => !ids.includes(run.id))
				.filter((run) => !hasJoinedTooLate(read, run));
			return [
				...(strangers.length > 0 ? [`${id}: ${strangers.join()} is not of the group`] : []),
				...(missing.length > 0 && !isShifting(read)
					? [`${id}: the group’s ${missing.map((run) => run.id).join()} is left out`]
					: []),
			];
		}),
	];
};

const groupCancelled: Check = ({ happened: { state }, result: { id }, items }) =>
	items.flatMap(({ json }) => {
		const sum = numberAt(json, 'cancelled', 'not_cancelled', 'already_ended');
		const really = state.runs.filter(
			(run) => run.groupId === json.group_id && (run.outcome === 'cancelled' || run.isForgotten),
		).length;
		if (sum !== Number(json.total)) return [`${id}: ${sum} runs of ${String(json.total)}`];
		return Number(json.cancelled) > really
			? [`${id}: ${String(json.cancelled)} cancelled, ${really} really`]
			: [];
	});

/**
 * Nobody sees that a run ended in another way where each check after its cancel says that there is
 * none, for some seconds at least; the item then says that it was not found.
 */
function isTakenAsGone({ happened, result }: Read, { id }: SimRun, { message }: IDataObject) {
	const statuses = happened.journal.entries
		.filter(({ by, url }) => by === result.id && url.endsWith(`/runs/${id}`))
		.map(({ status }) => status);
	return (
		String(message).includes('not found afterwards') &&
		statuses.filter((status) => status === 404).length >= 4 &&
		!statuses.includes(200)
	);
}

const cancelled: Check = (read) => [
	...aboutTarget(read),
	...read.items.flatMap(({ json }) => {
		const run = read.happened.state.byId.get(String(json.run_id));
		if (run === undefined || run.isForgotten) return [];
		const isUnread =
			/could not be read/.test(String(json.message)) || isTakenAsGone(read, run, json);
		if (json.cancelled === true && run.outcome !== 'cancelled' && !isUnread)
			return [`${read.result.id}: ${run.id} is called cancelled, and is ${run.outcome}`];
		const wasCancelled =
			run.outcome === 'cancelled' && (run.endedMs ?? 0) < read.current.endedMs - 1_000;
		const isSaid = /already cancelled|not ended yet/.test(String(json.message));
		return json.cancelled === false && wasCancelled && !isSaid
			? [
					`${read.result.id}: ${run.id} was cancelled, and the item denies it: ${String(json.message)}`,
				]
			: [];
	}),
];

const events: Check = ({ result, items }) =>
	result.items.flatMap((_, index) => {
		const sequence = items
			.filter((item) => linkOf(item) === index)
			.map(({ json }) => json.sequence)
			.filter((value) => typeof value === 'number');
		return sequence.some((value, place) => place > 0 && value <= sequence[place - 1])
			? [`${result.id}: events ${sequence.join()}`]
			: [];
	});

const output: Check = ({ happened: { state }, result: { id, targets, plan }, items }) =>
	items.flatMap((item) => {
		const { outputName } = targets[linkOf(item)];
		const found = state.byOutput.get(outputName);
		if (found === undefined) return [`${id}: ${outputName} is no output`];
		if (!plan.options.download) return [];
		const data = Object.values(item.binary ?? {})[0]?.data ?? '';
		const got = Buffer.from(data, 'base64').toString();
		return got === found.run.outputs[found.index].content
			? []
			: [`${id}: ${got} for output ${outputName}`];
	});

const CHECKS: Partial<Record<ExecutionResult['plan']['operation'], Check>> = {
	'run.get': aboutRun,
	'run.wait': waitedFor,
	'run.getOutputs': waitedFor,
	'run.getMany': listed,
	'run.getEvents': (read) => [...aboutTarget(read), ...events(read)],
	'run.cancel': cancelled,
	'group.get': counted,
	'group.wait': groupWaited,
	'group.cancel': groupCancelled,
	'output.get': output,
};
