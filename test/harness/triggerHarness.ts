import { serverSide, workflowOf } from './runWorkflow';
import { Container } from '@n8n/di';
import * as n8nCore from 'n8n-core';
import { PollContext } from 'n8n-core';
import type {
	IDataObject,
	INode,
	INodeExecutionData,
	IPollFunctions,
	Workflow,
	WorkflowActivateMode,
	WorkflowExecuteMode,
} from 'n8n-workflow';
import type { Engine } from './startEngine';

export const TRIGGER = 'n8n-nodes-flowscale.flowscaleTrigger';

export function triggerNode(
	parameters: INode['parameters'] = {},
	extra: Partial<INode> = {},
): INode {
	return {
		id: 'trigger-1',
		name: 'Flowscale Trigger',
		type: TRIGGER,
		typeVersion: 1,
		position: [0, 0],
		parameters: { pollTimes: { item: [{ mode: 'everyHour', minute: 5 }] }, ...parameters },
		credentials: { flowscaleApi: { id: '1', name: 'Simulator' } },
		...extra,
	};
}

/**
 * One activation of a workflow: the polls of each trigger share a context and the workflow's static
 * data.
 */
export interface Activation {
	workflow: Workflow;
	logged: string[];
	/** Items of one poll; null when there is nothing new. */
	poll(node?: string): Promise<INodeExecutionData[] | null>;
	/** What n8n would write to its database now. */
	stored(): IDataObject;
}

export interface ActivationOptions {
	nodes?: INode[];
	staticData?: IDataObject;
	activation?: WorkflowActivateMode;
	mode?: WorkflowExecuteMode;
	/** What n8n 2.38 and later allow a poll. */
	budgetMs?: number;
}

export function activated(
	engine: Engine,
	{
		nodes = [triggerNode()],
		staticData,
		activation = 'activate',
		mode = 'trigger',
		budgetMs,
	}: ActivationOptions = {},
): Activation {
	const file = { nodes, connections: {} };
	const workflow = workflowOf(engine, file, staticData);
	const logged: string[] = [];
	const contexts = new Map(
		nodes.map((node) => {
			const context = new PollContext(
				workflow,
				workflow.nodes[node.name],
				serverSide(engine, file, mode, 'none'),
				mode,
				activation,
			) as IPollFunctions;
			jest.spyOn(context.logger, 'info').mockImplementation((text) => void logged.push(text));
			if (budgetMs !== undefined) context.getPollBudgetMs = () => budgetMs;
			return [node.name, context];
		}),
	);
	const { poll } = engine.nodeTypes.getByNameAndVersion(TRIGGER, 1);
	return {
		workflow,
		logged,
		poll: async (name = nodes[0].name) => {
			const context = contexts.get(name);
			const answer = context && (await poll?.call(context));
			return answer ? answer[0] : null;
		},
		stored: () => JSON.parse(JSON.stringify(workflow.staticData)) as IDataObject,
	};
}

type Add = (...args: unknown[]) => Promise<void>;

/**
 * Switches a workflow on with n8n's own manager of active workflows, which has another name in 1.x.
 * Gives what it emitted.
 */
export async function switchOn(engine: Engine, node: INode, staticData?: IDataObject) {
	const core = n8nCore as unknown as Record<string, new () => object>;
	const manager = Container.get(core.ActiveWorkflowTriggers ?? core.ActiveWorkflows) as {
		addAllTriggers?: Add;
		add?: Add;
		remove(id: string): Promise<unknown>;
	};
	const file = { nodes: [node], connections: {} };
	const workflow = workflowOf(engine, file, staticData);
	const emitted: INodeExecutionData[][][] = [];
	const pollContext = (
		...[of, on, additional, mode, activation]: ConstructorParameters<typeof PollContext>
	) => new PollContext(of, on, additional, mode, activation, (data) => emitted.push(data));
	const start = (manager.addAllTriggers ?? manager.add)?.bind(manager);
	await start?.(
		'wf1',
		workflow,
		serverSide(engine, file, 'trigger', 'none'),
		'trigger',
		'activate',
		() => undefined,
		pollContext,
	);
	return { workflow, emitted, off: async () => await manager.remove('wf1') };
}
