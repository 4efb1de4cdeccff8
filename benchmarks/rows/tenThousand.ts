import type { IDataObject, IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import { executeOperation } from '../../nodes/Flowscale/operations/resources';
import { collectGarbage, cpuUsage, memoryUsage, Readable } from '../../simulator/platform';
import { installVirtualTime, type VirtualTime } from '../../test/simulation/virtualTime';
import { askCompiledChild } from '../askChild';
import { withStall, type Measurement } from '../measurement';

const FEW = 100;
const MANY = 10_000;
const ANSWER_MS = 2;
const RUN_MS = 500;
const MAX_CONCURRENT = 200;
const FILES = 'https://files.test/';

interface QuickRun {
	id: string;
	createdMs: number;
}

/**
 * A deployment that costs next to nothing, so that the CPU time measured is the node's: as many
 * containers as runs, answers after 2 ms of simulated time, and listings by position.
 */
function createService(time: VirtualTime) {
	const runs: QuickRun[] = [];
	const stamp = (ms: number) => new Date(ms).toISOString();
	const shown = ({ id, createdMs }: QuickRun) => {
		const isOver = time.now() >= createdMs + RUN_MS;
		return {
			...{ _id: id, run_id: id, workflow_id: 'w1', group_id: 'g' },
			status: isOver ? 'completed' : 'running',
			inputs: [{ path: 'text_51536', value: id }],
			outputs: isOver ? [{ filename: `${id}.png`, url: `${FILES}${id}` }] : [],
			created_at: stamp(createdMs),
			started_at: stamp(createdMs),
			completed_at: isOver ? stamp(createdMs + RUN_MS) : null,
		};
	};
	const list = (query: URLSearchParams) => {
		const page = Number(query.get('page') ?? 1);
		const size = Number(query.get('page_size') ?? 10);
		const first = runs.length - (page - 1) * size;
		return {
			status: 'success',
			data: {
				count: runs.length,
				runs: runs
					.slice(Math.max(0, first - size), Math.max(0, first))
					.reverse()
					.map(shown),
			},
			meta: {
				...{ page, page_size: size, total_count: runs.length },
				total_pages: Math.ceil(runs.length / size),
			},
		};
	};
	const start = () => {
		const run = { id: `run-${runs.length}`, createdMs: time.now() };
		runs.push(run);
		return { status: 'success', data: shown(run) };
	};
	return {
		runs,
		answer: async ({ url, method = 'GET' }: { url: string; method?: string }) => {
			await time.sleep(ANSWER_MS);
			const headers: Record<string, string> = { date: new Date(time.now()).toUTCString() };
			if (url.startsWith(FILES))
				return { statusCode: 200, headers, body: Readable.from([Buffer.from('a picture')]) };
			const { pathname, searchParams } = new URL(url);
			const isOne = /\/runs\/run-(\d+)$/.exec(pathname);
			const body = isOne
				? { status: 'success', data: shown(runs[Number(isOne[1])]) }
				: method === 'POST'
					? start()
					: list(searchParams);
			return { statusCode: 200, headers, body: Readable.from([Buffer.from(JSON.stringify(body))]) };
		},
	};
}

type Answer = ReturnType<typeof createService>['answer'];

/** What n8n gives a node, as far as this operation uses it. */
function createContext(count: number, answer: Answer): IExecuteFunctions {
	const input: INodeExecutionData[] = Array.from({ length: count }, (_, n) => ({ json: { n } }));
	const parameters: IDataObject = {
		resource: 'workflow',
		operation: 'executeAndWait',
		workflowId: 'w1',
		inputMode: 'json',
		inputsJson: { text_51536: 'a picture' },
		files: {},
		groupId: 'g',
		waitMode: 'inExecution',
		options: { maxConcurrent: MAX_CONCURRENT, liveEvents: false, timeout: 0 },
	};
	const valueAt = (name: string) =>
		name.split('.').reduce<unknown>((value, key) => (value as IDataObject)?.[key], parameters);
	const node = {
		...{ id: '1', name: 'Flowscale', type: 'n8n-nodes-flowscale.flowscale', typeVersion: 1 },
		...{ position: [0, 0], parameters: {}, credentials: {} },
	};
	const say = () => undefined;
	const context = {
		getNode: () => node,
		getNodeParameter: (name: string, _: number, fallback?: unknown) => valueAt(name) ?? fallback,
		getInputData: () => input,
		continueOnFail: () => false,
		getContext: () => ({}),
		getMode: () => 'trigger',
		getExecutionId: () => '1',
		getExecutionCancelSignal: () => undefined,
		getCredentials: async () => ({
			baseUrl: 'https://deployment.test',
			authentication: 'apiKey',
			apiKey: 'key',
			headers: {},
		}),
		getWorkflow: () => ({ id: 'wf', name: 'Benchmark', active: true }),
		getWorkflowDataProxy: () => ({}),
		evaluateExpression: () => undefined,
		getExecuteData: () => ({ data: { main: [input] }, node, source: null }),
		isToolExecution: () => false,
		getWorkflowSettings: () => ({}),
		addExecutionHints: say,
		logger: { debug: say, info: say, warn: say, error: say },
		helpers: {
			httpRequestWithAuthentication: async (_: string, options: { url: string }) =>
				await answer(options),
			httpRequest: answer,
			prepareBinaryData: async (data: Readable, fileName: string, mimeType: string) => {
				let fileSize = 0;
				for await (const chunk of data as AsyncIterable<Buffer>) fileSize += chunk.length;
				return { data: 'filesystem-v2', id: fileName, mimeType, fileName, fileSize };
			},
		},
	};
	return context as unknown as IExecuteFunctions;
}

interface Figures {
	cpuMsPerItem: number;
	heapMiB: number;
	stallMs: number;
}

interface Execution {
	out: INodeExecutionData[];
	cpuMsPerItem: number;
	stallMs: number;
	idleBytes: number;
}

/** One execution of so many items. */
async function play(count: number): Promise<Execution> {
	const time = installVirtualTime(1_700_000_000_000, true);
	const { answer } = createService(time);
	const context = createContext(count, answer);
	collectGarbage();
	const idleBytes = memoryUsage().heapUsed;
	const before = cpuUsage();
	try {
		const { result, stallMs } = await withStall(
			async () => await time.until(executeOperation(context), 86_400_000),
		);
		const after = cpuUsage();
		const cpuMs = (after.user + after.system - before.user - before.system) / 1_000;
		return { out: result[0], cpuMsPerItem: cpuMs / count, stallMs, idleBytes };
	} finally {
		time.uninstall();
	}
}

/**
 * The heap is measured when the simulated clock is gone: it holds on to time limits that nobody
 * waits for any more, which Node lets go of.
 */
async function execute(count: number): Promise<Figures> {
	const { out, cpuMsPerItem, stallMs, idleBytes } = await play(count);
	collectGarbage();
	const heapMiB = (memoryUsage().heapUsed - idleBytes) / 1024 / 1024;
	if (out.length !== count) throw new Error(`${out.length} items came out`);
	return { cpuMsPerItem, heapMiB, stallMs };
}

/** In a process of its own, which collects garbage when it is asked to. */
export const tenThousand: Measurement = {
	isStallForeign: true,
	rows: [
		{
			id: 'manyCpu',
			title:
				'10,000 items, 200 at a time, answers after 2 ms (simulated clock): CPU time per item over that of 100 items',
			unit: '×',
			bound: 1.2,
			digits: 2,
		},
		{
			id: 'manyCpuMs',
			title: 'Same: CPU time per item, the stand-in’s included',
			unit: 'ms',
			digits: 2,
		},
		{
			id: 'manyHeap',
			title: 'Same: heap above idle at the end, the items and their files’ facts in it',
			unit: 'MiB',
			bound: 64,
			digits: 0,
		},
		{
			id: 'manyStall',
			title: 'Same: longest stall of the event loop',
			unit: 'ms',
			bound: 50,
			digits: 0,
		},
	],
	measure: async () => await askCompiledChild<Record<string, number>>('tenThousand'),
};

/** The figures of `tenThousand`. */
export async function measureTenThousand(): Promise<Record<string, number>> {
	// Compiled code is not what is compared.
	await execute(FEW);
	await execute(FEW);
	const few = [await execute(FEW), await execute(FEW), await execute(FEW)];
	const many = await execute(MANY);
	const fewCpu = few.map(({ cpuMsPerItem }) => cpuMsPerItem).sort((a, b) => a - b)[1];
	return {
		manyCpu: many.cpuMsPerItem / fewCpu,
		manyCpuMs: many.cpuMsPerItem,
		manyHeap: many.heapMiB,
		manyStall: many.stallMs,
	};
}
