import type { Clock } from '../../core/async/clock';
import { createLimiter } from '../../core/async/limiter';
import { ExecutionCancelledError, ofRun, ServiceError } from '../../core/errors';
import type { ApiRequest } from '../../core/http/transport';
import { type CancelTry, isDoubtfulRefusal } from '../../core/waiting/runCanceller';
import { type KnownRun, type Run, type RunState, timeOf } from '../../core/runs/run';
import { type FlowscaleApi, newestFirst } from '../api/api';
import { noList, openPager } from '../api/runPages';
import { emptyCancelError, PAUSES_MS } from './cancelling';

const PAGE_SIZE = 100;
const DETACHED = { isDetached: true, tries: 2 };
const CANCELS_AT_A_TIME = 20;

/** How many runs of a group are in which state. */
export interface GroupSummary extends Record<RunState, number> {
	group_id: string;
	total: number;
	/** There is at least one run, and none is in progress. */
	finished: boolean;
	first_created_at: string | null;
	last_completed_at: string | null;
}

/**
 * The runs of a group, the newest first, each once, page by page. A run that is started meanwhile
 * moves others to later pages, where they are met again and left out.
 * @throws ServiceError | ExecutionCancelledError
 */
async function* runsOfGroup(
	api: FlowscaleApi,
	groupId: string,
	stop?: AbortSignal,
	extra: Partial<ApiRequest> = {},
): AsyncGenerator<Run> {
	const options = { pageSize: PAGE_SIZE, isComplete: true };
	const pager = openPager(api, newestFirst(groupId), options, extra);
	for (;;) {
		if (stop?.aborted && !extra.isDetached) throw new ExecutionCancelledError();
		const page = await pager.next();
		if (!page.isList) throw noList();
		for (const { run } of page.added) {
			// A deployment that ignores the filter must not have other people's runs counted, or
			// cancelled.
			if (run.group_id === null || run.group_id === groupId) yield run;
		}
		if (page.isLast) return;
	}
}

/**
 * The same, of runs that can be asked for by their ids.
 * @throws ServiceError where the list reports no ids
 */
export async function* knownRunsOfGroup(
	...[api, groupId, stop, extra]: Parameters<typeof runsOfGroup>
): AsyncGenerator<KnownRun> {
	for await (const run of runsOfGroup(api, groupId, stop, extra)) {
		if (run.run_id === null)
			throw new ServiceError(
				`The run list of this deployment reports no run IDs, so the runs of group "${groupId}" cannot be waited for or cancelled`,
				{ hint: 'Keep the run IDs of Workflow > Execute, and use Run > Wait or Run > Cancel.' },
			);
		yield { ...run, run_id: run.run_id };
	}
}

/** Counts of a group's runs. @throws ServiceError | ExecutionCancelledError */
export async function summarizeGroup(
	api: FlowscaleApi,
	groupId: string,
	stop?: AbortSignal,
): Promise<GroupSummary> {
	const summary: GroupSummary = {
		group_id: groupId,
		total: 0,
		queued: 0,
		running: 0,
		succeeded: 0,
		failed: 0,
		cancelled: 0,
		timed_out: 0,
		unknown: 0,
		finished: false,
		first_created_at: null,
		last_completed_at: null,
	};
	let open = 0;
	for await (const run of runsOfGroup(api, groupId, stop)) {
		summary.total++;
		summary[run.state]++;
		if (!run.finished) open++;
		summary.first_created_at = earlier(run.created_at, summary.first_created_at);
		summary.last_completed_at = later(run.completed_at, summary.last_completed_at);
	}
	return { ...summary, finished: summary.total > 0 && open === 0 };
}

/** Of two time stamps the earlier one; one that is missing or unreadable does not count. */
function earlier(a: string | null, b: string | null): string | null {
	if (Number.isNaN(timeOf(a))) return b;
	return timeOf(a) > timeOf(b) ? b : a;
}

function later(a: string | null, b: string | null): string | null {
	if (Number.isNaN(timeOf(a))) return b;
	return timeOf(a) < timeOf(b) ? b : a;
}

