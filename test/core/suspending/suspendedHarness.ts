import { anyKeys } from '../../../nodes/core/shape';
import type { IDataObject, IExecuteFunctions, INode, INodeExecutionData } from 'n8n-workflow';
import type { Clock } from '../../../nodes/core/async/clock';
import type { Answer } from '../../../nodes/core/http/http';
import type { Resource } from '../../../nodes/core/items/operation';
import { itemOf } from '../../../nodes/core/files/outputItems';
import { createRun } from '../../../nodes/core/runs/run';
import { runOperation } from '../../../nodes/core/execution/runOperation';
import {
	openRunSession,
	type RunService,
	type RunSession,
} from '../../../nodes/core/execution/runSession';
import { readWaitOrder } from '../../../nodes/core/waiting/waitingFields';
import { waitingOperation } from '../../../nodes/core/waiting/waitingOperation';
import { fakeClock } from '../../harness/fakeClock';
import { aRun, endOf } from '../../harness/runs';

type Session = RunSession & { clock: Clock };

/** A run at the service: whose it is, and how it ends. */
export interface ServiceRun {
	id: string;
	item: number;
	startedMs: number;
	endsMs: number;
	status: string;
}

export interface SuspendedPlan {
	/** How long the runs of each item take from their start, and how they end; the last one is for all later runs too. */
	items: Array<Array<{ takesMs: number; status?: string }>>;
	options?: IDataObject;
	node?: Partial<INode>;
	isTolerant?: boolean;
	/** Time that each look takes. */
	lookMs?: number;
	/** What a start sends, by run. */
	textOf?(count: number): string;
	/** Output of the node before that the items come from. */
	fromOutput?: number;
	/** Whether this n8n tells how nodes are connected. */
	canTellWires?: boolean;
	/** When something else than n8n's timer wakes the execution, from the suspension. */
	wokenAfterMs?: number;
}

const operation = waitingOperation<Session>({
	name: 'Execute and Wait',
	value: 'executeAndWait',
	action: '',
	description: '',
	output: anyKeys({}),
	fields: [],
	prepareWait: (item, session) => ({
		order: readWaitOrder(item),
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
				isReused: false,
				isContinued,
				send,
			});
		},
		finish: async (run) => [itemOf(run)],
	}),
});
const resources: Array<Resource<Session>> = [
	{ name: 'Workflow', value: 'workflow', operations: [operation] },
];

/** Suspended waiting on n8n's side of a wait, by a clock of its own: n8n wakes the execution when it said, and the wire brings the items back. */
export function suspendedHarness({
	items,
	options = {},
	node = {},
	isTolerant = false,
	lookMs = 0,
	textOf = () => 'a fox',
	fromOutput = 0,
	canTellWires = true,
	wokenAfterMs,
}: SuspendedPlan) {
	const clock = fakeClock({ startMs: Date.UTC(2026, 0, 1) });
	const store: IDataObject = {};
	const runs: ServiceRun[] = [];
	/** Every request that asks how runs are, with its time. */
	const looks: number[] = [];
	const cancelled: string[] = [];
	let texts = 0;
	let execution = 1;

	const runNow = ({ id, endsMs, status }: ServiceRun) =>
		aRun(id, {
			group_id: 'g',
			workflow_id: 'w',
			status: clock.now() >= endsMs ? status : 'running',
		});
	const poll = async () => {
		looks.push(clock.now());
		await clock.pause(lookMs);
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
		start: {
			readStart: ({ text }) =>
				createRun({ run_id: text, status: 'queued', group_id: 'g', workflow_id: 'w' }),
			getRun: async (runId) => known(runId),
			listGroup: async () => runs.map(runNow),
			failureOf: () => {
				throw new Error('No start fails here');
			},
			serviceTime: (ms) => ms,
		},
		watch: {
			poll: async ({ run_id: runId }) => await poll().then(() => known(runId)),
			pollGroup: async () => await poll().then(() => runs.map(runNow)),
			verify: async (run) => await poll().then(() => run),
		},
		cancel: async (runId) => cancelled.push(runId),
		completeOutputs: async (run) => run,
	};

	const contextOf = (
		previousNode: string,
		runIndex: number,
		putToWait: (at: Date) => void,
	): IExecuteFunctions => {
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
			if (name === 'resource' || name === 'operation')
				return name === 'resource' ? 'workflow' : 'executeAndWait';
			if (name === 'waitMode') return 'suspended';
			if (name === 'start')
				return {
					text: textOf(texts++),
					send: async () => ({ status: 200, headers: {}, text: start(index) }),
				};
			return options[name.replace('options.', '')];
		};
		return {
			getNode: () => me,
			getMode: () => 'webhook',
			getExecutionId: () => String(execution),
			getContext: () => store,
			getInputData: () => items.map((_, index) => ({ json: { index } })),
			getExecuteData: () => ({
				source: {
					main: [{ previousNode, previousNodeOutput: previousNode === 'Runs' ? 0 : fromOutput }],
				},
			}),
			...(canTellWires && {
				getConnections: () => [
					[
						{ node: 'Rows', index: fromOutput },
						{ node: 'Runs', index: 0 },
					],
				],
			}),
			evaluateExpression: () => runIndex,
			getNodeParameter: (name: string, index: number, fallback?: unknown) =>
				parameter(name, index) ?? fallback,
			getExecutionCancelSignal: () => undefined,
			continueOnFail: () => isTolerant,
			putExecutionToWait: async (at: Date) => putToWait(at),
			logger: { warn: () => undefined },
		} as unknown as IExecuteFunctions;
	};

	/** One turn, with the tries that n8n's "Retry On Fail" makes of it; where it waits then, or how it ended. */
	const turn = async (previousNode: string, runIndex: number) => {
		let waitMs: number | undefined;
		const context = contextOf(previousNode, runIndex, (at) => (waitMs = at.getTime()));
		const tries = node.retryOnFail ? (node.maxTries ?? 3) : 1;
		for (let count = 1; ; count++) {
			const end = await endOf(
				runOperation(context, {
					resources,
					clock,
					open: async (of, stop, index) => ({
						clock,
						...openRunSession(service, {
							context: of,
							clock,
							stop,
							progress: { started: () => undefined, changed: () => undefined },
							runIndex: index,
						}),
					}),
				}),
			);
			if ('value' in end) return { waitMs, outputs: end.value };
			if (count === tries) return { error: end.message };
		}
	};
	/** The execution until it ends. */
	const play = async (
		previousNode = 'Rows',
		firstIndex = 0,
	): Promise<{ items?: INodeExecutionData[]; error?: string; resumes: number; endMs: number }> => {
		for (let runIndex = firstIndex; ; runIndex++) {
			const { waitMs, outputs, error } = await turn(
				runIndex === 0 ? previousNode : 'Runs',
				runIndex,
			);
			if (waitMs === undefined)
				return { items: outputs?.[1], error, resumes: runIndex - firstIndex, endMs: clock.now() };
			await clock.pause(wokenAfterMs ?? waitMs - clock.now());
		}
	};
	/** n8n's Retry of the execution that failed, by hand. */
	const retry = async (resumes: number) => {
		execution++;
		return await play('Rows', resumes);
	};
	return { clock, runs, looks, cancelled, play, retry };
}
