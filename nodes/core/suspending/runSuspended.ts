import type { INodeExecutionData } from 'n8n-workflow';
import { createEventLoopYielder } from '../async/clock';
import { failureText, ExecutionCancelledError, toNodeError } from '../errors';
import { type Item, itemAt } from '../items/item';
import type { ItemOutput } from '../items/operation';
import type { KnownRun } from '../runs/run';
import type { ItemRun } from '../items/runItems';
import { type RunWaiter, StillRunning } from '../waiting/runWaiter';
import {
	checkWire,
	closeSuspension,
	isResume,
	mayStartAnew,
	saveSuspension,
	type Suspension,
} from './suspension';
import {
	DEADLINE_SLACK_MS,
	holdBeforeResume,
	nextResumeMs,
	type SuspensionPace,
	RESUME_MS,
	USUAL_PACE,
} from './suspensionPace';
import type { Wait, WaitingOperation } from '../waiting/waitingOperation';

/** Every so many turns a run that seems to go on is asked for its outputs, too. */
const TURNS_PER_DOUBT = 4;

interface SuspendedRun<Session> extends Omit<ItemRun<Session>, 'operation'> {
	operation: WaitingOperation<Session>;
	suspension: Suspension;
	waiting(item: Item): RunWaiter;
	pace?: SuspensionPace;
}

/**
 * Waits for the runs of all items; when some outlast the shift, the execution is suspended and the node's input comes back
 * through "Still Running". Ends with the items that waiting in place gives, on "Done".
 * @throws NodeApiError | NodeOperationError
 */
export async function runSuspended<Session>({
	context,
	operation,
	session,
	abort,
	clock,
	suspension,
	waiting,
	pace = USUAL_PACE,
}: SuspendedRun<Session>): Promise<INodeExecutionData[][]> {
	checkWire(context);
	const items = context.getInputData();
	const isContinued = isResume(context) || suspension.resumes > 0;
	if (clock.now() >= (suspension.dueMs ?? Number.POSITIVE_INFINITY))
		await clock.pause(holdBeforeResume(clock.processAgeMs()), abort.signal);
	delete suspension.dueMs;
	const mayRestart = mayStartAnew(context, suspension);
	const endsMs = clock.now() + (isContinued ? RESUME_MS : pace.firstPollWindowMs);
	const isSuspicious = suspension.resumes > 0 && suspension.resumes % TURNS_PER_DOUBT === 0;
	const left: number[] = [];
	let failure: { error: unknown; index: number } | undefined;

	const fail = (error: unknown, index: number) => {
		if (context.continueOnFail() && !(error instanceof ExecutionCancelledError)) {
			suspension.failures[index] = failureText(error);
			return;
		}
		failure ??= { error, index };
		suspension.reported[index] = true;
		abort.abort();
	};
	const guarded = async <T>(index: number, task: () => Promise<T>): Promise<T | undefined> => {
		try {
			return await task();
		} catch (error) {
			if (error instanceof StillRunning) left.push(index);
			else fail(error, index);
			return undefined;
		}
	};
	const endIfFailed = () => {
		if (failure) suspension.failedTries++;
		saveSuspension(context, suspension);
		if (failure) throw toNodeError(context.getNode(), failure.error, failure.index);
	};

	const open = items
		.map((_, index) => index)
		.filter((index) => suspension.failures[index] === undefined);
	const waits = new Map<number, Wait>();
	const going = new Map<number, RunWaiter>();
	const yieldToEventLoop = createEventLoopYielder(clock);
	for (const index of open) {
		await yieldToEventLoop();
		await guarded(index, async () => {
			const item = itemAt(context, index);
			waits.set(index, operation.prepareWait(item, session));
			if (!suspension.ended[index]) going.set(index, waiting(item));
		});
	}
	endIfFailed();

	const ended = new Map<number, { run: KnownRun; waiter: RunWaiter }>();
	await Promise.all(
		[...going].map(async ([index, waiter]) => {
			const { begin, order } = waits.get(index) ?? unprepared(index);
			const pollWindow = {
				endsMs,
				deadlineSlackMs: DEADLINE_SLACK_MS,
				sinceMs: 0,
				verifiedMs: isSuspicious ? 0 : clock.now(),
			};
			const beginOrGoOn = async () => {
				const isNewTry = suspension.reported[index] && mayRestart;
				if (isNewTry) {
					delete suspension.reported[index];
					delete suspension.sinceMs[index];
				}
				const run = await begin(isContinued && !isNewTry);
				pollWindow.sinceMs = suspension.sinceMs[index] ??= clock.now();
				return run;
			};
			const run = await guarded(index, async () => {
				const last = await waiter.untilEnd(beginOrGoOn, order, pollWindow);
				// A failure is told at once, however long the others take.
				return last.state === 'succeeded' ? last : await waiter.conclude(last, order);
			});
			if (run === undefined) return;
			suspension.ended[index] = true;
			ended.set(index, { run, waiter });
		}),
	);
	endIfFailed();
	if (left.length > 0) {
		const now = clock.now();
		const openWaits = left.map((index) => ({
			sinceMs: suspension.sinceMs[index] ?? now,
			timeoutMs: waits.get(index)?.order.timeoutMs ?? 0,
		}));
		suspension.resumes++;
		suspension.dueMs = nextResumeMs(now, pace, openWaits);
		saveSuspension(context, suspension);
		await context.putExecutionToWait(new Date(suspension.dueMs));
		// A copy: with an error output n8n empties the list it is given, and this one is what comes back.
		return [[...items], []];
	}

	const earlier = [...waits].filter(([index]) => !going.has(index));
	await Promise.all(
		earlier.map(async ([index, { begin }]) => {
			const waiter = waiting(itemAt(context, index));
			const run = await guarded(index, async () => await waiter.refresh(await begin(true)));
			if (run) ended.set(index, { run, waiter });
		}),
	);
	endIfFailed();

	const results: ItemOutput[][] = [];
	await Promise.all(
		[...ended].map(async ([index, { run, waiter }]) => {
			const { order, finish } = waits.get(index) ?? unprepared(index);
			results[index] =
				(await guarded(index, async () => await finish(await waiter.conclude(run, order)))) ?? [];
		}),
	);
	endIfFailed();
	for (const [index, text] of Object.entries(suspension.failures))
		results[Number(index)] = [{ json: { error: text } }];
	closeSuspension(context);
	return [
		[],
		results.flatMap((outputs, item) =>
			outputs.map((output) => ({ ...output, pairedItem: { item } })),
		),
	];
}

function unprepared(index: number): never {
	throw new Error(`Item ${index} ended without a wait`);
}
