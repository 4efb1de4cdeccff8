import type {
	IDataObject,
	IExecuteData,
	IExecuteFunctions,
	INode,
	INodeExecutionData,
} from 'n8n-workflow';
import type { Readable } from '../../simulator/platform';
import type { ErrorLike } from './happened';
import type { HttpOptions, HttpRequest } from './network';
import type { ExecutionPlan, ItemPlan } from './world';

export const KEY = 'fs-SECRETKEY/with+signs=&7Jq2';

/** What n8n stores of an execution and of its node. */
export interface Stores {
	node: IDataObject;
	flow: IDataObject;
}

/** The group is written as the node's default has it, or as a text of the user's. */
export const GROUPS = { execution: '=n8n-{{ $execution.id }}', shared: 'poster', none: '' };
const groupOf = ({ group }: ExecutionPlan, id: string) =>
	({ execution: `n8n-${id}`, shared: 'poster', none: '' })[group];

/** Parameters as the user wrote them: what differs from item to item is an expression. */
const writtenParameters = (plan: ExecutionPlan): INode['parameters'] => ({
	groupId: plan.operation.startsWith('workflow') ? GROUPS[plan.group] : '={{ $json.group_id }}',
	inputsJson: '={{ $json }}',
	files: '={{ $json.files }}',
	runId: '={{ $json.run_id }}',
	filename: '={{ $json.outputs[0].filename }}',
});

export const nodeOf = (plan: ExecutionPlan): INode => ({
	id: '1',
	name: 'Flowscale',
	type: 'n8n-nodes-flowscale.flowscale',
	typeVersion: 1,
	position: [0, 0],
	parameters: writtenParameters(plan),
	onError: plan.onError,
	alwaysOutputData: plan.alwaysOutputData,
	executeOnce: plan.executeOnce,
	...(plan.tries > 1 && { retryOnFail: true, maxTries: plan.tries, waitBetweenTries: 1_000 }),
	credentials: { flowscaleApi: { id: '1', name: 'Simulated' } },
});

/** What an item's target is called: a run, one of its outputs. */
export interface Target {
	runId: string;
	outputName: string;
	groupId: string;
}

/** The node's parameters for one item, expressions evaluated. */
export function parametersOf(
	plan: ExecutionPlan,
	id: string,
	{ prompt, file }: ItemPlan,
	target: Target,
): IDataObject {
	const [resource, operation] = plan.operation.split('.');
	const { options } = plan;
	const waiting = {
		timeout: options.timeout,
		pollInterval: options.pollInterval,
		maxConcurrent: options.maxConcurrent,
		cancelRemote: options.cancelRemote,
		liveEvents: options.liveEvents,
		onFailedRun: options.onFailedRun,
	};
	const outputs = {
		download: options.download,
		outputItems: options.outputItems,
		fileName: options.fileName,
	};
	const starting = { reuseRun: options.reuseRun, maxQueued: options.maxQueued };
	const { startTimeout } = options;
	const common = { resource, operation, waitMode: plan.waitMode };
	switch (plan.operation) {
		case 'workflow.execute':
		case 'workflow.executeAndWait':
			return {
				...common,
				workflowId: 'w1',
				inputMode: 'json',
				inputsJson: { text_51536: prompt },
				files: file === null ? {} : { file: [{ parameter: 'image_22068', binaryField: 'data' }] },
				groupId: groupOf(plan, id),
				options:
					plan.operation === 'workflow.execute'
						? starting
						: { ...starting, ...waiting, ...outputs, startTimeout },
			};
		case 'run.wait':
			return { ...common, runId: target.runId, options: { ...waiting, ...outputs, startTimeout } };
		case 'group.wait':
			return { ...common, groupId: target.groupId, options: { ...waiting, ...outputs } };
		case 'run.getOutputs':
			return { ...common, runId: target.runId, options: outputs };
		case 'run.getMany':
			return {
				...common,
				returnAll: options.download,
				limit: 3,
				simplify: true,
				filters: plan.group === 'shared' ? { groupId: 'poster' } : {},
				options: {},
			};
		case 'output.get':
			return {
				...common,
				filename: target.outputName,
				download: options.download,
				binaryField: 'data',
			};
		case 'run.getEvents':
			return { ...common, runId: target.runId, fromSequence: 0, options: { timeout: 5 } };
		default:
			return {
				...common,
				runId: target.runId,
				groupId: target.groupId,
				simplify: true,
				returnAll: true,
			};
	}
}

