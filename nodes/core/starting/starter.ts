import type { Clock } from '../async/clock';
import { linkSignals, onAbort, unlessAborted } from '../async/signals';
import { ExecutionCancelledError, type ServiceError } from '../errors';
import { type Answer, isNetworkFailure } from '../http/http';
import type { NetworkFailure } from '../http/networkError';
import { isCreatedAfter, requestKey } from '../runs/matchRun';
import { type KnownRun, type Run, createRun, timeOf } from '../runs/run';
import { findExistingRun } from './existingRuns';
import { createGroupListings, FRESH_MS, type GroupListing, type ListGroup } from './groupListings';
import {
	forgetStart,
	identityOf,
	noteStart,
	type ProcessStart,
	type StartIdentity,
	startsOfOthers,
} from './processStarts';
import type { GroupTurn } from './groupTurns';
import { sendOnceSafely } from './sendOnceSafely';
import { type Announcements, createAnnouncements } from './announcements';
import { createStartGate, type StartGate } from './startGate';
import type { RememberedStart, SentStart, StartMemory } from './startMemory';
import { classifyStart, heldBackTooLong, mayHaveStarted } from './startOutcome';
import type { StartRequest, StartService } from './startService';

export interface Starter {
	/**
	 * Every request that this run of the node may start, before the first is started: requests that
	 * differ by their files alone must know of each other.
	 */
	announce(request: StartRequest): void;
	/**
	 * The request's run: found again, reused, or started.
	 * @throws ServiceError | ExecutionCancelledError
	 */
	start(request: StartRequest): Promise<KnownRun>;
	/**
	 * The run that this item waited for before a suspension, by its ID alone; undefined where its
	 * start got no clear answer.
	 */
	known(itemIndex: number, workflowId: string): KnownRun | undefined;
	/** Whether this execution started the run, rather than finding it in the group. */
	hasStarted(runId: string): boolean;
	/** Records that the result of the request's run was returned to its caller. */
	markHandedOut(request: StartRequest): void;
	/** A run has ended, so that the service may allow another. */
	released(): void;
}

export interface StarterParts {
	service: StartService;
	memory: StartMemory;
	clock: Clock;
	/** Ends with the execution, and with the node's first failure. */
	stop?: AbortSignal;
	/** The stop of the whole execution, by the user or n8n's own timeout: it outlives the node. */
	executionStop?: AbortSignal;
	warn?(text: string): void;
}

interface StarterState extends StarterParts {
	gate: StartGate<Answer | NetworkFailure>;
	listGroup: ListGroup;
	/**
	 * Runs that belong to a request of this execution, or that ended badly after they were listed.
	 */
	taken: Set<string>;
	/** How many of the memory's runs are among them. */
	remembered: number;
	/** Runs that this execution started. */
	started: Set<string>;
	/** Requests that were announced, by what they ask for. */
	announced: Announcements;
	/** Stands for this starter where other executions of the process see its starts. */
	owner: object;
	/** Starts of this node that were sent and have no run yet, or are being sent. */
	sent: Set<ProcessStart>;
}

/**
 * Pauses before each search for a run whose start got no clear answer, since a gateway may give up
 * before the service has created the run.
 */
const ADOPTION_PAUSES_MS = [0, 1_000, 2_500];
/** `Date` is written in whole seconds, and answers take their time. */
const CLOCK_CHANGE_MS = 2_000;

export function createStarter(parts: StarterParts): Starter {
	const { service, memory, clock, stop } = parts;
	const state: StarterState = {
		...parts,
		gate: createStartGate(clock, stop),
		listGroup: createGroupListings(service, clock),
		taken: new Set(),
		remembered: 0,
		started: new Set(),
		announced: createAnnouncements(),
		sent: new Set(),
		owner: {},
	};
	const isLaterTry = memory.runIds().length > 0;
	return {
		announce: state.announced.add,
		start: async (request) => {
			const known = await rememberedRun(state, request);
			if (known) return known;
			if (isLaterTry) await untilOthersFail(state);
			return await reuseOrSend(state, request);
		},
		known: (itemIndex, workflowId) => {
			const start = memory.ofItem(itemIndex);
			return start && runOfStart(state, start, workflowId);
		},
		hasStarted: (runId) => state.started.has(runId),
		markHandedOut: memory.markHandedOut,
		released: () => state.gate.released(),
	};
}

