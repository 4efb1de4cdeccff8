import type {
	IDataObject,
	INodeExecutionData,
	INodeParameters,
	IPollFunctions,
} from 'n8n-workflow';
import type { HttpOptions, HttpRequest, Sender } from './network';
import type { TriggerResult } from './happened';
import { KEY } from './nodeContext';
import type { Product } from './products';
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

/** The trigger as one of n8n's processes has it. */
export interface Poller {
	poll(): Promise<INodeExecutionData[][] | null | undefined>;
	/** What n8n would write to its database now. */
	stored(): string;
}

export interface PollerParts extends TriggerParts {
	process: ServerProcess;
	/** What n8n's database holds. */
	stored: string;
	isFirst: boolean;
	log: string[];
	/** Counts n8n's processes. */
	current: number;
}
export type CreatePoller = (parts: PollerParts) => Poller;

/** Polls as n8n's scheduler does, also while an earlier poll is still under way. */
export async function runTrigger(
	parts: TriggerParts,
	createPoller: CreatePoller,
): Promise<TriggerResult> {
	const { time, server, plan, isOver } = parts;
	const result: TriggerResult = { plan, polls: [], log: [], stored: '{}' };
	let isFirst = true;
	let processes = 0;
	while (!isOver()) {
		const process = await server.process();
		const { stored, log } = result;
		const poller = createPoller({ ...parts, process, stored, isFirst, log, current: processes++ });
		isFirst = false;
		while (process.isAlive() && !isOver()) {
			void pollOnce(parts, process, poller, result);
			await Promise.race([time.sleep(plan.everySeconds * 1_000), process.died]);
		}
	}
	return result;
}

async function pollOnce(
	{ time }: TriggerParts,
	process: ServerProcess,
	poller: Poller,
	result: TriggerResult,
): Promise<void> {
	const startedMs = time.now();
	const outcome = await poller.poll().then(
		(outputs) => ({ items: outputs?.[0] ?? [] }),
		(error: Error) => ({ items: [], error }),
	);
	if (!process.isAlive()) return;
	// Every request takes its time, so a poll that took none has asked nothing.
	const isIdle = time.now() === startedMs;
	result.polls.push({ startedMs, endedMs: time.now(), isIdle, ...outcome });
	result.stored = poller.stored();
}

/** The trigger's parameters, as the user set them. */
export const triggerParameters = (plan: TriggerPlan): INodeParameters => ({
	events: plan.events,
	filters: plan.group === '' ? {} : { groupId: 'poster' },
	options: { outputItems: plan.outputItems, simplify: plan.simplify },
});

export const triggerSender = ({ isAlive }: ServerProcess): Sender => ({
	by: TRIGGER,
	attempt: 0,
	hasEnded: () => false,
	isAlive,
});

/** @param products what ships, loaded for each process that n8n may have */
export const pollerOnContext =
	(products: readonly Product[]): CreatePoller =>
	(parts) => {
		const memory = JSON.parse(parts.stored) as IDataObject;
		const context = createContext(parts, memory);
		const { pollRuns } = products[parts.process.number];
		return { poll: async () => await pollRuns(context), stored: () => JSON.stringify(memory) };
	};

function createContext(parts: PollerParts, memory: IDataObject): IPollFunctions {
	const { plan, origin, requestOf, number, process, isFirst, log, current } = parts;
	const parameters = triggerParameters(plan);
	const request = requestOf(triggerSender(process));
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
