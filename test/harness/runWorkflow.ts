import './environment';
import { ExecutionLifecycleHooks, WorkflowExecute } from 'n8n-core';
import { NodeConnectionTypes, Workflow } from 'n8n-workflow';
import type {
	IConnections,
	IDataObject,
	INode,
	INodeExecutionData,
	IRun,
	IRunExecutionData,
	IPinData,
	IWorkflowBase,
	IWorkflowExecuteAdditionalData,
	IWorkflowSettings,
	WorkflowExecuteMode,
} from 'n8n-workflow';
import * as n8nWorkflow from 'n8n-workflow';
import { type Engine, START } from './startEngine';

export interface WorkflowFile {
	name?: string;
	nodes: INode[];
	connections: IConnections;
	/**
	 * Execution order v1 unless something else is said; `{}` is what a workflow has that was made
	 * before n8n 1.0.
	 */
	settings?: IWorkflowSettings;
}

export interface RunOptions {
	mode?: WorkflowExecuteMode;
	executionId?: string;
	/** Called with the running execution; `cancel` is what the Stop button does. */
	onStart?(execution: { cancel(): void }): void;
	/** Called with the server's side before the run, to change it. */
	onServer?(server: IWorkflowExecuteAdditionalData): void;
	/** Called when a node has ended, with the items of each of its outputs. */
	onNodeEnd?(node: string, outputs: INodeExecutionData[][]): void;
	/** Output that the user pinned, by node. */
	pinData?: IPinData;
	/** Execute step: the execution ends with this node. */
	destination?: string;
}

/** A workflow of nodes in a row after a start node. */
export function chain(...nodes: INode[]): WorkflowFile {
	const all = [nodeOf('Start', START), ...nodes];
	const connections: IConnections = {};
	all.slice(1).forEach((node, i) => connect(connections, all[i].name, 0, node.name));
	return { nodes: all, connections };
}

export function connect(connections: IConnections, from: string, output: number, to: string): void {
	const outputs = ((connections[from] ??= { main: [] }).main ??= []);
	while (outputs.length <= output) outputs.push([]);
	outputs[output]?.push({ node: to, type: NodeConnectionTypes.Main, index: 0 });
}

export function nodeOf(
	name: string,
	type: string,
	parameters: INode['parameters'] = {},
	extra: Partial<INode> = {},
): INode {
	return { id: name, name, type, typeVersion: 1, position: [0, 0], parameters, ...extra };
}

const base = (file: WorkflowFile) =>
	({ id: 'wf1', name: file.name ?? 'test', ...file, active: false }) as unknown as IWorkflowBase;

export function workflowOf(engine: Engine, file: WorkflowFile, staticData?: IDataObject): Workflow {
	return new Workflow({
		id: 'wf1',
		name: file.name ?? 'test',
		...file,
		active: false,
		nodeTypes: engine.nodeTypes,
		staticData,
		settings: file.settings ?? { executionOrder: 'v1' },
	});
}

/** The server's side of an execution, as far as the engine and our nodes use it. */
export function serverSide(
	engine: Engine,
	file: WorkflowFile,
	mode: WorkflowExecuteMode,
	executionId: string,
): IWorkflowExecuteAdditionalData {
	const absent = async () => {
		throw new Error('Not part of the engine tests');
	};
	return {
		credentialsHelper: engine.credentials,
		hooks: new ExecutionLifecycleHooks(mode, executionId, base(file)),
		executionId,
		currentNodeExecutionIndex: 0,
		variables: {},
		restApiUrl: 'http://localhost/rest',
		instanceBaseUrl: 'http://localhost/',
		formWaitingBaseUrl: 'http://localhost/form-waiting',
		webhookBaseUrl: 'http://localhost/webhook',
		webhookWaitingBaseUrl: 'http://localhost/webhook-waiting',
		webhookTestBaseUrl: 'http://localhost/webhook-test',
		logAiEvent: () => undefined,
		setExecutionStatus: () => undefined,
		sendDataToUI: () => undefined,
		executeWorkflow: absent,
		startRunnerTask: absent,
		getRunExecutionData: async () => undefined,
		getRuntimeCredential: async () => undefined,
	} as unknown as IWorkflowExecuteAdditionalData;
}

function firstData(
	workflow: Workflow,
	file: WorkflowFile,
	items: INodeExecutionData[],
): IRunExecutionData {
	const executionData = {
		nodeExecutionStack: [
			{ node: workflow.nodes[file.nodes[0].name], data: { main: [items] }, source: null },
		],
	};
	const create = (n8nWorkflow as { createRunExecutionData?: (data: object) => IRunExecutionData })
		.createRunExecutionData;
	// n8n-workflow 1.x has no such function; this is the shape it makes.
	return (
		create?.({ executionData }) ??
		({
			startData: {},
			resultData: { runData: {} },
			executionData: {
				contextData: {},
				metadata: {},
				waitingExecution: {},
				waitingExecutionSource: {},
				...executionData,
			},
		} as unknown as IRunExecutionData)
	);
}

