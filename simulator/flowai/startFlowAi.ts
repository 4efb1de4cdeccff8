import { json, type Answer } from '../answer';
import { createExchange, type Endpoint, type Request } from '../exchange';
import { createFaults, type Fault as AnyFault } from '../faults';
import type { JournalEntry } from '../journal';
import { readJson } from '../readJson';
import { openServer } from '../restartableServer';
import { createTimers } from '../timers';
import { flowAiWorkflows, type FlowAiWorkflow } from './flowAiWorkflow';
import { framesOf, streamOf } from './streamAnswer';

export type FlowAiRoute = 'run';

export interface FlowAiOptions {
	/** Between the pieces of a stream, and as a whole for a standard answer (1). */
	pieceMs?: number | ((input: Record<string, unknown>) => number);
	latencyMs?: number;
	/** `asked` (default), or always this one. */
	form?: 'asked' | 'stream' | 'standard';
	/** Streams stay open after their last event. */
	isKeptOpen?: boolean;
	workflows?: FlowAiWorkflow[];
	/** Any free one by default. */
	port?: number;
	onAnswer?(entry: JournalEntry): void;
}

export interface FlowAi {
	readonly baseUrl: string;
	readonly apiKey: string;
	readonly journal: JournalEntry[];
	/** Inputs that were run, in order: each of them costs. */
	readonly inputs: Array<Record<string, unknown>>;
	/** Requests that the caller broke off. */
	readonly aborted: string[];
	readonly unknown: string[];
	fault(fault: AnyFault<FlowAiRoute>): void;
	close(): Promise<void>;
}

export const flowAiApiKey = 'fa-sim-key-for-tests-only';

/** Starts a stand-in for FlowAI on a real socket: one endpoint, whose answer is the result, whole or as a stream. */
export async function startFlowAi(options: FlowAiOptions = {}): Promise<FlowAi> {
	const {
		pieceMs = 1,
		latencyMs = 0,
		form = 'asked',
		isKeptOpen,
		workflows = Object.values(flowAiWorkflows) as FlowAiWorkflow[],
	} = options;
	const timers = createTimers();
	const journal: JournalEntry[] = [];
	const unknown: string[] = [];
	const aborted: string[] = [];
	const inputs: Array<Record<string, unknown>> = [];
	const faults = createFaults<FlowAiRoute>();

	const run = async ({ entry, message, params, fault }: Request): Promise<Answer> => {
		const body = (entry.json = await readJson(message)) as
			| { input?: Record<string, unknown>; stream?: boolean }
			| undefined;
		if (entry.headers['x-api-key'] !== flowAiApiKey)
			return json(401, { error: `invalid key ${String(entry.headers['x-api-key'])}` });
		const workflow = workflows.find(({ id }) => id === params.id);
		if (workflow === undefined) return json(404, { error: 'workflow not found' });
		if (typeof body?.input !== 'object' || body.input === null)
			return json(400, { error: 'input is missing' });
		inputs.push(body.input);
		message.socket.once('close', () => {
			if (!isSaid) aborted.push(entry.url);
		});
		let isSaid = false;
		const isStream = form === 'asked' ? body.stream === true : form === 'stream';
		const frames = framesOf(workflow, body.input);
		const stepMs = typeof pieceMs === 'number' ? pieceMs : pieceMs(body.input);
		if (isStream) {
			const stream = streamOf(frames, stepMs, timers, fault?.kind, isKeptOpen);
			stream.once('end', () => (isSaid = true));
			return {
				status: 200,
				headers: { 'content-type': 'text/event-stream;charset=utf-8' },
				body: stream,
			};
		}
		await timers.pause(stepMs);
		isSaid = true;
		return workflow.error === undefined
			? json(200, { output: workflow.output(body.input), total_time: 9.25 })
			: json(500, { error: workflow.error });
	};
	const find = (entry: JournalEntry): Endpoint | undefined => {
		const id = /^\/v1\/api\/workflow\/run\/([^/]+)$/.exec(entry.path)?.[1];
		return id === undefined || entry.method !== 'POST'
			? undefined
			: { route: 'run', params: { id: decodeURIComponent(id) }, handle: run };
	};

	const open = await openServer(
		createExchange({
			journal,
			unknown,
			faults,
			timers,
			host: 'api',
			latencyMs: () => latencyMs,
			find,
			onAnswer: options.onAnswer,
		}),
		{ host: '127.0.0.1', port: options.port ?? 0 },
	);
	return {
		baseUrl: open.origin,
		apiKey: flowAiApiKey,
		journal,
		inputs,
		aborted,
		unknown,
		fault: faults.add,
		close: async () => {
			timers.clear();
			await open.stop();
		},
	};
}
