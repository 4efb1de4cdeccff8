import { anyKeys } from '../../../nodes/core/shape';
import type {
	IDataObject,
	IExecuteData,
	IExecuteFunctions,
	INode,
	INodeExecutionData,
	WorkflowExecuteMode,
} from 'n8n-workflow';
import type { Clock } from '../../../nodes/core/async/clock';
import type { Answer } from '../../../nodes/core/http/http';
import type { Item } from '../../../nodes/core/items/item';
import type { Doubts } from '../../../nodes/core/items/itemDoubts';
import type { Resource } from '../../../nodes/core/items/operation';
import { ExecutionCancelledError, ServiceError } from '../../../nodes/core/errors';
import { itemOf } from '../../../nodes/core/files/outputItems';
import { createRun } from '../../../nodes/core/runs/run';
import { runOperation } from '../../../nodes/core/execution/runOperation';
import {
	openRunSession,
	type RunService,
	type RunSession,
} from '../../../nodes/core/execution/runSession';
import { readWaitOrder } from '../../../nodes/core/waiting/waitingFields';
import type { WaitOrder } from '../../../nodes/core/waiting/runWaiter';
import { waitingOperation } from '../../../nodes/core/waiting/waitingOperation';
import { fakeClock } from '../../harness/fakeClock';
import { aRun, endOf } from '../../harness/runs';

type Session = RunSession & { clock: Clock; doubts: Doubts };

/** What n8n stores of an execution, as far as suspending needs it. */
interface FakeExecution {
	/** Runs of the node on record. */
	runs: number;
	waitTill?: number;
	executionData: { nodeExecutionStack: IExecuteData[] };
}

/** A run at the service: whose it is, and how it ends. */
export interface ServiceRun {
	id: string;
	item: number;
	startedMs: number;
	endsMs: number;
	status: string;
}

export interface SuspendedPlan {
	/**
	 * How long the runs of each item take from their start, and how they end; the last one is for all
	 * later runs too.
	 */
	items: Array<Array<{ takesMs: number; status?: string }>>;
	options?: IDataObject;
	node?: Partial<INode>;
	waitMode?: 'inExecution' | 'suspended';
	isTolerant?: boolean;
	/** Whether the service answers no check of a run, so many ms after the beginning. */
	isAway?(ms: number): boolean;
	/** Whether the outputs of a run in progress are read, too. */
	canVerify?: boolean;
	/** Time that each look takes. */
	lookMs?: number;
	/** How much later each reading of the clock finds it, as on a server that is busy. */
	readMs?: number;
	/** What a start sends, by run. */
	textOf?(count: number): string;
	/** How n8n started the execution. */
	mode?: WorkflowExecuteMode;
	/**
	 * Runs of the node that n8n has on record when a resume begins, where it is not what was there
	 * before.
	 */
	runsOnRecord?: number;
	/** When something else than n8n's timer wakes the execution, from the suspension. */
	wokenAfterMs?: number;
	/** Stop is the end: n8n mostly calls a node once more after it, where Retry On Fail says so. */
	isStopLast?: boolean;
	/** How the service refuses a cancel. */
	refuseCancel?(runId: string): Error | undefined;
	/** Items that the service refuses before they begin. */
	doubtful?: number[];
	/** Items whose starts get no clear answer, and start nothing. */
	lost?: number[];
	/** How the node fails before it has come to its items, such as for lack of its credential. */
	refuseOpen?(resumes: number): Error | undefined;
	/** Called for each parameter of an item that is read; `start` is read when the item begins. */
	onRead?(name: string, index: number, resumes: number): void;
}

function readDoubtful(item: Item, session: Session): WaitOrder {
	const refuse = async () => await Promise.reject(new ServiceError('No such input'));
	if (item.raw('isDoubtful', false) === true) session.doubts.set(item.index, refuse);
	return readWaitOrder(item);
}

const operation = waitingOperation<Session>({
	name: 'Execute and Wait',
	value: 'executeAndWait',
	action: '',
	description: '',
	output: anyKeys({}),
	fields: [],
	prepareWait: (item, session) => ({
		order: readDoubtful(item, session),
		begin: async (isContinued) => {
			const { send, text } = item.raw('start', undefined) as {
				send: () => Promise<Answer>;
				text: string;
			};
			return await session.starter().start({
				itemIndex: item.index,
				workflowId: 'w',
				groupId: 'g',
				texts: { seed: text },
				fileNames: [],
				isGroupOfExecution: true,
				reuse: 'never',
				patienceMs: 0,
				maxQueued: 0,
				isContinued,
				send,
			});
		},
		known: () => {
			item.raw('start', undefined);
			return session.starter().known(item.index, 'w');
		},
		finish: async (run) => [itemOf(run)],
	}),
});
const resources: Array<Resource<Session>> = [
	{ name: 'Workflow', value: 'workflow', operations: [operation] },
];

