import type { INodeExecutionData } from 'n8n-workflow';
import { takeTurns } from '../async/clock';
import { onAbort } from '../async/signals';
import { cleanText, failureText, ServiceError } from '../errors';
import { type Item, itemAt } from '../items/item';
import { settleDoubts } from '../items/itemDoubts';
import {
	createItemFailures,
	type ItemFailures,
	linkedItems,
	settleAll,
} from '../items/itemFailures';
import type { ItemOutput } from '../items/operation';
import type { ItemRun } from '../items/runItems';
import type { KnownRun } from '../runs/run';
import { isLeftToStop, type PollWindow, type RunWaiter } from '../waiting/runWaiter';
import { StillRunning } from '../waiting/watchedRun';
import type { Wait, WaitingOperation } from '../waiting/waitingOperation';
import { requeue } from './requeue';
import {
	closeSuspension,
	ENDED,
	mayStartAgain,
	NOT_BEGUN,
	reopenSuspension,
	saveSuspension,
	type Suspension,
} from './suspension';
import {
	DEADLINE_SLACK_MS,
	holdBeforeResume,
	isGivenUp,
	nextResumeMs,
	RESUME_MS,
	type SuspensionPace,
	USUAL_PACE,
} from './suspensionPace';

/**
 * In every so many resumes of an item, the outputs of its run are read although it seems to be in
 * progress.
 */
const RESUMES_PER_VERIFICATION = 6;

interface SuspendedRun<Session> extends Omit<ItemRun<Session>, 'operation'> {
	operation: WaitingOperation<Session>;
	suspension: Suspension;
	/** Called once for each item that will wait. */
	waiting(item: Item): RunWaiter;
	/** ID of the run that an item has started. */
	startedRun?(index: number): string | undefined;
	pace?: SuspensionPace;
}

/** What all steps of one resume share. */
interface Resume<Session> extends SuspendedRun<Session> {
	pace: SuspensionPace;
	failures: ItemFailures;
	/** Whether the wait was suspended before. */
	isContinued: boolean;
	/** Something else than n8n's timer resumed it, such as a callback. */
	isWokenEarly: boolean;
	canStartAgain: boolean;
	/** When what is still in progress is suspended, epoch ms; known once the items are prepared. */
	endsMs: number;
}

/** One item of this resume. */
interface ItemWait {
	index: number;
	wait: Wait;
	/** Absent where the run ended before an earlier suspension, until its outputs are fetched. */
	waiter?: RunWaiter;
	/** As it ended, once it has. */
	run?: KnownRun;
	/** The poll window ended first. */
	stillRunning?: StillRunning;
}

/**
 * Waits for the runs of all items. When some outlast the poll window, the execution is suspended
 * and the node resumes with the same items. Ends with the items that waiting in the execution
 * gives.
 * @throws NodeApiError | NodeOperationError
 */
export async function runSuspended<Session>(
	parts: SuspendedRun<Session>,
): Promise<INodeExecutionData[][]> {
	const isWokenEarly = await holdAfterStart(parts);
	const resume = openResume(parts, isWokenEarly);
	const { context, suspension } = resume;

	const waits = await prepareWaits(resume);
	const isOpen = (index: number) => waitOf(suspension, index) === NOT_BEGUN;
	await settleDoubts(resume.doubts, resume.failures, isOpen, resume.onNeverBegun);
	// After Stop the runs of earlier resumes are still to be cancelled, by the ends of their waits.
	if (!isStopped(resume)) saveAndThrowIfFatal(resume);
	// Reading ten thousand items takes a second or more, which is no part of the time to poll in.
	resume.endsMs = pollWindowEnd(resume);
	const open = waits.filter(
		(item) => waitOf(suspension, item.index) !== ENDED && !hasFailed(resume, item),
	);
	const left = await untilAllEnd(resume, open);
	noteSilence(resume, left);
	if (left.length > 0 && !isGivenUp(suspension.unansweredSinceMs, resume.clock.now()))
		return await suspend(resume, left);
	const silence = left.find(({ stillRunning }) => stillRunning?.unanswered)?.stillRunning;
	await sideBySide(resume, left, async (item) => giveUp(resume, item, silence));
	saveAndThrowIfFatal(resume);

	// Runs that ended before an earlier suspension: only their IDs were kept.
	const earlier = waits.filter((item) => item.run === undefined && !hasFailed(resume, item));
	await refreshAll(resume, earlier);
	saveAndThrowIfFatal(resume);
	const results = new Map<number, ItemOutput[]>();
	const ended = waits.filter((item) => !hasFailed(resume, item));
	await sideBySide(resume, ended, async (item) => {
		results.set(item.index, await finish(item));
	});
	saveAndThrowIfFatal(resume);
	closeSuspension(context, suspension);
	return [linkedItems(context.getInputData().length, results, resume.failures.texts)];
}