/**
 * In a later try of the node an item may fail without a request, since its run was cancelled here.
 * Its failure ends the node, and then no other item may start a run that is paid for.
 * @throws ExecutionCancelledError
 */
async function untilOthersFail({ clock, stop }: StarterState): Promise<void> {
	await clock.pause(0);
	if (stop?.aborted) throw new ExecutionCancelledError();
}

function take(
	state: StarterState,
	request: StartRequest,
	run: KnownRun,
	start: Omit<RememberedStart, 'fingerprint' | 'executionId' | 'runId' | 'groupId'>,
): KnownRun {
	state.taken.add(run.run_id);
	if (!start.isReused && !start.isPerhapsForeign) state.started.add(run.run_id);
	state.memory.save(request, { ...start, groupId: request.groupId, runId: run.run_id });
	return run;
}

/**
 * The run that an earlier try of this item started, by Retry On Fail or by hand, or before a
 * suspension.
 */
async function rememberedRun(
	state: StarterState,
	asked: StartRequest,
): Promise<KnownRun | undefined> {
	const start = state.memory.get(asked);
	if (start === undefined) return undefined;
	if (start.runId === undefined) {
		const request = { ...asked, groupId: start.groupId };
		const failure = mayHaveStarted(
			state.service,
			start.groupId,
			'An earlier try of this item got no clear answer.',
		);
		const run = await adoptUnlessStopped(state, request, start, failure);
		// A list without the run proves nothing, since a gateway may give up minutes before the service
		// starts the run.
		if (run === undefined) throw failure;
		return run;
	}
	const named = runOfStart(state, start, asked.workflowId);
	if (asked.isContinued) return named;
	const run = await state.service.getRun(start.runId);
	// A run that failed is started again: that is what the user asked for with the retry.
	if (run && run.finished && run.state !== 'succeeded') return undefined;
	return run ?? named;
}

/** A remembered start's run, by its ID alone. */
function runOfStart(
	{ started }: StarterState,
	{ runId, groupId, isReused, isPerhapsForeign }: RememberedStart,
	workflow_id: string,
): KnownRun | undefined {
	if (runId === undefined) return undefined;
	if (!isReused && !isPerhapsForeign) started.add(runId);
	return { ...createRun({ workflow_id, group_id: groupId ?? null }), run_id: runId };
}

/** A run that is reused, or started. @throws ServiceError | ExecutionCancelledError */
async function reuseOrSend(state: StarterState, request: StartRequest): Promise<KnownRun> {
	const { service } = state;
	if (request.reuse === 'never' || request.groupId === undefined)
		return await sendUntilTaken(state, request);
	const turn = await service.enterGroup?.(request.groupId, state.owner);
	let started: KnownRun | undefined;
	try {
		const reused = await reuse(state, request, turn);
		if (reused) return reused;
		started = await sendUntilTaken(state, request);
		return started;
	} finally {
		const files = Object.fromEntries(request.fileNames.map((name) => [name, null]));
		turn?.leave(started && { ...started, inputs: { ...request.texts, ...files } });
	}
}

/** A run of the group that Reuse Run takes. @throws ServiceError when that cannot be decided */
async function reuse(
	state: StarterState,
	request: StartRequest,
	turn: GroupTurn | undefined,
): Promise<KnownRun | undefined> {
	const { service, clock } = state;
	if (request.groupId === undefined) return undefined;
	const listing = await state.listGroup(request.groupId, turn);
	if (listing === undefined)
		throw service.reuseErrors?.noRunIds(request.groupId) ?? noReuse(service);
	// A listed run may belong to a start that is being answered at this moment.
	await Promise.allSettled(rivalsOf(state, request).map(({ sending }) => sending));
	for (;;) {
		const choice = chooseReused(state, request, listing);
		if (choice.kind === 'unclear')
			throw service.reuseErrors?.unclear(request.groupId) ?? noReuse(service);
		if (choice.kind === 'none') return undefined;
		const { run } = choice;
		// Taken before it is read again, so that no other item takes it meanwhile.
		state.taken.add(run.run_id);
		const isStale = !run.finished && clock.now() - listing.seenAtMs(run) > FRESH_MS;
		const now = isStale ? ((await service.getRun(run.run_id)) ?? run) : run;
		if (!now.finished || now.state === 'succeeded')
			return take(state, request, now, { sentAtMs: clock.now(), isReused: true });
	}
}

