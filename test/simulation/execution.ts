import type { IDataObject, IExecuteFunctions, INode, INodeExecutionData } from 'n8n-workflow';
import { executeOperation } from '../../nodes/Flowscale/operations/resources';
import { Readable } from '../../simulator/platform';
import { createNetwork, type NetworkParts } from './network';
import type { VirtualTime } from './virtualTime';
import type { ExecutionPlan } from './world';

export const KEY = 'fs-SECRETKEY/with+signs=&7Jq2';

/** What an execution ended with, as n8n would store and show it. */
export interface ExecutionResult {
	id: string;
	plan: ExecutionPlan;
	items?: INodeExecutionData[];
	error?: Error & { description?: string | null };
	wasStopped: boolean;
	beganMs: number;
	endedMs: number;
	/** Times that the node ran: more than one with Retry On Fail. */
	tries: number;
	log: string[];
}

/** The group is written as the node's default has it, or as a text of the user's. */
const GROUPS: Record<string, string> = {
	execution: '=n8n-{{ $execution.id }}',
	shared: 'poster',
	'': '',
};

const node = ({ onError, groupId }: ExecutionPlan): INode => ({
	id: '1',
	name: 'Flowscale',
	type: 'n8n-nodes-flowscale.flowscale',
	typeVersion: 1,
	position: [0, 0],
	parameters: { groupId: GROUPS[groupId] },
	onError,
	credentials: { flowscaleApi: { id: '1', name: 'Simulated' } },
});

function parametersOf(plan: ExecutionPlan, id: string, index: number): IDataObject {
	const { prompt, file } = plan.items[index];
	const groupId =
		{ execution: `n8n-${id}`, shared: 'poster', '': '' }[plan.groupId] ?? plan.groupId;
	return {
		resource: 'workflow',
		operation: plan.operation,
		workflowId: 'w1',
		inputMode: 'json',
		inputsJson: { text_51536: prompt },
		files: file === null ? {} : { file: [{ parameter: 'image_22068', binaryField: 'data' }] },
		groupId,
		waitMode: 'inExecution',
		options: {
			reuseRun: plan.reuseRun,
			timeout: plan.timeoutSeconds,
			maxConcurrent: plan.maxConcurrent,
			cancelRemote: plan.cancelRemote,
			liveEvents: plan.liveEvents,
			download: true,
		},
	};
}

async function bytesOf(data: Readable | Buffer): Promise<Buffer> {
	if (Buffer.isBuffer(data)) return data;
	return Buffer.concat((await data.toArray()) as Buffer[]);
}

interface ContextParts {
	plan: ExecutionPlan;
	id: string;
	stop: AbortSignal;
	log: string[];
	request: ReturnType<typeof createNetwork>;
	stores: { node: IDataObject; flow: IDataObject };
}

/** The part of n8n's context that the node uses, on one execution's stores. */
function createContext({ plan, id, stop, log, request, stores }: ContextParts): IExecuteFunctions {
	const parameters = plan.items.map((_, index) => parametersOf(plan, id, index));
	const input = plan.items.map(({ file }, index) => ({
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
	}));
	const at = (name: string, index: number): unknown =>
		name
			.split('.')
			.reduce<unknown>(
				(value, key) => (value as IDataObject | undefined)?.[key],
				parameters[index],
			);
	const say = (text: string) => void log.push(text);
	const credential = {
		baseUrl: 'https://deployment.test',
		authentication: 'apiKey',
		apiKey: KEY,
		headers: {},
		allowUnauthorizedCerts: false,
	};
	const context = {
		getNode: () => node(plan),
		getNodeParameter: (name: string, index: number, fallback?: unknown) =>
			at(name, index) ?? fallback,
		getInputData: () => input,
		continueOnFail: () => plan.onError === 'continueRegularOutput',
		getContext: (type: 'node' | 'flow') => stores[type],
		getMode: () => 'trigger',
		getExecutionId: () => id,
		getExecutionCancelSignal: () => stop,
		getCredentials: async () => credential,
		getWorkflow: () => ({ id: 'wf', name: 'Simulated', active: true }),
		getWorkflowDataProxy: () => ({}),
		evaluateExpression: (expression: string) => (expression.includes('runIndex') ? 0 : undefined),
		getExecuteData: () => ({ data: { main: [input] }, node: node(plan), source: null }),
		isToolExecution: () => false,
		addExecutionHints: () => undefined,
		logger: { debug: say, info: say, warn: say, error: say },
		helpers: {
			httpRequestWithAuthentication: async (_: string, options: never) => await request(options),
			httpRequest: async (options: never) => await request(options),
			assertBinaryData: (index: number) => (input[index] as INodeExecutionData).binary?.data,
			getBinaryDataBuffer: async (index: number) => Buffer.from(plan.items[index].file ?? ''),
			prepareBinaryData: async (data: Readable | Buffer, fileName: string, mimeType: string) => {
				const bytes = await bytesOf(data);
				return {
					data: bytes.toString('base64'),
					mimeType,
					fileName,
					fileSize: `${bytes.length} B`,
				};
			},
		},
	};
	return context as unknown as IExecuteFunctions;
}

export type NetworkOf = (by: string, hasEnded: () => boolean) => NetworkParts;

/**
 * Runs one execution of the node to its end as n8n does: all items at once, again when Retry On
 * Fail says so, until Stop.
 */
export async function runExecution(
	time: VirtualTime,
	plan: ExecutionPlan,
	id: string,
	networkOf: NetworkOf,
): Promise<ExecutionResult> {
	await time.sleep(plan.startMs);
	const beganMs = time.now();
	const stop = new AbortController();
	let hasEnded = false;
	const log: string[] = [];
	const request = createNetwork(networkOf(id, () => hasEnded));
	const stores = { node: {}, flow: {} };
	const context = createContext({ plan, id, stop: stop.signal, log, request, stores });
	const stopped = new Promise<'stopped'>((resolve) => {
		if (plan.stopMs !== null)
			time.after(plan.stopMs, () => {
				// An execution that has ended cannot be stopped.
				if (hasEnded) return;
				stop.abort();
				resolve('stopped');
			});
	});
	const result: ExecutionResult = {
		id,
		plan,
		wasStopped: false,
		beganMs,
		endedMs: 0,
		tries: 0,
		log,
	};
	for (let tries = 1; tries <= plan.tries; tries++) {
		result.tries = tries;
		const once = executeOperation(context).then(
			([items]) => ({ items }),
			(error: Error) => ({ error }),
		);
		// n8n ends a stopped execution at once; the node's code may still run.
		const outcome = await Promise.race([once, stopped]);
		if (outcome === 'stopped') {
			result.wasStopped = true;
			break;
		}
		Object.assign(result, { items: undefined, error: undefined }, outcome);
		const isAskingForRetry = 'error' in outcome || Boolean(outcome.items[0]?.json.error);
		if (!isAskingForRetry || stop.signal.aborted) break;
		await time.sleep(1_000);
	}
	if (stop.signal.aborted) result.wasStopped = true;
	result.endedMs = time.now();
	hasEnded = !result.wasStopped;
	return result;
}
