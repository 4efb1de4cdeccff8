import type { IRun, IRunExecutionData } from 'n8n-workflow';
import { resumeWorkflow, runWorkflow, type WorkflowFile } from '../../harness/runWorkflow';
import { type Engine } from '../../harness/startEngine';
import { type Cell, isTool } from '../../settings/axes';
import { NODE } from '../../settings/subject';
import { bytesOf } from '../../harness/assertions';
import { beginRun, type ExecutionParts, newResult, untilStop, waitUntil } from '../execution';
import type { ExecutionResult, NodeRun } from '../happened';
import type { ExecutionPlan } from '../world';
import { KEY } from '../nodeContext';
import type { ServerProcess } from '../server';
import { type Call, watched } from './calls';
import type { Egress } from './egress';
import { pinDataFor, roundsOf, wayOf, workflowFor, type FlowParts } from './flow';
import type { Loaded } from './shipped';
import type { Setup } from './world';

const NODE_TYPE = 'n8n-nodes-flowscale.flowscale';
const HAND_RETRY_MS = 5_000;
const MOST_LIVES = 400;

/** What the engine made of an execution, beside what the node did. */
export interface Delivered {
	result: ExecutionResult;
	way: Cell['way'];
	/** The execution as n8n would store it at its end; undefined: it was stopped, or lost. */
	run: IRun | undefined;
	/** The last try of each run of the node, by its number. */
	finals: Map<number, Call>;
	complaints: string[];
}

export interface EngineParts extends ExecutionParts {
	setup: Setup;
	egress: Egress;
	/** The package in a process's memory. */
	loadedIn(process: ServerProcess): Loaded;
	/** An engine of its own, with n8n's nodes and credentials. */
	createEngine(): Engine;
}

/** What n8n's database holds of an execution that is not over. */
interface Stored {
	data: IRunExecutionData;
	kind: 'restart' | 'retry';
}

interface Play extends EngineParts {
	delivered: Delivered;
	flow: FlowParts;
	userStop: AbortSignal;
}

/** Runs one execution to its end, as n8n's server does with n8n's engine. */
export async function runOnEngine(parts: EngineParts): Promise<Delivered> {
	const { time, server, id, setup } = parts;
	const way = wayOf(parts.plan, setup);
	const plan = isTool({ way }) ? planOfTool(parts.plan) : parts.plan;
	await time.sleep(plan.startMs);
	await server.process();
	const rounds = roundsOf(plan, way);
	const items = rounds.flat();
	const result = newResult({
		id,
		plan: isTool({ way }) ? withLinks(plan) : plan,
		items,
		targets: items.map(parts.targetOf),
		rounds: Math.max(1, rounds.length),
		beganMs: time.now(),
	});
	const targets = plan.items.map(parts.targetOf);
	const flow: FlowParts = { plan, setup, targets, offset: rounds[0]?.length ?? 0 };
	const delivered: Delivered = {
		...{ result, way, run: undefined, finals: new Map<number, Call>(), complaints: [] },
	};
	await untilStop(
		time,
		result,
		async (userStop) => await liveOn({ ...parts, plan, delivered, flow, userStop }),
	);
	return delivered;
}

/** An agent's tool has no error output, and is run once as it is. */
const planOfTool = (plan: ExecutionPlan): ExecutionPlan => ({
	...plan,
	executeOnce: false,
	onError: plan.onError === 'continueErrorOutput' ? 'continueRegularOutput' : plan.onError,
});

/** What it says holds links in the place of files, which n8n would drop. */
function withLinks(plan: ExecutionPlan): ExecutionPlan {
	if (plan.operation === 'run.getMany') return plan;
	return { ...plan, options: { ...plan.options, download: false } };
}

/** One part after the other: resumes after a wait, after a kill, and when the user presses Retry. */
async function liveOn(play: Play): Promise<void> {
	const { time, plan, id, delivered, userStop } = play;
	const { result } = delivered;
	let stored: Stored | undefined;
	let executionId = id;
	for (let retries = 0; result.runs.length < MOST_LIVES; ) {
		const { run, outcome } = await liveOnce(play, stored, executionId);
		if (outcome === 'items' || outcome === 'stopped') break;
		if (outcome === 'killed' || run === undefined) continue;
		const text = JSON.stringify(run.data);
		if (text.includes(KEY)) result.stored.push(text);
		if (outcome === 'waiting') {
			stored = { data: run.data, kind: 'restart' };
			if (await waitUntil(time, run.waitTill?.getTime() ?? 0, userStop)) break;
			continue;
		}
		// n8n offers Retry only where the execution failed.
		if (run.status !== 'error' || retries >= plan.handRetries || userStop.aborted) break;
		stored = { data: run.data, kind: 'retry' };
		retries++;
		executionId = `${id}r${retries}`;
		await time.sleep(HAND_RETRY_MS);
		// The execution had failed before: there was nothing to stop, and nobody presses Retry.
		if (userStop.aborted) break;
	}
}

interface Part extends Play {
	process: ServerProcess;
	run: NodeRun;
	calls: Call[];
	executionId: string;
	isStopped: boolean;
}

