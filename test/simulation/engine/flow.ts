import type {
	IDataObject,
	INode,
	INodeExecutionData,
	INodeParameters,
	IExecuteFunctions,
	INodeType,
	IPinData,
} from 'n8n-workflow';
import { connect, type WorkflowFile } from '../../harness/runWorkflow';
import { type Engine, PassThrough } from '../../harness/startEngine';
import { byId } from '../../harness/useHarness';
import { addFlowNodes } from '../../harness/suspendedHarness';
import { agentFlow, type CellSettings, flow } from '../../settings/playCell';
import { NODE } from '../../settings/subject';
import { type Cell, isTool } from '../../settings/axes';
import { GROUPS, nodeOf, parametersOf, type Target } from '../nodeContext';
import type { ExecutionPlan, ItemPlan } from '../world';
import type { Setup } from './world';

const WAYS: Record<ExecutionPlan['shape'], Cell['way']> = {
	chain: 'main chain',
	loop: 'loop over items',
	twoWires: 'two wires in',
	merge: 'merge behind it',
	subWorkflow: 'sub-workflow',
	tool: 'tool of agent 3',
};
const CALLED: Record<Exclude<Setup['call'], 'whole'>, Cell['way']> = {
	executeStep: 'execute step',
	pinnedBefore: 'pinned before it',
	pinnedOn: 'pinned on it',
	deactivated: 'deactivated',
};

/** How the node stands in its workflow. */
export function wayOf({ shape }: ExecutionPlan, { call, order, agent }: Setup): Cell['way'] {
	if (call !== 'whole') return CALLED[call];
	// With the old order n8n continues an agent of version 3 before its tool has run.
	const isOldAgent = shape === 'tool' && (agent === 2 || order === 'v0');
	return isOldAgent ? 'tool of agent 1 or 2' : WAYS[shape];
}

/** Whether n8n runs the node's code at all. */
export const isRun = (way: Cell['way']): boolean => way !== 'pinned on it' && way !== 'deactivated';

/**
 * What n8n runs the node for, one list after the other. A tool has no file from the agent, and
 * nobody can pin one.
 */
export function roundsOf(plan: ExecutionPlan, way: Cell['way']): ItemPlan[][] {
	if (!isRun(way)) return [];
	const isWithoutFiles = isTool({ way }) || way === 'pinned before it';
	const items = plan.items.map((item) => (isWithoutFiles ? { ...item, file: null } : item));
	if (isTool({ way })) return [items.slice(0, 1)];
	if (way === 'loop over items') return items.map((item) => [item]);
	const round = plan.executeOnce ? items.slice(0, 1) : items;
	return way === 'two wires in' ? [round, round] : [round];
}

const TARGET: Target = {
	runId: '={{ $json.run_id }}',
	outputName: '={{ $json.filename }}',
	groupId: '={{ $json.group_id }}',
};

/** A tool has texts only. */
const INPUTS = {
	texts: '={{ { text_51536: $json.prompt } }}',
	files:
		'={{ $json.image ? { text_51536: $json.prompt, image_22068: $json.image } : { text_51536: $json.prompt } }}',
};

/** The node as the user set it up: what differs from item to item is an expression. */
function serviceNode(plan: ExecutionPlan, way: Cell['way']): INode {
	const item: ItemPlan = { prompt: '', file: null, target: 0 };
	const { runId, ...parameters } = parametersOf(plan, '', item, TARGET);
	const isStarting = plan.operation.startsWith('workflow.execute');
	return {
		...nodeOf(plan),
		name: NODE,
		parameters: {
			...parameters,
			...(runId !== undefined && { runId: byId(TARGET.runId) }),
			...(isStarting && {
				workflowId: byId('w1'),
				inputsJson: INPUTS[isTool({ way }) ? 'texts' : 'files'],
				files: {},
				// The field of a tool is no expression, and empty stands for the execution's group.
				groupId: isTool({ way }) && plan.group !== 'shared' ? '' : GROUPS[plan.group],
			}),
		} as INodeParameters,
	};
}

/** Items as the node before ours hands them on. */
function inputItems(items: ItemPlan[], targets: Target[], from: number) {
	return items.map((item, index): INodeExecutionData => {
		const target = targets[index];
		const json: IDataObject = {
			index: from + index,
			prompt: item.prompt,
			run_id: target.runId,
			filename: target.outputName,
			group_id: target.groupId,
			// Inputs of a file type take the name of the item's field.
			...(item.file !== null && { image: 'data' }),
		};
		return { json, pairedItem: { item: 0 } };
	});
}

const ON_ERROR: Record<ExecutionPlan['onError'], Cell['onError']> = {
	stopWorkflow: 'stop',
	continueRegularOutput: 'continue',
	continueErrorOutput: 'error output',
};

export interface FlowParts {
	plan: ExecutionPlan;
	setup: Setup;
	/** What each item is about, for all items of the plan. */
	targets: Target[];
	/** The items that the node is run for, in a second run after as many of the first. */
	offset: number;
}

/** The workflow around the node, with the node types that it needs put into the engine. */
export function workflowFor(engine: Engine, parts: FlowParts): WorkflowFile {
	const { plan, setup } = parts;
	const way = wayOf(plan, setup);
	addFlowNodes(engine);
	engine.add('rows', rowsNode(parts));
	const node = serviceNode(plan, way);
	const cell: CellSettings = {
		way,
		executionOrder: setup.order,
		binaryMode: 'separate',
		// Set on the node, with the pause between tries.
		retries: 'off',
		onError: ON_ERROR[plan.onError],
		alwaysOutputData: plan.alwaysOutputData ? 'on' : 'off',
		executeOnce: plan.executeOnce ? 'on' : 'off',
	};
	if (isTool({ way }))
		return agentFlow(cell, { engine, node }, inputItems(plan.items, parts.targets, 0));
	const file = flow(cell, { node });
	// A failed item goes back to the loop as well, so that the others get their turn.
	if (way === 'loop over items') connect(file.connections, 'Failed', 0, 'Loop');
	return file;
}

/** Hands on the items, with their files in n8n's store. */
function rowsNode({ plan, targets, offset }: FlowParts): INodeType {
	const type: INodeType = new PassThrough();
	type.execute = async function execute(this: IExecuteFunctions) {
		const from = this.getNode().name === 'More Rows' ? offset : 0;
		const items = inputItems(plan.items, targets, from);
		for (const [index, { file }] of plan.items.entries())
			if (file !== null)
				items[index].binary = {
					data: await this.helpers.prepareBinaryData(Buffer.from(file), `${file}.png`, 'image/png'),
				};
		return [items];
	};
	return type;
}

/** What the editor has pinned, by node. */
export function pinDataFor({ plan, setup, targets }: FlowParts): IPinData | undefined {
	if (setup.call === 'pinnedBefore')
		return {
			Rows: inputItems(
				plan.items.map((item) => ({ ...item, file: null })),
				targets,
				0,
			),
		};
	if (setup.call === 'pinnedOn') return { [NODE]: [{ json: { state: 'pinned' } }] };
	return undefined;
}
