import { NodeConnectionTypes } from 'n8n-workflow';
import type { IExecuteFunctions, INode, INodeExecutionData, INodeType, IRun } from 'n8n-workflow';
import type { SimulatedRun } from '../../simulator/flowscale/startFlowscale';
import {
	connect,
	nodeOf,
	outputOf,
	type ResumeOptions,
	resumeWorkflow,
	type RunOptions,
	runWorkflow,
	type WorkflowFile,
} from './runWorkflow';
import { type Engine, PassThrough, START } from './startEngine';
import { startOf, type Harness } from './useHarness';

/**
 * Inputs that differ at each resume, as a random seed does: no run may be started again for that.
 */
const changing = '={{ { text_51536: $json.prompt, seed_51537: Math.floor(Math.random() * 1e9) } }}';

export const suspendedOptions = { pollInterval: 0.1, timeout: 0, liveEvents: false };

/** "Flowscale" with Execute and Wait, suspended. */
export const suspendedNode = (
	{ node }: Harness,
	extra: Partial<INode> = {},
	options: object = {},
	parameters: object = {},
): INode =>
	node(
		'workflow.executeAndWait',
		{
			...startOf('image', changing, { ...suspendedOptions, ...options }),
			waitMode: 'suspended',
			...parameters,
		},
		extra,
	);

/**
 * Start, "Rows", the node, "After": each passes items on, so that links can be followed across
 * them.
 */
export function suspendedFlow(node: INode, settings?: WorkflowFile['settings']): WorkflowFile {
	const file: WorkflowFile = {
		nodes: [
			nodeOf('Start', START),
			nodeOf('Rows', 'passThrough'),
			node,
			nodeOf('After', 'passThrough'),
		],
		connections: {},
		...(settings && { settings }),
	};
	connect(file.connections, 'Start', 0, 'Rows');
	connect(file.connections, 'Rows', 0, node.name);
	connect(file.connections, node.name, 0, 'After');
	return file;
}

export interface SuspendedPlay extends RunOptions {
	/** Called before each resume, from 1; the last one is where runs must end. */
	onResume?(count: number): void;
	/** Resumes after which the execution is left alone. */
	most?: number;
	resume?: ResumeOptions;
}

/**
 * Runs a workflow, and resumes it whenever it waits, until it ends. `waits` counts how often it
 * did.
 */
export async function playSuspended(
	{ engine }: Harness,
	file: WorkflowFile,
	items: INodeExecutionData[],
	{ onResume, most = 40, resume = {}, ...options }: SuspendedPlay = {},
): Promise<{ run: IRun; waits: number }> {
	let run = await runWorkflow(engine, file, items, options);
	let waits = 0;
	while (run.status === 'waiting' && waits < most) {
		waits++;
		onResume?.(waits);
		run = await resumeWorkflow(engine, file, run.data, 'restart', resume);
	}
	return { run, waits };
}

/** Ends all runs that have not ended. */
export function endRuns({ flowscale }: Harness, state: 'completed' | 'failed' = 'completed'): void {
	for (const run of openRuns(flowscale.runs)) flowscale.finish(run.id, state);
}

export const openRuns = (runs: readonly SimulatedRun[]): SimulatedRun[] =>
	runs.filter(({ state }) => state === 'queued' || state === 'running');

/** What the next node received, one line per item. */
export const after = (run: IRun, node = 'After') =>
	outputOf(run, node).map(({ json, binary, pairedItem }) => [
		json.state ?? json,
		Object.keys(binary ?? {}),
		pairedItem,
	]);

/**
 * Two nodes of n8n's, as small as they can be: "merge" with two inputs, and "loop" with its outputs
 * done and loop.
 */
export function addFlowNodes(engine: Engine): void {
	const { Main } = NodeConnectionTypes;
	const typeOf = (
		inputs: number,
		outputs: number,
		execute: (this: IExecuteFunctions) => Promise<INodeExecutionData[][]>,
	): INodeType => {
		const type: INodeType = new PassThrough();
		const ends = (count: number) => Array.from({ length: count }, () => Main);
		type.description = { ...type.description, inputs: ends(inputs), outputs: ends(outputs) };
		type.execute = execute;
		return type;
	};
	engine.add(
		'merge',
		typeOf(2, 1, async function execute(this: IExecuteFunctions) {
			return [[...this.getInputData(0), ...this.getInputData(1)]];
		}),
	);
	engine.add(
		'loop',
		typeOf(1, 2, async function execute(this: IExecuteFunctions) {
			const context = this.getContext('node');
			const items = this.getInputData();
			const isFirst = context.left === undefined;
			const left = (isFirst ? items : context.left) as INodeExecutionData[];
			const done = [...((context.done ?? []) as INodeExecutionData[]), ...(isFirst ? [] : items)];
			Object.assign(context, { left: left.slice(1), done });
			return left.length > 0 ? [[], left.slice(0, 1)] : [done, []];
		}),
	);
}
