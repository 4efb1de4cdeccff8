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
	IWorkflowBase,
	IWorkflowExecuteAdditionalData,
	WorkflowExecuteMode,
} from 'n8n-workflow';
import * as n8nWorkflow from 'n8n-workflow';
import { type Engine, START } from './startEngine';

export interface WorkflowFile {
	name?: string;
	nodes: INode[];
	connections: IConnections;
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
}

/** A workflow of nodes in a row behind a start node. */
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
		settings: { executionOrder: 'v1' },
	});
}

/** The server's side of an execution, as far as the engine and our nodes look at it. */
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
	const execution = new WorkflowExecute(
		server,
		mode,
		firstData(workflow, file, items),
	).processRunExecutionData(workflow);
	options.onStart?.(execution);
	return await execution;
}

/** Goes on with stored execution data: what the server does when a wait is over (`restart`), or for its Retry button (`retry`). */
export async function resumeWorkflow(
	engine: Engine,
	file: WorkflowFile,
	stored: IRunExecutionData,
	kind: 'restart' | 'retry' = 'restart',
	onServer?: RunOptions['onServer'],
): Promise<IRun> {
	const data = JSON.parse(JSON.stringify(stored)) as IRunExecutionData;
	const mode = kind === 'retry' ? 'retry' : 'manual';
	const server = serverSide(engine, file, mode, kind === 'retry' ? 'exec2' : 'exec1');
	onServer?.(server);
	if (kind === 'restart') server.restartExecutionId = 'exec1';
	else {
		const failed = data.resultData.lastNodeExecuted;
		delete data.resultData.error;
		if (failed) data.resultData.runData[failed]?.pop();
	}
	return await new WorkflowExecute(server, mode, data).processRunExecutionData(
		workflowOf(engine, file),
	);
}

/** Items that a node handed out in its last run. */
export function outputOf(run: IRun, node: string, output = 0): INodeExecutionData[] {
	return run.data.resultData.runData[node]?.at(-1)?.data?.main[output] ?? [];
}