/**
 * n8n resumes what is overdue in the middle of its own start, when what it saves may still be lost.
 * @returns whether something else than n8n's timer resumed the execution
 */
async function holdAfterStart<Session>({
	suspension,
	clock,
	abort,
}: SuspendedRun<Session>): Promise<boolean> {
	const { dueMs } = suspension;
	delete suspension.dueMs;
	if (dueMs === undefined) return false;
	if (clock.now() < dueMs) return true;
	await clock.pause(holdBeforeResume(clock.processAgeMs()), abort.signal);
	return false;
}

function openResume<Session>(parts: SuspendedRun<Session>, isWokenEarly: boolean): Resume<Session> {
	const { context, suspension, abort, pace = USUAL_PACE, describeOthers } = parts;
	const isContinued = suspension.resumes > 0;
	const canStartAgain = mayStartAgain(context, suspension);
	reopenSuspension(suspension, canStartAgain);
	const failures = createItemFailures(context, abort, describeOthers);
	for (const [index, text] of Object.entries(suspension.failures))
		failures.texts.set(Number(index), text);
	return {
		...parts,
		pace,
		failures,
		isContinued,
		isWokenEarly,
		canStartAgain,
		endsMs: Number.POSITIVE_INFINITY,
	};
}

const pollWindowEnd = <Session>({ clock, isContinued, pace }: Resume<Session>): number =>
	clock.now() + (isContinued ? RESUME_MS : pace.firstPollWindowMs);

/**
 * Reads and checks the items that wait, and those that failed before an earlier suspension while
 * their runs continue. Sends nothing.
 */
async function prepareWaits<Session>(resume: Resume<Session>): Promise<ItemWait[]> {
	const { context, clock, failures, suspension } = resume;
	const waits: ItemWait[] = [];
	const turns = takeTurns(clock);
	for (let index = 0; index < context.getInputData().length; index++) {
		suspension.waits[index] ??= NOT_BEGUN;
		const failure = failures.texts.get(index);
		if (failure !== undefined && suspension.left?.[index] === undefined) continue;
		if (turns.isPauseDue()) await turns.pause();
		const prepare = () => prepareWait(resume, index, failure === undefined ? waits : undefined);
		await failures.attempt(index, prepare, (error) => unreadable(resume, index, error));
		// How the item failed is what its user needs to know, also where it cannot be read any more.
		if (failure !== undefined) failures.texts.set(index, failure);
	}
	// So that the failure names the runs of the other items.
	if (failures.fatal())
		for (const { index, wait } of waits) if (waitOf(suspension, index) !== NOT_BEGUN) wait.known();
	return waits;
}

/** @param waits absent where the item failed before an earlier suspension, such as by Timeout */
function prepareWait<Session>(
	resume: Resume<Session>,
	index: number,
	waits: ItemWait[] | undefined,
): void {
	const { context, operation, session, suspension, waiting, onNeverBegun } = resume;
	const item = itemAt(context, index);
	const wait = operation.prepareWait(item, session);
	const waiter = waitOf(suspension, index) === ENDED ? undefined : waiting(item);
	if (waits) waits.push({ index, wait, waiter });
	else if (waiter) onNeverBegun?.();
	// Retry On Fail waits for it again, perhaps only after further suspensions.
	const left = suspension.left?.[index];
	if (left === undefined || waiter === undefined) return;
	const run = wait.known();
	if (run) waiter.leave(run, wait.order);
	else nameAtStop(resume, left);
}

/** A stopped node returns no items, so n8n's log names what nobody can cancel. */
function nameAtStop<Session>({ context }: Resume<Session>, text: string): void {
	const stopped = context.getExecutionCancelSignal();
	if (stopped) onAbort(stopped, () => context.logger.warn(cleanText(text)));
}

/**
 * The failure of an item that cannot be read any more, for example because its expression fails by
 * now. It names the run that the item waited for.
 */
function unreadable<Session>(resume: Resume<Session>, index: number, error: unknown): unknown {
	const { suspension, startedRun } = resume;
	const runId = waitOf(suspension, index) === NOT_BEGUN ? undefined : startedRun?.(index);
	const failure = runId === undefined ? error : new ServiceError(failureText(error), { runId });
	if (runId !== undefined) leave(suspension, index, failure);
	const left = suspension.left?.[index];
	if (left !== undefined) nameAtStop(resume, left);
	return failure;
}

const isStopped = <Session>({ context }: Resume<Session>): boolean =>
	context.getExecutionCancelSignal()?.aborted === true;

/** Whether Stop, or the failure of an item, has ended the node. */
const isOver = <Session>({ abort }: Resume<Session>): boolean => abort.signal.aborted;

