import type {
	ICredentialDataDecryptedObject,
	IDataObject,
	INode,
	INodeExecutionData,
} from 'n8n-workflow';
import { startComflowy } from '../../simulator/comflowy/startComflowy';
import type { Dialect } from '../../simulator/flowscale/dialect';
import { startFlowAi } from '../../simulator/flowai/startFlowAi';
import { startFlowscale } from '../../simulator/flowscale/startFlowscale';
import type { JournalEntry } from '../../simulator/journal';
import { promptOf } from '../harness/comflowyHarness';
import { asking } from '../harness/flowAiHarness';
import { chain, nodeOf, outputOf, runWorkflow } from '../harness/runWorkflow';
import { startEngine } from '../harness/startEngine';
import { ownPrompt, startOf } from '../harness/useHarness';
import { NODE, packageDirOf } from '../harness/useSibling';

/** How many runs each simulated service allows at a time. */
const ALLOWED = 3;

/** What became of a batch. */
export interface BatchResult {
	/** The prompt that each item's result belongs to, in order; undefined: it failed. */
	prompts: unknown[];
	/** Starts that the service took. */
	starts: number;
	/** Starts that it refused with 429. */
	refusals: number;
	seconds: number;
	/** What so many runs at a time need for the whole batch, and nothing else. */
	idealSeconds: number;
}

/** A service that allows three runs at a time, and a node that works with it. */
interface LimitedService {
	folder: string;
	credential: string;
	values: ICredentialDataDecryptedObject;
	node: INode;
	journal: readonly JournalEntry[];
	starts(): number;
	promptOf(item: INodeExecutionData): unknown;
	close(): Promise<void>;
}

const quiet = { pollInterval: 0.1, download: false, liveEvents: false };
const node = (
	folder: string,
	type: string,
	credential: string,
	operation: string,
	more: object,
): INode =>
	nodeOf(
		NODE,
		`${folder}.${type}`,
		{ resource: 'workflow', operation, ...more } as INode['parameters'],
		{
			credentials: { [credential]: { id: '1', name: 'Simulator' } },
			onError: 'continueRegularOutput',
		},
	);

/** @param runMs how long each run takes */
export const limitedServices: Record<string, (runMs: number) => Promise<LimitedService>> = {
	Flowscale: async (runMs) => {
		const service = await startFlowscale({ runMs, containers: 10, runsAtATime: ALLOWED });
		const names = ['n8n-nodes-flowscale', 'flowscale', 'flowscaleApi'] as const;
		return {
			...{ folder: names[0], credential: names[2], close: service.close },
			values: {
				...{ baseUrl: service.baseUrl, authentication: 'apiKey', apiKey: service.apiKey ?? '' },
				...{ headers: {}, allowUnauthorizedCerts: false },
			},
			node: node(...names, 'executeAndWait', startOf('image', ownPrompt, quiet)),
			journal: service.journal,
			starts: () => service.runs.length,
			promptOf: ({ json }) => (json.inputs as IDataObject | undefined)?.text_51536,
		};
	},
	Comflowy: async (runMs) => {
		const service = await startComflowy({ runMs, runsAtATime: ALLOWED });
		const names = ['n8n-nodes-comflowy', 'comflowy', 'comflowyApi'] as const;
		return {
			...{ folder: names[0], credential: names[2], close: service.close },
			values: { baseUrl: service.baseUrl, apiKey: service.apiKey, accessToken: '' },
			node: node(...names, 'executeAndWait', promptOf('image', quiet)),
			journal: service.journal,
			starts: () => service.runs.length,
			promptOf: ({ json }) => service.runs.find(({ id }) => id === json.run_id)?.params['6::text'],
		};
	},
	FlowAI: async (runMs) => {
		const service = await startFlowAi({ pieceMs: runMs, maxConcurrent: ALLOWED });
		const names = ['n8n-nodes-flowai', 'flowAi', 'flowAiApi'] as const;
		const options = { maxConcurrent: 10, maxRequestsPerSecond: 0 };
		return {
			...{ folder: names[0], credential: names[2], close: service.close },
			values: { baseUrl: service.baseUrl, apiKey: service.apiKey },
			node: node(...names, 'execute', asking('chat', { options })),
			journal: service.journal,
			starts: () => service.inputs.length,
			promptOf: ({ json }) => String(json.output).replace('Yes, I heard: ', ''),
		};
	},
};

