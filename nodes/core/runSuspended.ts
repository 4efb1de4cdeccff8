import type { INodeExecutionData } from 'n8n-workflow';
import { failureText, Stopped, toNodeError } from './errors';
import { type Item, itemAt } from './item';
import type { ItemOutput } from './menu';
import type { KnownRun } from './run';
import type { ItemRun } from './runItems';
import { type RunWaiter, StillRunning } from './runWaiter';
import { checkWire, closeSuspension, isTurn, pauseBeforeTurn, saveSuspension, type Suspension } from './suspension';
import type { Wait, WaitingOperation } from './waitingOperation';

/** How long runs are looked at in place before the execution is suspended for the first time, and how long it is away then. */
export interface SuspensionPace {
	firstShiftMs: number;
	/** @param ageMs of the wait so far */
	pauseMs(ageMs: number): number;
}

const USUAL_PACE: SuspensionPace = { firstShiftMs: 60_000, pauseMs: pauseBeforeTurn };
/** A turn of the loop needs one look. */
const TURN_MS = 3_000;
/** n8n resumes nothing in less than a minute: what is due earlier is waited for in place. */
const COURTESY_MS = 65_000;

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
export async function runSuspended<Session>({ context, operation, session, life, clock, suspension, waiting, pace = USUAL_PACE }: SuspendedRun<Session>): Promise<INodeExecutionData[][]> {
	checkWire(context);
	const items = context.getInputData();
	const isContinued = isTurn(context) || suspension.turns > 0;
	const endsMs = clock.now() + (isContinued ? TURN_MS : pace.firstShiftMs);
	const shift = { endsMs, courtesyMs: COURTESY_MS, sinceMs: suspension.sinceMs };
	let stillRunning = 0;
	let failure: { error: unknown; index: number } | undefined;

	const fail = (error: unknown, index: number) => {
		if (context.continueOnFail() && !(error instanceof Stopped)) {
			suspension.failures[index] = failureText(error);
			return;
		}
		failure ??= { error, index };
		suspension.reported[index] = true;
		life.abort();
	};
	const guarded = async <T>(index: number, task: () => Promise<T>): Promise<T | undefined> => {
		try {
			return await task();
		} catch (error) {
			if (error instanceof StillRunning) stillRunning++;
			else fail(error, index);
			return undefined;
		}
	};
	const endIfFailed = () => {
		saveSuspension(context, suspension);
		if (failure) throw toNodeError(context.getNode(), failure.error, failure.index);
	};

	const open = items.map((_, index) => index).filter((index) => suspension.failures[index] === undefined);
	const waits = new Map<number, Wait & { waiter: RunWaiter }>();
	for (const index of open) {
		const item = itemAt(context, index);
		await guarded(index, async () => waits.set(index, { ...operation.prepareWait(item, session), waiter: waiting(item) }));
	}
	endIfFailed();

	const ended = new Map<number, KnownRun>();
	await Promise.all([...waits].map(async ([index, { begin, order, waiter }]) => {
		const isOwnTurn = isContinued && !suspension.reported[index];
		const run = await guarded(index, async () => await waiter.untilEnd(async () => await begin(isOwnTurn), order, shift));
		if (run) ended.set(index, run);
	}));
	endIfFailed();
	if (stillRunning > 0) {
		suspension.turns++;
		saveSuspension(context, suspension);
		const now = clock.now();
		const deadlines = [...waits.values()].flatMap(({ order }) => (order.timeoutMs > 0 ? [suspension.sinceMs + order.timeoutMs] : []));
		await context.putExecutionToWait(new Date(nextTurnMs(now, pace.pauseMs(now - suspension.sinceMs), deadlines)));
		// A copy: with an error output n8n empties the list it is given, and this one is what comes back.
		return [[...items], []];
	}

	const results: ItemOutput[][] = [];
	await Promise.all([...ended].map(async ([index, run]) => {
		const { order, finish, waiter } = waits.get(index) ?? unprepared(index);
		results[index] = (await guarded(index, async () => await finish(await waiter.conclude(run, order)))) ?? [];
	}));
	endIfFailed();
	for (const [index, text] of Object.entries(suspension.failures)) results[Number(index)] = [{ json: { error: text } }];
	closeSuspension(context);
	return [[], results.flatMap((outputs, item) => outputs.map((output) => ({ ...output, pairedItem: { item } })))];
}

/** As the pace says, but not past a deadline that is still to come; a turn comes in time for its last look. */
function nextTurnMs(now: number, pauseMs: number, deadlines: number[]): number {
	const due = deadlines.filter((deadlineMs) => deadlineMs > now + COURTESY_MS).map((deadlineMs) => deadlineMs - TURN_MS);
	return Math.min(now + pauseMs, ...due);
}

function unprepared(index: number): never {
	throw new Error(`Item ${index} ended without a wait`);
}