/** What became of the runs of a group that was to be cancelled. */
export interface GroupCancelResult {
	group_id: string;
	total: number;
	/** Runs that were cancelled by this. */
	cancelled: number;
	/** Runs whose cancel was refused, or that ended in another way, or that have not ended yet. */
	not_cancelled: number;
	/** Runs that had ended before. */
	already_ended: number;
	message: string;
}

/** Answers to the cancels of a group's runs, by run: the service's text, or how the cancel failed. */
export type CancelAnswers = Map<string, string | Error>;

/** The runs of a group as they were last seen. */
export type RunStates = Map<string, RunState>;

interface GroupCancel {
	asked: CancelAnswers;
	states: RunStates;
	/** Those that had not ended. */
	open: string[];
}

/**
 * Cancels every run of a group that has not ended, also those that join it meanwhile, and checks
 * for 15 seconds at most what became of them.
 * @throws ServiceError when none of them could be cancelled | ExecutionCancelledError
 */
export async function cancelGroup(
	api: FlowscaleApi,
	groupId: string,
	clock: Clock,
	stop?: AbortSignal,
): Promise<GroupCancelResult> {
	const sent = await cancelOpenRuns(api, groupId, clock, { stop });
	await addUnlisted(api, sent.states, sent.asked, {});
	return cancelResult(groupId, sent);
}

/**
 * The same, also after Stop.
 * @param asked answers of earlier tries: a run whose cancel was accepted is not cancelled again, and
 *   one whose cancel was refused for good only when somebody asks again
 * @throws ServiceError where a run continues whose cancel failed, or got an empty answer: a
 *   retryable one where there is one
 */
export async function sendGroupCancel(
	api: FlowscaleApi,
	groupId: string,
	clock: Clock,
	asked: CancelAnswers,
	{ isFirst, onAccepted }: CancelTry,
): Promise<void> {
	for (const [id, answer] of asked)
		if (answer instanceof Error && (isFirst || isDoubtfulRefusal(answer))) asked.delete(id);
	const sending = { asked, onAccepted, isInBackground: true, extra: DETACHED };
	const { open, states } = await cancelOpenRuns(api, groupId, clock, sending);
	if (states.size === 0 && asked.size === 0) throw emptyGroupError(groupId);
	const failures = open.flatMap((id) => failureOfCancel(id, asked.get(id)) ?? []);
	const failure = failures.find(isWorthAnotherTry) ?? failures[0];
	if (failure) throw failure;
}

/**
 * Whether the runs of a group that were to be cancelled were, and have ended by that.
 * @param listed the group, of which no run is open
 */
export async function wereAllCancelled(
	api: FlowscaleApi,
	listed: RunStates,
	asked: CancelAnswers,
): Promise<boolean> {
	if (asked.size === 0) return false;
	const states = new Map(listed);
	await addUnlisted(api, states, asked, DETACHED);
	return [...asked].every((one) => isCancelled(one, states));
}

/** A service that forgets a cancelled run has cancelled it. */
const isCancelled = ([id, answer]: [string, string | Error], states: RunStates): boolean =>
	states.get(id) === 'cancelled' || (!states.has(id) && !(answer instanceof Error));

/** The service lists no run of the group. */
export const emptyGroupError = (groupId: string): ServiceError =>
	new ServiceError(`Flowscale lists no run of group "${groupId}"`, {
		hint: 'Check the Group ID, and that the credential belongs to the deployment that runs the group.',
	});

function failureOfCancel(runId: string, answer: string | Error | undefined): unknown {
	if (answer instanceof Error) return ofRun(answer, { run_id: runId });
	return answer === '' ? emptyCancelError(runId) : undefined;
}

const isWorthAnotherTry = (failure: unknown): boolean =>
	failure instanceof ServiceError && failure.facts.isRetryable === true;

const isRefusedForGood = (answer: string | Error | undefined): boolean =>
	answer instanceof Error && !isWorthAnotherTry(answer);

interface CancelParts {
	stop?: AbortSignal;
	asked?: CancelAnswers;
	/** Called when the service has accepted the cancels of all runs that are open. */
	onAccepted?(): void;
	/**
	 * Nobody waits for the result: it ends as soon as the cancels of all runs that are open were
	 * refused for good, and a group of which no run is listed yet is listed again.
	 */
	isInBackground?: boolean;
	extra?: Partial<ApiRequest>;
}