export const promptsOf = (count: number) =>
	Array.from({ length: count }, (_, index) => `picture ${index}`);

/** A batch for one of the services, on n8n's real engine. */
export async function runLimitedBatch(
	name: string,
	count: number,
	runMs: number,
): Promise<BatchResult> {
	const service = await limitedServices[name](runMs);
	const { folder, credential, values } = service;
	const engine = await startEngine(packageDirOf(folder), { [credential]: values });
	const items = promptsOf(count).map((prompt) => ({ json: { prompt } }));
	const begun = Date.now();
	const run = await runWorkflow(engine, chain(service.node), items);
	const seconds = (Date.now() - begun) / 1000;
	await service.close();
	return {
		prompts: outputOf(run, NODE).map((item) =>
			item.json.error === undefined ? service.promptOf(item) : item.json.error,
		),
		starts: service.starts(),
		refusals: service.journal.filter(({ status }) => status === 429).length,
		seconds,
		idealSeconds: ((count / ALLOWED) * runMs) / 1000,
	};
}

/** What a second execution of a batch cost. */
export interface ReuseResult {
	/** Starts of the first execution, and of the second. */
	starts: [number, number];
	/** Items of the second execution that hold the run of their own prompt. */
	right: number;
	/** Requests of the second execution. */
	lists: number;
	reads: number;
	/** The first error of the second execution. */
	error: string | undefined;
	seconds: number;
}

/**
 * Executes a batch twice in a fixed group, the second time with Reuse Run.
 * @param dialect of the simulated deployment
 */
export async function runTwice(count: number, dialect: Partial<Dialect>): Promise<ReuseResult> {
	const service = await startFlowscale({ runMs: 1, latencyMs: 0, containers: 100, dialect });
	const values = {
		...{ baseUrl: service.baseUrl, authentication: 'apiKey', apiKey: service.apiKey ?? '' },
		...{ headers: {}, allowUnauthorizedCerts: false },
	};
	const engine = await startEngine(packageDirOf('n8n-nodes-flowscale'), { flowscaleApi: values });
	const items = promptsOf(count).map((prompt) => ({ json: { prompt } }));
	const execute = async (reuseRun: string, executionId: string) =>
		await runWorkflow(
			engine,
			chain(
				node('n8n-nodes-flowscale', 'flowscale', 'flowscaleApi', 'execute', {
					...startOf('image', ownPrompt, { reuseRun }),
					groupId: 'nightly',
				}),
			),
			items,
			{ executionId },
		);
	await execute('never', 'first');
	const before = { starts: service.runs.length, requests: service.journal.length };
	const begun = Date.now();
	const run = await execute('sameInputs', 'second');
	const seconds = (Date.now() - begun) / 1000;
	await service.close();
	const out = outputOf(run, NODE).map(({ json }) => json);
	const requests = service.journal.slice(before.requests);
	const countOf = (route: string) => requests.filter((entry) => entry.route === route).length;
	const prompts = new Map(service.runs.map(({ id, inputs }) => [id, inputs.text_51536]));
	const taken = new Set(out.map(({ run_id: id }) => id));
	return {
		starts: [before.starts, service.runs.length - before.starts],
		right: out.filter(
			({ run_id: id }, index) =>
				taken.size === count && prompts.get(String(id)) === `picture ${index}`,
		).length,
		lists: countOf('listRuns'),
		reads: countOf('getRun'),
		error: out.flatMap(({ error }) => (typeof error === 'string' ? [error] : []))[0],
		seconds,
	};
}