/** A mistake of ours: only a service with these errors may offer to reuse runs. */
const noReuse = ({ serviceName }: StartService) =>
	new Error(`Runs of ${serviceName} cannot be reused`);

/**
 * Runs that belong to a request of this execution by now: a start of an earlier try may be answered
 * while the next one is in progress.
 */
function takenRuns(state: StarterState): ReadonlySet<string> {
	const runIds = state.memory.runIds();
	for (; state.remembered < runIds.length; state.remembered++)
		state.taken.add(runIds[state.remembered]);
	return state.taken;
}

function chooseReused(state: StarterState, request: StartRequest, listing: GroupListing) {
	const rivals = state.announced
		.like(request)
		.filter(
			({ itemIndex, groupId }) => itemIndex !== request.itemIndex && groupId === request.groupId,
		);
	const isAny = request.reuse === 'anyInGroup';
	const runs = isAny ? listing.runs : listing.runsLike(request);
	return findExistingRun(withoutRunsOfLost(state, request, runs), {
		request,
		rivals,
		reuse: request.reuse,
		taken: takenRuns(state),
	});
}

/**
 * Runs that no start without clear answer of another item has made, in this try of the node or an
 * earlier one: that item searches for its run itself, or its answer may still arrive.
 */
function withoutRunsOfLost(
	{ memory, service }: StarterState,
	request: StartRequest,
	runs: readonly KnownRun[],
): readonly KnownRun[] {
	const lost = memory.lostRivals(request);
	if (lost.length === 0) return runs;
	const sinceMs = service.serviceTime(Math.min(...lost.map(({ sentAtMs }) => sentAtMs)));
	const isOlder = (run: KnownRun) =>
		!Number.isNaN(timeOf(run.created_at)) && !isCreatedAfter(run, sinceMs, CLOCK_CHANGE_MS);
	return runs.filter(isOlder);
}

/**
 * Other starts that may have made what a list shows of the request's group. Each of them takes its
 * run once it is answered.
 */
function rivalsOf(state: StarterState, request: StartRequest): ProcessStart[] {
	const isRival = (other: StartIdentity) =>
		other.workflowId === request.workflowId &&
		other.groupId === request.groupId &&
		(request.reuse === 'anyInGroup' || requestKey(other) === requestKey(request));
	return [...state.sent].filter(({ request: other }) => isRival(other));
}

/** The run that an unanswered start of this item may have made. */
async function adopt(
	state: StarterState,
	request: StartRequest,
	sent: SentStart,
	signal?: AbortSignal,
): Promise<KnownRun | undefined> {
	const { groupId, isGroupOfExecution } = request;
	const { sentAtMs } = sent;
	const { service, clock, memory } = state;
	if (groupId === undefined) return undefined;
	for (const pauseMs of ADOPTION_PAUSES_MS) {
		await clock.pause(pauseMs, signal);
		if (signal?.aborted) return undefined;
		const runs = await listSince(service, groupId, sentAtMs, signal);
		if (runs === undefined) return undefined;
		// This must come after the listing: a listed run may belong to a start that is just being
		// answered.
		await Promise.allSettled(rivalsOf(state, request).map(({ sending }) => sending));
		const lost = rivalsOf(state, request).filter(
			({ isLost, request: other }) => isLost && other.itemIndex !== request.itemIndex,
		);
		const isTwinLost = lost.length === 0 && memory.hasLostTwin(request);
		const rivals = [...lost.map(({ request: other }) => other), ...(isTwinLost ? [request] : [])];
		const others = startsOfOthers(service.place, state.owner, request, sent);
		await Promise.allSettled(others.map(({ sending }) => sending));
		const choice = findExistingRun(runs, {
			request,
			rivals,
			sent: {
				atMs: service.serviceTime(sentAtMs),
				isGroupOfExecution,
				foreign: others.filter(({ isLost }) => isLost).map((s) => s.request),
			},
			taken: new Set([...takenRuns(state), ...others.flatMap(({ runId }) => runId ?? [])]),
			reuse: 'never',
		});
		if (choice.kind === 'take')
			return take(state, request, choice.run, {
				sentAtMs,
				...(!isGroupOfExecution && { isPerhapsForeign: true }),
			});
	}
	return undefined;
}

