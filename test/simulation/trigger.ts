import type { IDataObject, IPollFunctions } from 'n8n-workflow';
import { pollRuns } from '../../nodes/Flowscale/trigger/pollRuns';
import type { HttpOptions, HttpRequest, Sender } from './network';
import type { TriggerResult } from './happened';
import { KEY } from './nodeContext';
import type { Server, ServerProcess } from './server';
import type { VirtualTime } from './virtualTime';
import type { TriggerPlan } from './world';

export interface TriggerParts {
	time: VirtualTime;
	server: Server;
	plan: TriggerPlan;
	origin: string;
	requestOf(sender: Sender): HttpRequest;
	/** Resolves when the world ends. */
	isOver(): boolean;
	number: number;
}

export const TRIGGER = 'trigger';

/** Polls as n8n's scheduler does, also while an earlier poll is still under way. */
export async function runTrigger(parts: TriggerParts): Promise<TriggerResult> {
	const { time, server, plan, isOver } = parts;
	const result: TriggerResult = { plan, polls: [], log: [], stored: '{}' };
	let isFirst = true;
	let processes = 0;
	while (!isOver()) {
		const process = await server.process();
		const memory = JSON.parse(result.stored) as IDataObject;
		const context = createContext(parts, process, memory, isFirst, result.log, processes++);
		isFirst = false;
		while (process.isAlive() && !isOver()) {
			void pollOnce(parts, process, context, memory, result);
			await Promise.race([time.sleep(plan.everySeconds * 1_000), process.died]);
		}
	}
	return result;
}

async function pollOnce(
	{ time }: TriggerParts,
	process: ServerProcess,
	context: IPollFunctions,
	memory: IDataObject,
	result: TriggerResult,
): Promise<void> {
	const startedMs = time.now();
	const outcome = await pollRuns(context).then(
		(outputs) => ({ items: outputs?.[0] ?? [] }),
		(error: Error) => ({ items: [], error }),
	);
	if (!process.isAlive()) return;
	// Every request takes its time, so a poll that took none has asked nothing.
	const isIdle = time.now() === startedMs;
	result.polls.push({ startedMs, endedMs: time.now(), isIdle, ...outcome });
	result.stored = JSON.stringify(memory);
}

function createContext(
	{ plan, origin, requestOf, number }: TriggerParts,
	process: ServerProcess,
	memory: IDataObject,
	isFirst: boolean,
	log: string[],
	current: number,
): IPollFunctions {
	const parameters: IDataObject = {
		events: plan.events,
		filters: plan.group === '' ? {} : { groupId: 'poster' },
		options: { outputItems: plan.outputItems, simplify: plan.simplify },
	};
	const request = requestOf({
		by: TRIGGER,
		attempt: 0,
		hasEnded: () => false,
		isAlive: process.isAlive,
	});
	const say = (text: string) => void log.push(text);
	const context = {
		getNode: () => ({
			id: 'trigger',
			name: 'Flowscale Trigger',
			type: 'n8n-nodes-flowscale.flowscaleTrigger',
			typeVersion: 1,
			position: [0, 0],
			parameters,
			credentials: { flowscaleApi: { id: '1', name: 'Simulated' } },
		}),
		getNodeParameter: (name: string, fallback?: unknown) => parameters[name] ?? fallback,
		getMode: () => 'trigger',
		getActivationMode: () => (isFirst ? 'activate' : 'init'),
		getWorkflowStaticData: () => memory,
		getWorkflow: () => ({ id: `wf-${number}-${current}`, name: 'Simulated', active: true }),
		getCredentials: async () => ({
			baseUrl: origin,
			authentication: 'apiKey',
			apiKey: KEY,
			headers: {},
			allowUnauthorizedCerts: false,
		}),
		logger: { debug: say, info: say, warn: say, error: say },
		helpers: {
			httpRequestWithAuthentication: async (_: string, options: HttpOptions) =>
				await request(options, true),
			httpRequest: async (options: HttpOptions) => await request(options, false),
		},
	};
	return context as unknown as IPollFunctions;
}
