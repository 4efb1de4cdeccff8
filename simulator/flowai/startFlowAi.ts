import { createExchange, type Endpoint } from '../exchange';
import { createFaults } from '../faults';
import type { JournalEntry } from '../journal';
import { openServer } from '../restartableServer';
import { createTimers } from '../timers';
import type { FlowAi, FlowAiOptions, FlowAiRoute } from './flowAiOptions';
import { flowAiApiKey, type FlowAiService, run } from './runEndpoint';

export type { FlowAi, FlowAiOptions, FlowAiRoute } from './flowAiOptions';

/**
 * Starts a stand-in for FlowAI on a real socket: one endpoint, whose answer is the result, whole or
 * as a stream.
 */
export async function startFlowAi(options: FlowAiOptions = {}): Promise<FlowAi> {
	const journal: JournalEntry[] = [];
	const unknown: string[] = [];
	const faults = createFaults<FlowAiRoute>();
	const service: FlowAiService = {
		options,
		timers: createTimers(),
		inputs: [],
		aborted: [],
		inProgress: 0,
		mostInProgress: 0,
		taken: [],
	};
	const find = (entry: JournalEntry): Endpoint | undefined => {
		const id = /^\/v1\/api\/workflow\/run\/([^/]+)$/.exec(entry.path)?.[1];
		return id === undefined || entry.method !== 'POST'
			? undefined
			: {
					route: 'run',
					params: { id: decodeURIComponent(id) },
					handle: async (request) => await run(service, request),
				};
	};

	const open = await openServer(
		createExchange({
			journal,
			unknown,
			faults,
			timers: service.timers,
			host: 'api',
			latencyMs: () => options.latencyMs ?? 0,
			find,
			onAnswer: options.onAnswer,
		}),
		{ host: '127.0.0.1', port: options.port ?? 0 },
	);
	return {
		baseUrl: open.origin,
		apiKey: flowAiApiKey,
		journal,
		inputs: service.inputs,
		aborted: service.aborted,
		mostConcurrent: () => service.mostInProgress,
		unknown,
		fault: faults.add,
		close: async () => {
			service.timers.clear();
			await open.stop();
		},
	};
}