/**
 * The group's runs since a start. A node's first answer shows how far the service's clock is off:
 * where it is behind, a listing that was cut by our clock may lack the run.
 * @returns empty where the listing failed: that proves nothing, since the fault that lost the start
 *   may last a little longer
 */
async function listSince(
	service: StartService,
	groupId: string,
	sentAtMs: number,
	signal: AbortSignal | undefined,
): Promise<KnownRun[] | undefined> {
	const list = async (sinceMs: number) =>
		await service.listGroup(groupId, { sinceMs, isDetached: true, signal }).catch(() => []);
	const assumedMs = service.serviceTime(sentAtMs);
	const runs = await list(assumedMs);
	const sinceMs = service.serviceTime(sentAtMs);
	const isCutTooEarly = sinceMs < assumedMs - CLOCK_CHANGE_MS && !signal?.aborted;
	return isCutTooEarly && runs !== undefined ? await list(sinceMs) : runs;
}

/**
 * Searches for the run of an unanswered start. A stop ends the wait at once; the search continues
 * in the background and cancels the run that it finds. A start that was on its way at the stop is
 * waited for, and its caller cancels the run.
 * @param failure what is logged where the search finds nothing and nobody waits for it any more
 */
async function adoptUnlessStopped(
	state: StarterState,
	request: StartRequest,
	sent: SentStart,
	failure: ServiceError,
): Promise<KnownRun | undefined> {
	const { stop, warn } = state;
	const hasFailed = () => !state.executionStop?.aborted;
	if (stop?.aborted && hasFailed()) {
		logFailure(state, failure);
		throw new ExecutionCancelledError();
	}
	const abandon = linkSignals();
	const search = adopt(state, request, sent, abandon.signal);
	if (stop === undefined || stop.aborted) {
		const found = await search;
		// The caller cancels it only where this execution started it for certain.
		if (found && stop?.aborted) nameFound(state, request, found.run_id);
		else if (found) nameTaken(state, request, found.run_id);
		return found;
	}
	const first = await unlessAborted(search, stop);
	if (first !== 'aborted') {
		if (first) nameTaken(state, request, first.run_id);
		return first;
	}
	// A node that failed leaves its other runs at the service, so there is nothing to find and
	// cancel.
	if (hasFailed()) abandon.abort();
	void search
		.then(async (run) => {
			if (run) await cancelFound(state, request, run.run_id);
			else logFailure(state, failure);
		})
		.catch((error: Error) => warn?.(`A run could not be cancelled after Stop: ${error.message}`));
	throw new ExecutionCancelledError();
}

/** Names a start that may have run where the node returns nothing that could. */
function logFailure({ warn }: StarterState, { message, facts }: ServiceError): void {
	warn?.(`${message} ${facts.hint ?? ''}`);
}

/** Where the run is another execution's, the run of the start itself is named nowhere else. */
function nameTaken({ started, warn }: StarterState, request: StartRequest, runId: string): void {
	if (!started.has(runId))
		warn?.(
			`A start got no clear answer, and run ${runId} in group "${request.groupId}" was taken for its run. Another execution that uses the group may have started that run. If so, the run of this start is in the group, too.`,
		);
}

/** Nobody waits any more for a run that was found after Stop. */
async function cancelFound(
	state: StarterState,
	request: StartRequest,
	runId: string,
): Promise<void> {
	if (state.started.has(runId)) await request.cancelLate?.(runId);
	else nameFound(state, request, runId);
}

/** Names a run that Stop leaves alone, since another execution may have started it. */
function nameFound({ started, warn }: StarterState, request: StartRequest, runId: string): void {
	if (request.cancelLate && !started.has(runId))
		warn?.(
			`Run ${runId} was found in group "${request.groupId}" after Stop, and may be of a start that got no clear answer. It was not cancelled, since another execution that uses the group may have started it.`,
		);
}

