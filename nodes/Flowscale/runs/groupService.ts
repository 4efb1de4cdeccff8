import type { RunService } from '../../core/execution/runSession';
import { hasStatus, orServiceError, ServiceError } from '../../core/errors';
import type { KnownRun } from '../../core/runs/run';
import type { CancelOutcome } from '../../core/waiting/runCanceller';
import type { RunWaiter, WaitOrder } from '../../core/waiting/runWaiter';
import { WaitTimeout } from '../../core/waiting/watchedRun';
import {
	type CancelAnswers,
	emptyGroupError,
	knownRunsOfGroup,
	type RunStates,
	sendGroupCancel,
	wereAllCancelled,
} from './groups';
import type { Session } from './session';

/**
 * Pause between the polls that must all see no open run, since another run may be about to join.
 * Two polls are enough if the second shows no new run. If the list keeps changing, five are.
 */
const SECOND_POLL_MS = 1_000;
const MOST_POLLS = 5;
/**
 * A group of which no run is listed may have been started a moment ago, and a gateway in trouble may
 * not find the list for a moment.
 */
const MISSING_GROUP_GRACE_MS = 15_000;
const ONE_TRY = { tries: 1 };

/** What is known of a group between two polls. */
interface GroupMemory {
	/**
	 * A run that had not ended when it was last seen: while it has not, there is no need to list the
	 * group.
	 */
	openRun?: KnownRun;
	/** Runs that have ended although the list says otherwise, as their outputs showed. */
	ended: Set<string>;
	/** Since when its list is empty, or not found. */
	missingSinceMs?: number;
	/** Runs that any poll saw: a list that shifts while it is read may leave one out. */
	seen: Set<string>;
	/** Answers to the cancels of its runs. */
	cancels: CancelAnswers;
}

/**
 * Groups as something to wait for: to the waiting machinery a group is a run with the group's id,
 * which has succeeded once two polls in a row saw runs of it and none that is open.
 */
export function createGroupService(service: RunService, session: Session): RunService {
	const { api, clock } = session;
	const groups = new Map<string, GroupMemory>();
	const memoryOf = (groupId: string): GroupMemory => {
		const memory = groups.get(groupId) ?? {
			ended: new Set(),
			seen: new Set(),
			cancels: new Map(),
		};
		groups.set(groupId, memory);
		return memory;
	};
	const poll = async (group: KnownRun) =>
		await pollGroup(service, session, group, memoryOf(group.run_id));
	return {
		...service,
		watch: {
			serviceName: service.watch.serviceName,
			poll,
			verify: async (group) => {
				const memory = memoryOf(group.run_id);
				const verified = memory.openRun && (await service.watch.verify?.(memory.openRun));
				if (verified?.finished) memory.ended.add(verified.run_id);
				return group;
			},
		},
		cancel: async (groupId, cancelTry) => {
			await sendGroupCancel(api, groupId, clock, memoryOf(groupId).cancels, cancelTry);
			return undefined;
		},
		cancelText,
		cancelFailure,
		isGroup: true,
		completeOutputs: async (group) => group,
	};
}

/** The group as it is; null: the service does not know it yet. @throws ServiceError */
async function pollGroup(
	service: RunService,
	session: Session,
	group: KnownRun,
	memory: GroupMemory,
): Promise<KnownRun | null> {
	const { api, clock, stop } = session;
	if (memory.openRun && (await isStillOpen(service, memory.openRun))) return inProgress(group);
	let states: RunStates = new Map();
	for (let polls = 1; polls <= MOST_POLLS; polls++) {
		if (polls > 1) await clock.pause(SECOND_POLL_MS, stop);
		const seen = await readGroup(session, group.run_id, memory).catch(orNotFound);
		if (seen instanceof ServiceError) return missingGroup(memory, clock.now(), seen);
		states = seen.states;
		memory.openRun = seen.openRun;
		if (seen.openRun) return inProgress(group);
		if (states.size === 0) return missingGroup(memory, clock.now(), emptyGroupError(group.run_id));
		if (polls > 1 && seen.added === 0) break;
	}
	const isCancelled = await wereAllCancelled(api, states, memory.cancels);
	return isCancelled ? { ...ended(group), state: 'cancelled' } : ended(group);
}