/** Most time for the rounds of a cancel in the background, which pause for 15 seconds in all. */
const LONGEST_ROUNDS_MS = 20_000;

async function cancelOpenRuns(
	api: FlowscaleApi,
	groupId: string,
	clock: Clock,
	{ stop, asked = new Map(), onAccepted, isInBackground = false, extra = {} }: CancelParts,
): Promise<GroupCancel> {
	const limit = createLimiter(CANCELS_AT_A_TIME);
	let states: RunStates = new Map();
	let open: string[] = [];
	const untilMs = clock.now() + LONGEST_ROUNDS_MS;
	for (const pauseMs of PAUSES_MS) {
		// Where nothing answers, a round takes a minute. The caller tries again, and knows when to end.
		const isFailing = open.some((id) => isWorthAnotherTry(asked.get(id)));
		if (isInBackground && isFailing && clock.now() > untilMs) break;
		if (pauseMs > 0) await clock.pause(pauseMs, stop);
		open = [];
		states = new Map();
		for await (const run of knownRunsOfGroup(api, groupId, stop, extra)) {
			states.set(run.run_id, run.state);
			if (!run.finished) open.push(run.run_id);
		}
		const isEmpty = states.size === 0 && asked.size === 0;
		if (isEmpty && isInBackground) continue;
		if (open.length === 0) break;
		if (isInBackground && open.every((id) => isRefusedForGood(asked.get(id)))) break;
		const due = open.filter((id) => isCancelDue(asked.get(id)));
		const cancel = async (id: string) => await api.cancel(id, extra).catch(asFailure);
		await Promise.all(
			due.map(async (id) => asked.set(id, await limit(async () => await cancel(id)))),
		);
		if (open.every((id) => failureOfCancel(id, asked.get(id)) === undefined)) onAccepted?.();
	}
	return { asked, states, open };
}

/** Whether the cancel of a run that continues is sent, or sent again: an empty answer may be a gateway's. */
function isCancelDue(answer: string | Error | undefined): boolean {
	if (answer instanceof Error) return isWorthAnotherTry(answer);
	return answer === undefined || answer === '';
}

/**
 * Adds the states of runs whose cancel was accepted and that the last list lacks: perhaps the
 * service has forgotten them, and perhaps the list shifted while it was read.
 */
async function addUnlisted(
	api: FlowscaleApi,
	states: RunStates,
	asked: CancelAnswers,
	extra: Partial<ApiRequest>,
): Promise<void> {
	const accepted = [...asked].flatMap(([id, answer]) => (answer instanceof Error ? [] : [id]));
	await Promise.all(
		accepted
			.filter((id) => !states.has(id))
			.map(async (id) => {
				const found = await api.run(id, {}, extra).catch(() => null);
				if (found !== null) states.set(id, found.run.state);
			}),
	);
}

/** A failure as a value; a stopped execution ends everything. */
function asFailure(error: Error): Error {
	if (error instanceof ExecutionCancelledError) throw error;
	return error;
}

function cancelResult(groupId: string, { states, asked }: GroupCancel): GroupCancelResult {
	const cancelled = [...asked].filter((one) => isCancelled(one, states)).length;
	const failures = [...asked.values()].filter((answer) => answer instanceof Error);
	if (cancelled === 0 && asked.size > 0 && failures.length === asked.size) throw failures[0];
	const total = new Set([...states.keys(), ...asked.keys()]).size;
	const notCancelled = asked.size - cancelled;
	return {
		group_id: groupId,
		total,
		cancelled,
		not_cancelled: notCancelled,
		already_ended: total - asked.size,
		message: messageOf(groupId, total, asked.size, notCancelled, failures[0]?.message),
	};
}

function messageOf(
	groupId: string,
	total: number,
	asked: number,
	notCancelled: number,
	firstFailure: string | undefined,
): string {
	if (total === 0) return `Flowscale lists no run of group "${groupId}"`;
	if (asked === 0) return 'All runs of the group had ended before';
	const counts = `${asked - notCancelled} of ${asked} open ${asked === 1 ? 'run was' : 'runs were'} cancelled`;
	if (notCancelled === 0) return counts;
	return `${counts}; the others: ${firstFailure ?? 'they ended before, or have not ended yet'}`;
}