async function bytesOf(data: Readable | Buffer): Promise<Buffer> {
	if (Buffer.isBuffer(data)) return data;
	const chunks: Buffer[] = [];
	// Stores of n8n's keep what has come of a stream that is closed without an error.
	const kept = async () => {
		for await (const chunk of data) chunks.push(chunk as Buffer);
	};
	await kept().catch((error: ErrorLike & { code?: string }) => {
		if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
	});
	return Buffer.concat(chunks);
}

export const inputItem = ({ file }: ItemPlan, index: number): INodeExecutionData => ({
	json: { index },
	...(file !== null && {
		binary: {
			data: {
				mimeType: 'image/png',
				fileName: `${file}.png`,
				data: Buffer.from(file).toString('base64'),
			},
		},
	}),
});

export interface ContextParts {
	plan: ExecutionPlan;
	items: ItemPlan[];
	id: string;
	targets: Target[];
	stop: AbortSignal;
	log: string[];
	request: HttpRequest;
	stores: Stores;
	origin: string;
	/** What n8n executes, and what it executes next. */
	entry: IExecuteData;
	stack: IExecuteData[];
	onWait(until: Date): void;
	isRetry: boolean;
}

function helpersOf({ request, items, entry }: ContextParts) {
	return {
		httpRequestWithAuthentication: async (_: string, options: HttpOptions) =>
			await request(options, true),
		httpRequest: async (options: HttpOptions) => await request(options, false),
		assertBinaryData: (index: number, field: string) =>
			(entry.data.main[0]?.[index] as INodeExecutionData).binary?.[field],
		getBinaryDataBuffer: async (index: number) => Buffer.from(items[index].file ?? ''),
		prepareBinaryData: async (data: Readable | Buffer, fileName: string, mimeType: string) => {
			const bytes = await bytesOf(data);
			return {
				data: bytes.toString('base64'),
				mimeType,
				fileName,
				fileSize: `${bytes.length} B`,
			};
		},
	};
}

/** The part of n8n's context that the node uses, on one execution's stores. */
export function createContext(parts: ContextParts): IExecuteFunctions {
	const { plan, items, id, targets, stop, log, stores, entry, stack, origin } = parts;
	const parameters = items.map((item, index) => parametersOf(plan, id, item, targets[index]));
	const input = entry.data.main[0] ?? [];
	const at = (name: string, index: number): unknown =>
		name
			.split('.')
			.reduce<unknown>(
				(value, key) => (value as IDataObject | undefined)?.[key],
				parameters[index],
			);
	const say = (text: string) => void log.push(text);
	const credential = {
		baseUrl: origin,
		authentication: 'apiKey',
		apiKey: KEY,
		headers: {},
		allowUnauthorizedCerts: false,
	};
	const context = {
		getNode: () => entry.node,
		getNodeParameter: (name: string, index: number, fallback?: unknown) =>
			at(name, index) ?? fallback,
		getInputData: () => input,
		continueOnFail: () => entry.node.onError !== 'stopWorkflow',
		getContext: (type: 'node' | 'flow') => stores[type],
		getMode: () => (parts.isRetry ? 'retry' : 'trigger'),
		getExecutionId: () => id,
		getExecutionCancelSignal: () => stop,
		getCredentials: async () => credential,
		getWorkflow: () => ({ id: 'wf', name: 'Simulated', active: true }),
		getWorkflowDataProxy: () => ({}),
		getWorkflowSettings: () => ({}),
		evaluateExpression: (expression: string) => (expression.includes('runIndex') ? 0 : undefined),
		getExecuteData: () => entry,
		putExecutionToWait: async (until: Date) => parts.onWait(until),
		runExecutionData: { executionData: { nodeExecutionStack: stack } },
		isToolExecution: () => false,
		addExecutionHints: () => undefined,
		getConnections: () => [],
		logger: { debug: say, info: say, warn: say, error: say },
		helpers: helpersOf(parts),
	};
	return context as unknown as IExecuteFunctions;
}
