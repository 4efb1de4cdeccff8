import type { IDataObject, IExecuteData, INodeExecutionData } from 'n8n-workflow';
import type { HttpRequest, Sender } from './network';
import type { ErrorLike, ExecutionResult, NodeRun } from './happened';
import { createContext, inputItem, nodeOf, type Stores, type Target } from './nodeContext';
import type { Product } from './products';
import type { Server, ServerProcess } from './server';
import type { VirtualTime } from './virtualTime';
import type { ExecutionPlan, ItemPlan } from './world';

export interface ExecutionParts {
	time: VirtualTime;
	server: Server;
	plan: ExecutionPlan;
	id: string;
	origin: string;
	requestOf(sender: Sender): HttpRequest;
	/** What an item is about, as far as there is anything when the execution begins. */
	targetOf(item: ItemPlan): Target;
}

/** What n8n's database holds. */
interface Stored {
	stores: Stores;
	stack: IExecuteData[];
}

const copyOf = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
/** n8n's wait tracker comes round once in a while. */
const TRACKER_MS = 4_000;
const HAND_RETRY_MS = 5_000;
const MOST_LIVES = 400;

/**
 * Runs one execution of the node to its end as n8n does: all items at once, again when Retry On
 * Fail says so, again after each suspension, and again when the user presses Retry.
 */
export async function runExecution(
	given: ExecutionParts,
	products: readonly Product[],
): Promise<ExecutionResult> {
	const parts = { ...given, products };
	const { time, server, plan, id } = parts;
	await time.sleep(plan.startMs);
	await server.process();
	const items = plan.executeOnce ? plan.items.slice(0, 1) : plan.items;
	const targets = items.map(parts.targetOf);
	const result = newResult({ id, plan, items, targets, rounds: 1, beganMs: time.now() });
	await untilStop(time, result, async (stop) => await liveOn(parts, result, stop));
	await untilLaterStop(time, result);
	return result;
}

/** An execution that begins now. */
export const newResult = (
	known: Pick<ExecutionResult, 'id' | 'plan' | 'items' | 'targets' | 'rounds' | 'beganMs'>,
): ExecutionResult => ({
	...known,
	...{ runs: [], log: [], stoppedMs: null, stoppedLaterMs: null, stored: [] },
});

/** Has the execution live on until it has ended, or the user's stop, as planned, has ended it. */
export async function untilStop(
	time: VirtualTime,
	result: ExecutionResult,
	live: (stop: AbortSignal) => Promise<void>,
): Promise<void> {
	const { stopMs } = result.plan;
	const stop = new AbortController();
	if (stopMs !== null) time.after(stopMs, () => stop.abort());
	await live(stop.signal);
	const last = result.runs.at(-1);
	const atMs = result.beganMs + (stopMs ?? 0);
	// One that had failed before was not there to be stopped.
	const hadFailed = last?.outcome === 'failed' && last.endedMs < atMs;
	if (stop.signal.aborted && last?.outcome !== 'items' && !hadFailed) result.stoppedMs = atMs;
}

/** After the node has returned its items, later nodes are executed until the user's stop. */
async function untilLaterStop(time: VirtualTime, result: ExecutionResult): Promise<void> {
	const { stopMs } = result.plan;
	const leftMs = result.beganMs + (stopMs ?? 0) - time.now();
	if (stopMs === null || leftMs <= 0 || result.runs.at(-1)?.outcome !== 'items') return;
	await time.sleep(leftMs);
	result.stoppedLaterMs = time.now();
}

/** One part after the other: resumes after a wait, after a kill, and when the user presses Retry. */
async function liveOn(
	parts: AloneParts,
	result: ExecutionResult,
	stop: AbortSignal,
): Promise<void> {
	const { time, plan, id } = parts;
	const { items } = result;
	let stored: Stored = { stores: { node: {}, flow: {} }, stack: [firstEntry(plan, items)] };
	let executionId = id;
	for (let retries = 0; result.runs.length < MOST_LIVES; ) {
		const current = await liveOnce(parts, result, stored, executionId, stop);
		if (current.outcome === 'items' || current.outcome === 'stopped') break;
		if (current.stored) {
			result.stored.push(JSON.stringify(current.stored));
			stored = current.stored;
		}
		if (current.outcome === 'waiting') {
			if (await waitUntil(time, current.untilMs, stop)) break;
			continue;
		}
		if (retries >= plan.handRetries || stop.aborted) break;
		retries++;
		executionId = `${id}r${retries}`;
		await time.sleep(HAND_RETRY_MS);
		// The execution had failed before: there was nothing to stop, and nobody presses Retry.
		if (stop.aborted) break;
	}
}

function firstEntry(plan: ExecutionPlan, items: ItemPlan[]): IExecuteData {
	return { node: nodeOf(plan), data: { main: [items.map(inputItem)] }, source: null };
}

/** Whether the execution was stopped while it was suspended. */
export async function waitUntil(
	time: VirtualTime,
	untilMs: number,
	stop: AbortSignal,
): Promise<boolean> {
	const due = time.sleep(untilMs - time.now() + Math.random() * TRACKER_MS);
	let act = (): void => undefined;
	const stopped = new Promise<void>((resolve) => (act = resolve));
	if (stop.aborted) act();
	stop.addEventListener('abort', act, { once: true });
	await Promise.race([due, stopped]);
	stop.removeEventListener('abort', act);
	return stop.aborted;
}

