import type { Clock } from '../async/clock';
import { onAbort } from '../async/signals';
import { ExecutionCancelledError } from '../errors';
import type { KnownRun } from '../runs/run';

/** What an execution knows while it searches a group for a run, and starts one if there is none. */
export interface GroupTurn {
	/** When another execution last had its turn, epoch ms: a listing of before is out of date. */
	changedAtMs: number;
	/**
	 * Runs that other executions of this process started in the group, the newest first: the
	 * service's list may not show them yet.
	 */
	startedByOthers: readonly KnownRun[];
	/** To be called once; with the run, if one was started. */
	leave(started?: KnownRun): void;
}

/**
 * Executions of one process that reuse runs of the same group take turns. Without that, two of them
 * that begin together both find nothing in the group, and the same order is paid for twice. Items of
 * one execution share its turn.
 */
export interface GroupTurns {
	/** @throws ExecutionCancelledError */
	enter(groupKey: string, execution: object, stop?: AbortSignal): Promise<GroupTurn>;
}

/** How long a service's list may lag behind its starts, with a margin. */
const LISTING_LAG_MS = 120_000;

interface Waiter {
	execution: object;
	enter(): void;
}

interface GroupState {
	/** Who has the turn, and for how many items. */
	execution?: object;
	items: number;
	/** In the order of their coming. */
	waiters: Waiter[];
	/** When each execution last left. */
	leavers: Array<{ execution: object; atMs: number }>;
	started: Array<{ execution: object; run: KnownRun; atMs: number }>;
}

export function createGroupTurns(clock: Clock): GroupTurns {
	const groups = new Map<string, GroupState>();
	let sweptMs = clock.now();
	return {
		enter: async (groupKey, execution, stop) => {
			if (clock.now() - sweptMs > LISTING_LAG_MS) {
				sweptMs = clock.now();
				for (const [key, group] of groups) if (isForgotten(group, sweptMs)) groups.delete(key);
			}
			const group = groups.get(groupKey) ?? { items: 0, waiters: [], leavers: [], started: [] };
			groups.set(groupKey, group);
			if (canEnter(group, execution)) letIn(group, execution);
			else await untilTurn(group, execution, stop);
			return openTurn(group, execution, clock);
		},
	};
}

function openTurn(group: GroupState, execution: object, clock: Clock): GroupTurn {
	forgetOld(group, clock.now());
	const others = group.started.filter((start) => start.execution !== execution);
	return {
		changedAtMs: Math.max(
			Number.NEGATIVE_INFINITY,
			...group.leavers.filter((one) => one.execution !== execution).map(({ atMs }) => atMs),
		),
		startedByOthers: others.map(({ run }) => run).reverse(),
		leave: (run) => {
			const atMs = clock.now();
			if (run) group.started.push({ execution, run, atMs });
			group.leavers = [
				...group.leavers.filter((one) => one.execution !== execution),
				{ execution, atMs },
			];
			group.items--;
			if (group.items === 0) passOn(group);
		},
	};
}

/** Nobody is ahead of it. An execution that has the turn lets others in before its next items. */
function canEnter({ execution: holder, items, waiters }: GroupState, execution: object): boolean {
	return waiters.length === 0 && (items === 0 || holder === execution);
}

async function untilTurn(group: GroupState, execution: object, stop?: AbortSignal): Promise<void> {
	let unlink: () => void = () => undefined;
	await new Promise<void>((resolve, reject) => {
		const waiter: Waiter = { execution, enter: resolve };
		group.waiters.push(waiter);
		if (stop === undefined) return;
		unlink = onAbort(stop, () => {
			const place = group.waiters.indexOf(waiter);
			if (place < 0) return;
			group.waiters.splice(place, 1);
			if (group.items === 0) passOn(group);
			reject(new ExecutionCancelledError());
		});
	}).finally(() => unlink());
}

/** The turn goes to the execution that has waited longest, with all of its items that wait. */
function passOn(group: GroupState): void {
	const [first] = group.waiters;
	if (first === undefined) return;
	const entering = group.waiters.filter(({ execution }) => execution === first.execution);
	group.waiters = group.waiters.filter(({ execution }) => execution !== first.execution);
	for (const { enter } of entering) {
		// Counted now, so that a caller that comes before the promise is settled finds the turn taken.
		letIn(group, first.execution);
		enter();
	}
}

function letIn(group: GroupState, execution: object): void {
	group.execution = execution;
	group.items++;
}

function forgetOld(group: GroupState, nowMs: number): void {
	const isRecent = ({ atMs }: { atMs: number }) => nowMs - atMs <= LISTING_LAG_MS;
	group.started = group.started.filter(isRecent);
	group.leavers = group.leavers.filter(isRecent);
}

function isForgotten(group: GroupState, nowMs: number): boolean {
	forgetOld(group, nowMs);
	const { items, waiters, leavers, started } = group;
	return items === 0 && waiters.length === 0 && leavers.length === 0 && started.length === 0;
}