/**
 * Suspended waiting on n8n's side, with a fake clock: n8n resumes the execution when the time has
 * come, as its engine does.
 */
export function suspendedHarness({
	items,
	options = {},
	node = {},
	waitMode = 'suspended',
	isTolerant = false,
	lookMs = 0,
	readMs = 0,
	canVerify = true,
	isAway = () => false,
	textOf = () => 'a fox',
	mode = 'webhook',
	runsOnRecord,
	wokenAfterMs,
	doubtful = [],
	lost = [],
	isStopLast = false,
	refuseCancel = () => undefined,
	refuseOpen = () => undefined,
	onRead = () => undefined,
}: SuspendedPlan) {
	const beganMs = Date.UTC(2026, 0, 1);
	const clock = fakeClock({ startMs: beganMs, readMs });
	const store: IDataObject = {};
	const runs: ServiceRun[] = [];
	/** Every request that asks how runs are, with its time. */
	const looks: number[] = [];
	const cancelled: string[] = [];
	/** What n8n's log says, and what it warns of. */
	const lines: string[] = [];
	const warned: string[] = [];
	let texts = 0;
	let execution = 1;
	let resumes = 0;
	/** Each resume has a stop of its own. */
	let stop = new AbortController();

	const runNow = ({ id, endsMs, status }: ServiceRun) =>
		aRun(id, {
			group_id: 'g',
			workflow_id: 'w',
			status: clock.now() >= endsMs ? status : 'running',
		});
	const poll = async () => {
		looks.push(clock.now());
		await clock.pause(lookMs);
		if (isAway(clock.now() - beganMs))
			throw new ServiceError('No answer from Flowscale', { isRetryable: true });
	};
	const start = (item: number): string => {
		const tries = runs.filter((run) => run.item === item).length;
		const { takesMs, status = 'completed' } = items[item][Math.min(tries, items[item].length - 1)];
		const id = `r${runs.length + 1}`;
		runs.push({ id, item, startedMs: clock.now(), endsMs: clock.now() + takesMs, status });
		return id;
	};
	const known = (runId: string) =>
		runs
			.filter(({ id }) => id === runId)
			.map(runNow)
			.at(0) ?? null;
	const service: RunService = {
		collect: { byRun: 'Run > Wait', byGroup: 'Group > Wait' },
		start: {
			place: 'https://service.test',
			serviceName: 'Flowscale',
			readStart: ({ text }) =>
				createRun({ run_id: text, status: 'queued', group_id: 'g', workflow_id: 'w' }),
			getRun: async (runId) => {
				if (stop.signal.aborted) throw new ExecutionCancelledError();
				return known(runId);
			},
			listGroup: async () => runs.map(runNow),
			failureOf: () => new ServiceError('Flowscale answered HTTP 502', { status: 502 }),
			serviceTime: (ms) => ms,
			adviceIfUncertain: () => '',
		},
		watch: {
			serviceName: 'Flowscale',
			poll: async ({ run_id: runId }) => await poll().then(() => known(runId)),
			pollGroup: async () => await poll().then(() => runs.map(runNow)),
			...(canVerify && { verify: async (run) => await poll().then(() => run) }),
		},
		cancel: async (runId) => {
			cancelled.push(runId);
			const refusal = refuseCancel(runId);
			if (refusal) throw refusal;
			return undefined;
		},
		completeOutputs: async (run) => run,
	};

	const me: INode = {
		id: '1',
		name: 'Runs',
		type: 'flowscale',
		typeVersion: 1,
		position: [0, 0],
		parameters: {},
		...node,
	};
	const parameter = (name: string, index: number): unknown => {
		onRead(name, index, resumes);
		if (name === 'resource' || name === 'operation')
			return name === 'resource' ? 'workflow' : 'executeAndWait';
		if (name === 'waitMode') return waitMode;
		if (name === 'start')
			return {
				text: textOf(texts++),
				send: async () =>
					lost.includes(index)
						? { status: 502, headers: {}, text: '' }
						: { status: 200, headers: {}, text: start(index) },
			};
		if (name === 'isDoubtful') return doubtful.includes(index);
		return options[name.replace('options.', '')];
	};
	const contextOf = (n8n: FakeExecution, entry: IExecuteData): IExecuteFunctions =>
		({
			runExecutionData: n8n,
			getNode: () => entry.node,
			getMode: () => mode,
			getExecutionId: () => String(execution),
			getContext: () => store,
			getInputData: () => entry.data.main[0],
			getExecuteData: () => entry,
			getConnections: () => [[{ node: 'Rows' }]],
			evaluateExpression: () => n8n.runs,
			getNodeParameter: (name: string, index: number, fallback?: unknown) =>
				parameter(name, index) ?? fallback,
			getExecutionCancelSignal: () => stop.signal,
			continueOnFail: () => isTolerant,
			putExecutionToWait: async (at: Date) => void (n8n.waitTill = at.getTime()),
			logger: {
				warn: (text: string) => warned.push(text),
				info: (text: string) => lines.push(text),
			},
		}) as unknown as IExecuteFunctions;

	/**
	 * The node's `execute` for one entry of the stack, with the tries that n8n's "Retry On Fail"
	 * makes of it.
	 */
	const runEntry = async (n8n: FakeExecution, entry: IExecuteData) => {
		const tries = node.retryOnFail ? (node.maxTries ?? 3) : 1;
		for (let count = 1; ; count++) {
			const end = await endOf(
				runOperation(contextOf(n8n, entry), {
					resources,
					clock,
					open: async (of, stop, index) => {
						const refusal = refuseOpen(resumes);
						if (refusal) throw refusal;
						return {
							clock,
							doubts: new Map(),
							...openRunSession(service, {
								context: of,
								clock,
								stop,
								progress: { started: () => undefined, changed: () => undefined },
								runIndex: index,
							}),
						};
					},
				}),
			);
			const hasError = 'value' in end && end.value[0]?.[0]?.json.error !== undefined;
			const isOver = isStopLast && stop.signal.aborted;
			if (!isOver && count < tries && (!('value' in end) || hasError)) continue;
			if ('value' in end) return { outputs: end.value };
			const { description = '' } = end.error as { description?: string };
			return { error: end.message, description };
		}
	};
	/**
	 * n8n resumes an execution: it disables the first entry's node, and drops the record of the wait.
	 */
	const resume = (n8n: FakeExecution) => {
		n8n.waitTill = undefined;
		n8n.executionData.nodeExecutionStack[0].node.disabled = true;
		n8n.runs = runsOnRecord ?? n8n.runs - 1;
	};
	/**
	 * Runs what is on the stack until the execution waits, the node has handed items out, or it has
	 * failed.
	 */
	const runStack = async (
		n8n: FakeExecution,
	): Promise<{ items?: unknown; error?: string; description?: string }> => {
		const { nodeExecutionStack: stack } = n8n.executionData;
		for (let entry = stack.shift(); entry !== undefined; entry = stack.shift()) {
			const { disabled, alwaysOutputData } = entry.node;
			const [passedOn] = entry.data.main;
			if (disabled && passedOn === undefined && !alwaysOutputData) continue;
			const end = disabled ? { outputs: [passedOn ?? [{ json: {} }]] } : await runEntry(n8n, entry);
			n8n.runs++;
			if (n8n.waitTill === undefined) {
				if ('error' in end) stack.unshift(entry);
				return 'error' in end ? end : { items: end.outputs?.[0] };
			}
			stack.unshift(entry);
			break;
		}
		return {};
	};
	const stored: { n8n: FakeExecution } = {
		n8n: {
			runs: 0,
			executionData: {
				nodeExecutionStack: [
					{
						node: me,
						data: { main: [items.map((_, index) => ({ json: { index } }))] },
						source: null,
					},
				],
			},
		},
	};
	/** The execution until it ends. */
	const play = async (): Promise<{
		items?: INodeExecutionData[];
		error?: string;
		description?: string;
		resumes: number;
		endMs: number;
	}> => {
		for (resumes = 0; ; resumes++) {
			// n8n stores an execution with shared references as such, and a structured clone keeps them,
			// too.
			const n8n = structuredClone(stored.n8n);
			stored.n8n = n8n;
			if (!stop.signal.aborted) stop = new AbortController();
			if (n8n.waitTill !== undefined) resume(n8n);
			const end = await runStack(n8n);
			if (n8n.waitTill === undefined)
				return {
					items: end.items as INodeExecutionData[] | undefined,
					error: end.error,
					description: end.description,
					resumes,
					endMs: clock.now(),
				};
			await clock.pause(wokenAfterMs ?? n8n.waitTill - clock.now());
		}
	};
	/**
	 * n8n's Retry of the execution that failed, by hand: the failed task is dropped, and the
	 * execution has a new ID.
	 */
	const retry = async () => {
		execution++;
		stored.n8n.runs--;
		return await play();
	};
	/** Names of the nodes that are still to be executed. */
	const left = () => stored.n8n.executionData.nodeExecutionStack.map((entry) => entry.node.name);
	return {
		...{ clock, runs, looks, cancelled, lines, warned, left, play, retry },
		stop: () => stop.abort(),
	};
}