/**
 * Waits for all runs until they have ended, or the poll window has.
 * @returns items whose runs are still in progress
 * @throws NodeApiError | NodeOperationError
 */
async function untilAllEnd<Session>(
	resume: Resume<Session>,
	items: ItemWait[],
): Promise<ItemWait[]> {
	// All waits join before the first poll: otherwise a listing would begin without the later ones.
	const resumePolls = items[0]?.waiter?.holdPolls();
	await sideBySide(resume, items, async (item) => await untilEnd(resume, item), resumePolls);
	const left = items.filter(({ stillRunning }) => stillRunning !== undefined);
	// The window ends for one item after the other. Where the node was ended meanwhile, the runs of
	// those that were first are cancelled, or left to Stop, as well, by the ends of their waits.
	const begun = left.filter(({ index }) => waitOf(resume.suspension, index) !== NOT_BEGUN);
	if (isOver(resume)) await sideBySide(resume, begun, async (item) => await untilEnd(resume, item));
	saveAndThrowIfFatal(resume);
	return left;
}

/**
 * Waits for the item's run until it has ended, or the poll window has.
 * @throws ServiceError | ExecutionCancelledError
 */
async function untilEnd<Session>(resume: Resume<Session>, item: ItemWait): Promise<void> {
	const { suspension, canStartAgain } = resume;
	const { index, wait } = item;
	const isNewTry = suspension.reported[index] && canStartAgain;
	const isBegun = waitOf(suspension, index) !== NOT_BEGUN && !isNewTry;
	// Once the node is over, a run is only named, to be cancelled or left.
	const known = isBegun && (resume.isContinued || isOver(resume)) ? wait.known() : undefined;
	const end = known ? rejoin(resume, item, known) : beginAndWait(resume, item, isBegun, isNewTry);
	const last = await end.catch((error: unknown) => {
		const hasBegun = waitOf(suspension, index) !== NOT_BEGUN;
		const isLeft = hasBegun && isLeftToStop(error, wait.order);
		if (isLeft || isStartUnclear(error)) leave(suspension, index, error);
		return stillRunning(error);
	});
	if (last instanceof StillRunning) {
		item.stillRunning = last;
		return;
	}
	// A failed run is reported at once, however long the others take. The outputs of one that
	// succeeded can wait for them.
	item.run = last.state === 'succeeded' ? last : await waiterOf(item).conclude(last, wait.order);
	suspension.waits[index] = ENDED;
}

function rejoin<Session>(
	resume: Resume<Session>,
	item: ItemWait,
	known: KnownRun,
): Promise<KnownRun> {
	const { index, wait } = item;
	const pollWindow = pollWindowOf(resume, index, true);
	delete resume.suspension.left?.[index];
	pollWindow.sinceMs = waitOf(resume.suspension, index);
	return waiterOf(item).rejoin(known, wait.order, pollWindow);
}

function beginAndWait<Session>(
	resume: Resume<Session>,
	item: ItemWait,
	isBegun: boolean,
	isNewTry: boolean,
): Promise<KnownRun> {
	const { suspension, clock, isContinued } = resume;
	const { index, wait } = item;
	const pollWindow = pollWindowOf(resume, index, isBegun);
	const begin = async () => {
		if (isNewTry) {
			delete suspension.reported[index];
			suspension.waits[index] = NOT_BEGUN;
		}
		const run = await wait.begin(isOver(resume) ? isBegun : isContinued && !isNewTry);
		delete suspension.left?.[index];
		pollWindow.sinceMs = suspension.waits[index] ||= clock.now();
		return run;
	};
	return waiterOf(item).untilEnd(begin, wait.order, pollWindow);
}

/** The item has failed, while its run may continue. */
function leave(suspension: Suspension, index: number, error: unknown): void {
	(suspension.left ??= {})[index] ??= failureText(error);
}

const isStartUnclear = (error: unknown): boolean =>
	error instanceof ServiceError && error.facts.isStartUnclear === true;

function stillRunning(error: unknown): StillRunning {
	if (error instanceof StillRunning) return error;
	throw error;
}

/** Since when the service has answered no check of any run; items that wait for a slot say nothing. */
function noteSilence<Session>(
	{ suspension, clock }: Resume<Session>,
	left: readonly ItemWait[],
): void {
	const begun = left.filter(({ index }) => waitOf(suspension, index) !== NOT_BEGUN);
	const isSilent =
		begun.length > 0 && begun.every(({ stillRunning }) => stillRunning?.unanswered !== undefined);
	if (isSilent) suspension.unansweredSinceMs ??= clock.now();
	else delete suspension.unansweredSinceMs;
}

/**
 * The run may continue: Stop cancels it, as it does where a wait fails otherwise.
 * @throws ServiceError how the last check of the run failed, or that of another where it has none
 */