/** The first open run; in a group without one, all its runs, and how many of them are new. */
async function readGroup({ api, stop }: Session, groupId: string, memory: GroupMemory) {
	const states: RunStates = new Map();
	let added = 0;
	for await (const run of knownRunsOfGroup(api, groupId, stop, ONE_TRY)) {
		states.set(run.run_id, run.state);
		delete memory.missingSinceMs;
		if (!memory.seen.has(run.run_id)) added++;
		memory.seen.add(run.run_id);
		if (!run.finished && !memory.ended.has(run.run_id)) return { openRun: run, states, added };
	}
	return { states, added };
}

const inProgress = (group: KnownRun): KnownRun => ({
	...group,
	status: 'running',
	state: 'running',
});
const ended = (group: KnownRun): KnownRun => ({
	...group,
	status: 'completed',
	state: 'succeeded',
	finished: true,
});

/** A run that cannot be read at this moment says nothing; the list decides then. */
async function isStillOpen({ watch }: RunService, run: KnownRun): Promise<boolean> {
	const found = await watch.poll(run).catch(orServiceError);
	return found !== null && !(found instanceof ServiceError) && !found.finished;
}

/** null: the service does not know the group yet. @throws the failure once it should */
function missingGroup(memory: GroupMemory, nowMs: number, failure: ServiceError): null {
	memory.missingSinceMs ??= nowMs;
	if (nowMs - memory.missingSinceMs > MISSING_GROUP_GRACE_MS) throw failure;
	return null;
}

/** A list that is not found, as a value. @throws any other failure */
function orNotFound(error: unknown): ServiceError {
	if (hasStatus(error, 404)) return error;
	throw error;
}

/** The waiter with failures that speak of the group, not of a run. */
export function waiterOfGroup(waiter: RunWaiter, groupId: string): RunWaiter {
	return {
		...waiter,
		untilEnd: async (begin, order, pollWindow) =>
			await waiter.untilEnd(begin, order, pollWindow).catch((error: unknown) => {
				throw aboutGroup(error, groupId, order);
			}),
		rejoin: async (group, order, pollWindow) =>
			await waiter.rejoin(group, order, pollWindow).catch((error: unknown) => {
				throw aboutGroup(error, groupId, order);
			}),
		giveUp: (group, order, failure) =>
			aboutGroup(waiter.giveUp(group, order, failure), groupId, order),
		refresh: async (group) =>
			// It ended at an earlier resume. A run that joined it since then is not waited for.
			await waiter.refresh(ended(group)).catch((error: unknown) => {
				throw aboutGroup(error, groupId);
			}),
	};
}

function aboutGroup<T>(error: T, groupId: string, order?: WaitOrder): T | ServiceError {
	if (!(error instanceof ServiceError)) return error;
	const facts = { ...error.facts, runId: undefined, state: undefined };
	if (error instanceof WaitTimeout && order !== undefined)
		return new WaitTimeout(
			`The runs of group "${groupId}" did not all end within ${order.timeoutMs / 1000} s${causeIn(error)}`,
			{
				...facts,
				hint:
					order.cancelRemote === 'onStopOrTimeout'
						? facts.hint
						: 'They continue at Flowscale. Wait for the group again, or raise Timeout.',
			},
		);
	const text = error.message;
	const name = `group "${groupId}"`;
	return new ServiceError(text.includes(name) ? text : `${text} (${name})`, facts);
}

/** How the last poll of a group failed that did not end in time. */
function causeIn({ facts: { lastFailure } }: WaitTimeout): string {
	return lastFailure === undefined ? '' : `. The last check failed: ${lastFailure}`;
}

/** What n8n's log says of the cancel of a group that failed. */
function cancelFailure(groupId: string, error: Error): string {
	const runId = error instanceof ServiceError ? error.facts.runId : undefined;
	const which = runId ? ` (run ${runId})` : '';
	return `Not all runs of group "${groupId}" could be cancelled at Flowscale: ${error.message}${which}`;
}

/** What became of the cancels of a group's runs, for the user. */
function cancelText(outcome: CancelOutcome): string {
	if (outcome === 'accepted')
		return 'Flowscale accepted the cancels of those that had not ended, and some of them have not ended yet. See what became of them with Group > Get.';
	if (outcome === 'pending')
		return 'Flowscale has not accepted the cancels of all that had not ended yet. The node keeps trying for a few minutes. If that fails, n8n’s log says so.';
	if (outcome instanceof Error)
		return `Not all of them could be cancelled at Flowscale: ${outcome.message}`;
	if (outcome.state === 'cancelled') return 'Those that had not ended were cancelled at Flowscale.';
	return 'All have ended since, but not all of them because of the cancel. Wait for the group again to get their outputs.';
}