interface Life {
	outcome: NodeRun['outcome'];
	/** When a suspended execution is to be resumed, epoch ms. */
	untilMs: number;
	stored?: Stored;
}

interface AloneParts extends ExecutionParts {
	/** What ships, loaded for each process that n8n may have. */
	products: readonly Product[];
}

interface LifeParts extends AloneParts {
	result: ExecutionResult;
	entry: IExecuteData;
	stack: IExecuteData[];
	stores: Stores;
	run: NodeRun;
	process: ServerProcess;
	stop: AbortSignal;
	stopped: Promise<'stopped'>;
	waitsUntil: number | undefined;
}

/** A run of the node that begins now. */
export function beginRun(result: ExecutionResult, executionId: string, beganMs: number): NodeRun {
	const run: NodeRun = {
		executionId,
		attempt: result.runs.length,
		beganMs,
		endedMs: 0,
		settledMs: null,
		outcome: 'killed',
		tries: 1,
		earlier: [],
	};
	result.runs.push(run);
	return run;
}

async function liveOnce(
	parts: AloneParts,
	result: ExecutionResult,
	stored: Stored,
	executionId: string,
	userStop: AbortSignal,
): Promise<Life> {
	const { time, server } = parts;
	const process = await server.process();
	const { stores, stack } = copyOf(stored);
	const entry = stack.shift();
	if (entry === undefined) throw new Error('The stack of the execution is empty');
	const run = beginRun(result, executionId, time.now());
	// A killed process does nothing any more; what still runs of it here ends by its stop signal.
	const stop = new AbortController();
	let act = (): void => undefined;
	const stopped = new Promise<'stopped'>((resolve) => {
		act = () => {
			stop.abort();
			resolve('stopped');
		};
	});
	if (userStop.aborted) act();
	userStop.addEventListener('abort', act, { once: true });
	process.onDeath(() => stop.abort());
	const current: LifeParts = {
		...parts,
		result,
		entry,
		stack,
		stores,
		run,
		process,
		stop: stop.signal,
		stopped,
		waitsUntil: undefined,
	};
	run.outcome = await tryAll(current);
	run.endedMs = time.now();
	if (run.outcome !== 'items') userStop.removeEventListener('abort', act);
	const isStored = run.outcome === 'waiting' || run.outcome === 'failed';
	return {
		outcome: run.outcome,
		untilMs: current.waitsUntil ?? 0,
		...(isStored && { stored: copyOf({ stores, stack: remaining(current) }) }),
	};
}

/** n8n puts the entry of a node that failed back; that of one that waits hands nothing on. */
function remaining({ run, entry, stack }: LifeParts): IExecuteData[] {
	return run.outcome === 'failed' ? [entry, ...stack] : stack;
}

/** The node, and n8n's Retry On Fail around it. */
async function tryAll(current: LifeParts): Promise<NodeRun['outcome']> {
	const { time, plan, run, process, stopped, stop } = current;
	for (; ; run.tries++) {
		const once = tryOnce(current);
		// n8n ends a stopped execution at once; the node's code may still run.
		const outcome = await Promise.race([once, stopped, process.died]);
		if (outcome === 'stopped' || outcome === 'killed') return outcome;
		if (current.waitsUntil !== undefined) return 'waiting';
		const { items, error } = outcome;
		const isAskingForRetry = error !== undefined || items?.[0]?.json.error !== undefined;
		if (!isAskingForRetry || run.tries >= plan.tries || stop.aborted) {
			Object.assign(run, { items, error });
			if (!process.isAlive()) return 'killed';
			if (stop.aborted) return 'stopped';
			return error === undefined ? 'items' : 'failed';
		}
		run.earlier.push(outcome);
		await Promise.race([time.sleep(1_000), stopped, process.died]);
		if (!process.isAlive()) return 'killed';
		if (stop.aborted) return 'stopped';
	}
}

async function tryOnce(current: LifeParts): Promise<Omit<NodeRun['earlier'][number], 'data'>> {
	const { plan, id, run, result, process, stop } = current;
	let hasEnded = false;
	const sender: Sender = {
		by: id,
		attempt: run.attempt,
		hasEnded: () => hasEnded,
		isAlive: process.isAlive,
	};
	const log: string[] = [];
	log.push = (...lines) => (process.isAlive() ? result.log.push(...lines) : 0);
	const context = createContext({
		plan,
		items: result.items,
		id: run.executionId,
		targets: result.targets,
		stop,
		log,
		request: current.requestOf(sender),
		stores: current.stores,
		origin: current.origin,
		entry: current.entry,
		stack: current.stack,
		onWait: (until) => (current.waitsUntil = until.getTime()),
		isRetry: run.executionId !== id,
	});
	const outcome = await current.products[process.number].executeOperation(context).then(
		(outputs) => ({ items: shownItems(current, outputs[0] ?? []) }),
		(error: ErrorLike) => ({ error }),
	);
	hasEnded = !stop.aborted;
	run.settledMs = current.time.now();
	return outcome;
}

/** As n8n hands them on: an empty item in place of none where the node is set to that. */
function shownItems({ entry }: LifeParts, items: INodeExecutionData[]): INodeExecutionData[] {
	const isFilled = entry.node.alwaysOutputData === true && items.length === 0;
	return isFilled ? [{ json: {} as IDataObject, pairedItem: { item: 0 } }] : items;
}