function giveUp<Session>(
	{ suspension }: Resume<Session>,
	item: ItemWait,
	silence: StillRunning | undefined,
): never {
	const { index, wait, stillRunning } = item;
	const run = waitOf(suspension, index) === NOT_BEGUN ? undefined : wait.known();
	const { message = 'No answer', facts = {} } = silence?.unanswered ?? {};
	const failure =
		stillRunning?.unanswered ??
		new ServiceError(message, { ...facts, runId: undefined, state: undefined });
	const error = waiterOf(item).giveUp(run, wait.order, failure);
	if (run) leave(suspension, index, error);
	throw error;
}

function pollWindowOf<Session>(
	{ suspension, clock, endsMs }: Resume<Session>,
	index: number,
	isBegun: boolean,
): PollWindow {
	const { resumes } = suspension;
	// Neighbours take turns, so that no resume verifies all of a large batch.
	const isSuspicious = resumes > 0 && (resumes + index) % RESUMES_PER_VERIFICATION === 0;
	return {
		endsMs,
		isBegun,
		deadlineSlackMs: DEADLINE_SLACK_MS,
		sinceMs: 0,
		verifiedMs: isSuspicious ? 0 : clock.now(),
	};
}

/** The runs of items that ended before an earlier suspension, as they are now. */
async function refreshAll<Session>(resume: Resume<Session>, items: ItemWait[]): Promise<void> {
	let resumePolls: (() => void) | undefined;
	const refresh = async (item: ItemWait) => {
		const waiter = resume.waiting(itemAt(resume.context, item.index));
		item.waiter = waiter;
		resumePolls ??= waiter.holdPolls();
		item.run = await waiter.refresh(item.wait.known() ?? (await item.wait.begin(true)));
	};
	await sideBySide(resume, items, refresh, () => resumePolls?.());
}

async function finish(item: ItemWait): Promise<ItemOutput[]> {
	const { index, wait, run } = item;
	if (run === undefined) throw new Error(`Item ${index} ended without a run`);
	return await wait.finish(await waiterOf(item).conclude(run, wait.order));
}

function waiterOf({ index, waiter }: ItemWait): RunWaiter {
	if (waiter === undefined) throw new Error(`Item ${index} has no waiter`);
	return waiter;
}

/** Suspends the execution until the runs that are still in progress should be polled again. */
async function suspend<Session>(
	{ context, suspension, clock, pace, isWokenEarly }: Resume<Session>,
	left: ItemWait[],
): Promise<INodeExecutionData[][]> {
	const now = clock.now();
	// An item that waits for a slot gets it when a run ends. Its run would then be the youngest.
	const begun = left.filter(({ index }) => waitOf(suspension, index) !== NOT_BEGUN);
	const open = (begun.length > 0 ? begun : left).flatMap(({ index, wait }) => {
		const { timeoutMs, startTimeoutMs = 0 } = wait.order;
		const sinceMs = waitOf(suspension, index) || now;
		// A resume just after the start timeout can decide whether the run has begun.
		const beginMs = startTimeoutMs > 0 ? startTimeoutMs + 2 * RESUME_MS : 0;
		return [timeoutMs, beginMs].map((limitMs) => ({ sinceMs, timeoutMs: limitMs }));
	});
	suspension.resumes++;
	suspension.dueMs = nextResumeMs(now, pace, open, isWokenEarly);
	saveSuspension(context, suspension);
	return await requeue(context, suspension.dueMs, suspension.firstRunIndex);
}

async function sideBySide<Session>(
	{ failures, abort, clock }: Resume<Session>,
	items: ItemWait[],
	task: (item: ItemWait) => Promise<void>,
	onAllBegun?: () => void,
): Promise<void> {
	const work: Array<Promise<void>> = [];
	const turns = takeTurns(clock);
	for (const item of items) {
		if (turns.isPauseDue()) await turns.pause();
		work.push(failures.attempt(item.index, () => task(item)));
	}
	if (onAllBegun) await clock.pause(0).then(onAllBegun);
	await settleAll(work, abort.signal, clock);
}

const waitOf = (suspension: Suspension, index: number): number =>
	suspension.waits[index] ?? NOT_BEGUN;

const hasFailed = <Session>({ failures }: Resume<Session>, { index }: ItemWait): boolean =>
	failures.texts.has(index);

/** @throws NodeApiError | NodeOperationError when a failure has ended the node */
function saveAndThrowIfFatal<Session>({ context, suspension, failures }: Resume<Session>): void {
	const fatal = failures.fatal();
	for (const [index, text] of failures.texts) suspension.failures[index] = text;
	if (fatal) {
		suspension.reported[fatal.index] = true;
		suspension.failedTries++;
	}
	saveSuspension(context, suspension);
	failures.throwIfFatal();
}