/** Starts the run. @throws ServiceError | ExecutionCancelledError */
async function sendUntilTaken(state: StarterState, request: StartRequest): Promise<KnownRun> {
	const { service, memory, gate, clock, stop } = state;
	const queued = request.maxQueued > 0 ? await service.untilQueueIsShort?.(request) : undefined;
	let sent: ProcessStart | undefined;
	let taken: KnownRun | undefined;
	const sendOnce = async () => {
		const { start, run, result } = await sendNoted(state, request);
		sent = start;
		taken = run;
		return result;
	};
	const { result, verdict, isHeldBackTooLong } = await sendOnceSafely({
		gate,
		clock,
		stop,
		patienceMs: request.patienceMs,
		send: sendOnce,
		classify: (answer) => verdictOf(service, answer),
	})
		.catch((error: unknown) => {
			memory.forget(request);
			throw error;
		})
		.finally(queued);
	if (taken) return taken;
	if (verdict === 'notReached' || verdict === 'refused' || sent === undefined) {
		if (stop?.aborted) throw new ExecutionCancelledError();
		const failure = service.failureOf(result);
		throw isHeldBackTooLong ? heldBackTooLong(failure, request.patienceMs) : failure;
	}
	return await adoptLost(state, request, sent, result);
}

/** One try, visible to others that search for a run meanwhile. */
async function sendNoted(state: StarterState, request: StartRequest) {
	const { service, memory, clock } = state;
	const { executionId } = memory;
	const sentAtMs = clock.now();
	memory.save(request, { sentAtMs, groupId: request.groupId });
	const start: ProcessStart = {
		owner: state.owner,
		request: identityOf(request),
		executionId,
		sentAtMs,
		sending: Promise.resolve(),
		isLost: false,
		isGivenUp: false,
		runId: undefined,
	};
	// Those that wait for this start find its outcome recorded.
	const sending = sendAndTake(state, request, sentAtMs).then((answered) => {
		const isUnclear = answered.verdict === 'answered' || answered.verdict === 'uncertain';
		start.runId = answered.run?.run_id;
		start.isLost = answered.run === undefined && isUnclear;
		if (!isUnclear) forgetStart(service.place, start);
		start.sending = Promise.resolve();
		return answered;
	});
	start.sending = sending;
	state.sent.add(start);
	noteStart(service.place, start);
	return { start, ...(await sending.finally(() => state.sent.delete(start))) };
}

/** Resolves when the run is taken, so that rivals that wait for this start see whose run it is. */
async function sendAndTake(state: StarterState, request: StartRequest, sentAtMs: number) {
	const result = await request.send();
	const verdict = verdictOf(state.service, result);
	if (verdict === 'notReached' || verdict === 'refused') state.memory.forget(request);
	const run =
		!isNetworkFailure(result) && verdict === 'answered'
			? startedRun(() => state.service.readStart(result, request))
			: undefined;
	return { result, verdict, run: run && take(state, request, run, { sentAtMs }) };
}

/**
 * The run of a start without clear answer.
 * @throws ServiceError, which says that it may have started
 */
async function adoptLost(
	state: StarterState,
	request: StartRequest,
	start: ProcessStart,
	result: Answer | NetworkFailure,
): Promise<KnownRun> {
	const { service, stop, executionStop } = state;
	state.sent.add(start);
	const { message, facts } = service.failureOf(result);
	const { serviceName } = service;
	const failure =
		verdictOf(service, result) === 'answered'
			? mayHaveStarted(
					service,
					request.groupId,
					`${serviceName} accepted the start but returned no run ID. ${message}`,
				)
			: mayHaveStarted(service, request.groupId, message, facts.status);
	const adopted = await adoptUnlessStopped(state, request, start, failure).finally(
		() => (start.isGivenUp = true),
	);
	if (adopted) {
		state.sent.delete(start);
		Object.assign(start, { isLost: false, runId: adopted.run_id });
		return adopted;
	}
	if (!stop?.aborted) {
		// A stopped node returns nothing, not even the failures of its items. Nor does n8n show the
		// failure of a try that Retry On Fail was to repeat: the node has ended by then, so this listens
		// to the execution's own signal.
		if (executionStop) onAbort(executionStop, () => logFailure(state, failure));
		throw failure;
	}
	logFailure(state, failure);
	throw new ExecutionCancelledError();
}

function verdictOf(service: StartService, result: Answer | NetworkFailure) {
	return !isNetworkFailure(result) && service.isRefusal?.(result)
		? 'refused'
		: classifyStart(result);
}

function startedRun(read: () => Run): KnownRun | undefined {
	try {
		const run = read();
		return run.run_id === null ? undefined : { ...run, run_id: run.run_id };
	} catch {
		// Not JSON: the same as an answer without an ID, the group will show the run.
		return undefined;
	}
}
