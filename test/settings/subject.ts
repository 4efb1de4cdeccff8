import type { INode, INodeExecutionData, INodeParameters } from 'n8n-workflow';
import { loadBehaviour } from '../harness/behaviour';
import { promptOf, type useComflowy } from '../harness/comflowyHarness';
import { asking, type useFlowAi } from '../harness/flowAiHarness';
import { endRuns, openRuns } from '../harness/suspendedHarness';
import { type Engine, useBinaryMode } from '../harness/startEngine';
import { quick, two, type useHarness } from '../harness/useHarness';
import { type Cell, isWaiting } from './axes';

/** An operation with the service that it talks to, ready to be put into any workflow. */
export interface Subject {
	engine: Engine;
	node: INode;
	/** Three items that the operation can be run for. */
	items: INodeExecutionData[];
	/** Runs that were paid for in the cell. */
	starts(): number;
	/** Requests in the cell. */
	requests(): number;
	/** Ends the runs that are in progress; resolves when there was nothing left to end. */
	endRuns(): Promise<void>;
	/** In no item, error or log. */
	secret: string;
}

export interface Harnesses {
	flowscale: ReturnType<typeof useHarness>;
	comflowy: ReturnType<typeof useComflowy>;
	flowAi: ReturnType<typeof useFlowAi>;
}

export const NODE = 'Service';
const NEVER_MS = 36_000_000;

/**
 * The two items of a behaviour, and a third: of its own where prompts tell items apart, else the
 * first once more.
 */
function threeOf([first, second]: INodeExecutionData[]): INodeExecutionData[] {
	const json = 'prompt' in first.json ? { prompt: 'green hill', n: 2 } : { ...first.json };
	return [first, second, { ...first, json }];
}

const waitingParameters = (parameters: INodeParameters, { waitMode }: Cell): INodeParameters => ({
	...parameters,
	waitMode,
	options: {
		...(parameters.options as INodeParameters),
		...quick,
		timeout: 0,
		...(waitMode !== 'inExecution' && { liveEvents: false }),
	},
});

async function openFlowscale(harnesses: Harnesses, cell: Cell): Promise<Subject> {
	const { given, parameters, simulator } = await loadBehaviour(cell.operation.split(' ')[1]);
	const made = await harnesses.flowscale({
		...simulator,
		...(isWaiting(cell) && { runMs: NEVER_MS, containers: 20 }),
	});
	const { flowscale, engine, requests } = made;
	const items = threeOf(given(flowscale));
	const before = flowscale.runs.length;
	return {
		engine,
		items,
		node: made.node(
			cell.operation.split(' ')[1] as `${string}.${string}`,
			isWaiting(cell) ? waitingParameters(parameters, cell) : parameters,
			{ name: NODE },
		),
		starts: () => flowscale.runs.length - before,
		requests: () => requests(),
		endRuns: async () => {
			if (isWaiting(cell) && openRuns(flowscale.runs).length > 0)
				endRuns(made, cell.outcome === 'fail' ? 'failed' : 'completed');
		},
		secret: flowscale.apiKey ?? 'no key',
	};
}

async function openComflowy(harnesses: Harnesses, cell: Cell): Promise<Subject> {
	const operation = cell.operation.split(' ')[1] as `${string}.${string}`;
	const made = await harnesses.comflowy({ runMs: isWaiting(cell) ? NEVER_MS : 20 });
	const { service, engine } = made;
	let items = threeOf(two);
	if (operation === 'run.get')
		items = await made.items(made.node('workflow.execute', promptOf()), items);
	const parameters: INodeParameters =
		operation === 'run.get' ? { runId: '={{ $json.run_id }}' } : promptOf();
	const before = { runs: service.runs.length, requests: service.journal.length };
	const ended = new Set<string>();
	return {
		engine,
		items,
		node: made.node(operation, isWaiting(cell) ? waitingParameters(parameters, cell) : parameters),
		starts: () => service.runs.length - before.runs,
		requests: () => service.journal.length - before.requests,
		endRuns: async () => {
			if (!isWaiting(cell)) return;
			for (const { id } of service.runs) {
				if (ended.has(id)) continue;
				ended.add(id);
				await service.finish(id, cell.outcome === 'fail' ? 'failed' : 'success');
			}
		},
		secret: service.apiKey,
	};
}

async function openFlowAi(harnesses: Harnesses): Promise<Subject> {
	const made = await harnesses.flowAi();
	return {
		engine: made.engine,
		items: threeOf(two),
		node: made.node('workflow.execute', asking()),
		starts: () => made.service.inputs.length,
		requests: () => made.service.journal.length,
		endRuns: async () => undefined,
		secret: made.service.apiKey,
	};
}

export async function openSubject(harnesses: Harnesses, cell: Cell): Promise<Subject> {
	const subject = await openService(harnesses, cell);
	await useBinaryMode(cell.store === 'memory' ? 'default' : cell.store);
	return subject;
}

async function openService(harnesses: Harnesses, cell: Cell): Promise<Subject> {
	if (cell.operation.startsWith('flowscale')) return await openFlowscale(harnesses, cell);
	if (cell.operation.startsWith('comflowy')) return await openComflowy(harnesses, cell);
	return await openFlowAi(harnesses);
}

/** Operations that start a run for each item. */
export const isStarting = ({ operation }: Cell): boolean => operation.includes('workflow.execute');