/** Runs a workflow on n8n's own engine from its first node. */
export async function runWorkflow(
	engine: Engine,
	file: WorkflowFile,
	items: INodeExecutionData[],
	options: RunOptions = {},
): Promise<IRun> {
	const { mode = 'manual', executionId = 'exec1' } = options;
	const workflow = workflowOf(engine, file);
	const server = serverSide(engine, file, mode, executionId);
	options.onServer?.(server);
	server.hooks?.addHandler('nodeExecuteAfter', (node, { data }) =>
		options.onNodeEnd?.(
			node,
			(data?.main ?? []).map((output) => output ?? []),
		),
	);
	const data = firstData(workflow, file, items);
	if (options.pinData) data.resultData.pinData = options.pinData;
	if (options.destination !== undefined) data.startData = endingAt(workflow, options.destination);
	const execution = new WorkflowExecute(server, mode, data).processRunExecutionData(workflow);
	options.onStart?.(execution);
	return await execution;
}

/** What n8n's editor asks for with "Execute step". */
function endingAt(workflow: Workflow, nodeName: string): IRunExecutionData['startData'] {
	const destinationNode = { nodeName, mode: 'inclusive' };
	const runNodeFilter = [nodeName, ...workflow.getParentNodes(nodeName)];
	return { destinationNode, runNodeFilter } as unknown as IRunExecutionData['startData'];
}

/** A copy as n8n stores it: JSON, but with shared references kept as such. */
export function storedCopy<T>(value: T, seen = new Map<unknown, unknown>()): T {
	if (typeof value !== 'object' || value === null) return value;
	if (seen.has(value)) return seen.get(value) as T;
	const plain = 'toJSON' in value ? (value as unknown as { toJSON(): unknown }).toJSON() : value;
	if (plain !== value) return storedCopy(plain, seen) as T;
	const copy = (Array.isArray(value) ? [] : {}) as Record<string, unknown>;
	seen.set(value, copy);
	for (const [key, entry] of Object.entries(value))
		if (entry !== undefined && typeof entry !== 'function') copy[key] = storedCopy(entry, seen);
	return copy as T;
}

export interface ResumeOptions {
	/** As in `RunOptions`; what it promises is awaited. */
	onServer?(server: IWorkflowExecuteAdditionalData): void | Promise<void>;
	onStart?: RunOptions['onStart'];
	mode?: WorkflowExecuteMode;
	executionId?: string;
}

/**
 * Continues with stored execution data: what the server does when a wait is over (`restart`), for
 * its Retry button (`retry`), and for "Retry with currently saved workflow" (`retrySaved`).
 */
export async function resumeWorkflow(
	engine: Engine,
	file: WorkflowFile,
	stored: IRunExecutionData,
	kind: 'restart' | 'retry' | 'retrySaved' = 'restart',
	{
		onServer,
		onStart,
		mode = kind === 'restart' ? 'manual' : 'retry',
		executionId = kind === 'restart' ? 'exec1' : 'exec2',
	}: ResumeOptions = {},
): Promise<IRun> {
	const data = storedCopy(stored);
	const workflow = workflowOf(engine, file);
	const server = serverSide(engine, file, mode, executionId);
	// Without it nothing is awaited, so that a Stop right after this call finds the execution begun.
	if (onServer) await onServer(server);
	if (kind === 'restart') server.restartExecutionId = executionId;
	else {
		const failed = data.resultData.runData[data.resultData.lastNodeExecuted ?? ''] ?? [];
		delete data.resultData.error;
		if (failed.at(-1)?.error !== undefined) failed.pop();
	}
	// As n8n's `ExecutionService.retry` does it.
	if (kind === 'retrySaved')
		for (const entry of data.executionData?.nodeExecutionStack ?? []) {
			const node = workflow.getNode(entry.node.name);
			if (node === null)
				throw new Error(`Could not find the node "${entry.node.name}" in workflow.`);
			entry.node = node;
		}
	const execution = new WorkflowExecute(server, mode, data).processRunExecutionData(workflow);
	onStart?.(execution);
	return await execution;
}

/** Items that a node returned in its last run. */
export function outputOf(run: IRun, node: string, output = 0): INodeExecutionData[] {
	return run.data.resultData.runData[node]?.at(-1)?.data?.main[output] ?? [];
}