async function liveOnce(play: Play, stored: Stored | undefined, executionId: string) {
	const { time, server, delivered, userStop } = play;
	const { result } = delivered;
	const process = await server.process();
	const run = beginRun(result, executionId, time.now());
	const part: Part = { ...play, process, run, calls: [], executionId, isStopped: false };
	const { execution, cancel } = begin(part, stored);
	let act = (): void => undefined;
	const stopped = new Promise<'stopped'>((resolve) => {
		act = () => {
			part.isStopped = true;
			cancel();
			resolve('stopped');
		};
	});
	if (userStop.aborted) act();
	userStop.addEventListener('abort', act, { once: true });
	// What still runs here of a process that was killed ends by its stop signal.
	process.onDeath(cancel);
	const ended = await Promise.race([execution, stopped, process.died]);
	userStop.removeEventListener('abort', act);
	run.endedMs = time.now();
	settle(part);
	if (stored === undefined) delivered.finals.clear();
	if (ended === 'killed' || !process.isAlive()) return { outcome: run.outcome, run: undefined };
	run.outcome = ended === 'stopped' ? 'stopped' : outcomeOf(part, ended);
	await time.hold(readFiles(part.calls));
	record(part);
	delivered.run = ended === 'stopped' ? undefined : ended;
	return { outcome: run.outcome, run: delivered.run };
}

/** Starts or continues the workflow in this process. */
function begin(part: Part, stored: Stored | undefined) {
	const { flow, executionId, delivered } = part;
	const engine = part.createEngine();
	const type = part.loadedIn(part.process)[NODE_TYPE];
	engine.add(NODE_TYPE, watched(type, callParts(part)));
	const file: WorkflowFile = workflowFor(engine, flow);
	const mode = MODES[delivered.way] ?? 'trigger';
	const pinData = pinDataFor(flow);
	let cancel = () => {};
	const onStart = (execution: { cancel(): void }) => (cancel = () => execution.cancel());
	const execution =
		stored === undefined
			? runWorkflow(engine, file, [{ json: { chatInput: 'Draw' } }], {
					mode,
					executionId,
					onStart,
					...(pinData && { pinData }),
					...(delivered.way === 'execute step' && { destination: NODE }),
				})
			: resumeWorkflow(engine, file, stored.data, stored.kind, {
					onStart,
					executionId,
					mode: executionId === part.id ? mode : 'retry',
				});
	return { execution, cancel: () => cancel() };
}

/** A call on an execution that was stopped before ends at once. */
const LONGEST_LATE_CALL_MS = 100;
const MODES: Partial<Record<Cell['way'], 'manual' | 'integrated'>> = {
	'execute step': 'manual',
	'pinned before it': 'manual',
	'pinned on it': 'manual',
	'sub-workflow': 'integrated',
};

function callParts(part: Part) {
	const { process, delivered, run, time } = part;
	return {
		egress: part.egress,
		requestOf: part.requestOf,
		by: part.id,
		attempt: run.attempt,
		isAlive: process.isAlive,
		isStopped: () => part.isStopped,
		now: time.now,
		say: (line: string) => {
			if (process.isAlive()) delivered.result.log.push(line);
		},
		onCall: (call: Call) => {
			if (part.isStopped) return;
			part.calls.push(call);
			run.settledMs = null;
		},
		onSettle: (call: Call) => {
			if (part.calls.includes(call)) return settle(part);
			// Retry On Fail of n8n's takes no notice of Stop, and calls the node again.
			const tookMs = time.now() - call.beganMs;
			if (tookMs > LONGEST_LATE_CALL_MS)
				delivered.complaints.push(`n8n called it after Stop, and it took ${tookMs} ms`);
		},
	};
}

/** The node's code is over when each call of it is. */
function settle({ calls, run, time }: Part): void {
	if (calls.every(({ settledMs }) => settledMs !== null)) run.settledMs = time.now();
}

function outcomeOf({ calls, delivered }: Part, { status }: IRun): NodeRun['outcome'] {
	const last = calls.at(-1);
	if (status === 'waiting') return 'waiting';
	if (isTool(delivered)) return last?.error === undefined ? 'items' : 'failed';
	return status === 'success' && last?.error === undefined ? 'items' : 'failed';
}

/** Files of n8n's store become part of their items, for the auditor. */
async function readFiles(calls: Call[]): Promise<void> {
	for (const { items = [] } of calls)
		for (const item of items)
			for (const [field, binary] of Object.entries(item.binary ?? {})) {
				if (binary.id === undefined) continue;
				const data = (await bytesOf(binary)).toString('base64');
				item.binary = { ...item.binary, [field]: { ...binary, data } };
			}
}

/** Tells tries from runs, and what they made from what was only tried. */
function record({ calls, run, delivered }: Part): void {
	const last = calls.at(-1);
	// What it returns where the execution is suspended is nothing.
	const counted = run.outcome === 'waiting' ? calls.filter((call) => call !== last) : calls;
	const settled = counted.filter(({ settledMs }) => settledMs !== null);
	const finals = settled.filter(
		({ runIndex }, place) =>
			!calls.slice(calls.indexOf(settled[place]) + 1).some((other) => other.runIndex === runIndex),
	);
	for (const call of finals) delivered.finals.set(call.runIndex, call);
	run.earlier = settled
		.filter((call) => !finals.includes(call))
		.map(({ items, of, error }) => ({ items, of, error }));
	run.tries = Math.max(
		1,
		...calls.map(({ runIndex }) => calls.filter((other) => other.runIndex === runIndex).length),
	);
	// Of two wires n8n takes the one that it likes first.
	const made = finals
		.filter(({ items }) => items !== undefined)
		.sort((a, b) => (a.of[0] ?? 0) - (b.of[0] ?? 0));
	if (made.length > 0) {
		run.items = made.flatMap(({ items = [] }) => items);
		run.of = made.flatMap(({ of }) => of);
	}
	if (run.outcome === 'failed') run.error = finals.at(-1)?.error;
}
