import { createExchange } from '../exchange';
import { createChaos, createFaults } from '../faults';
import type { JournalEntry } from '../journal';
import { createRandom } from '../random';
import { openServer } from '../restartableServer';
import { createTimers } from '../timers';
import { refuse } from './admission';
import { createContainers } from './containers';
import { answerControl, isControl } from './control';
import { defaultDialect, type Dialect } from './dialect';
import { download } from './download';
import { findEndpoint, type Route } from './endpoints';
import type { Flowscale, FlowscaleOptions } from './flowscaleOptions';
import { createLinks } from './links';
import { createRunControls } from './runControls';
import { createRunStore } from './runStore';
import type { Service } from './service';
import { defaultWorkflows } from './workflows';
import { workTime } from './workTime';

export type { Dialect, RunState } from './dialect';
export type { Route } from './endpoints';
export type { Fault, Flowscale, FlowscaleOptions } from './flowscaleOptions';
export type { SimulatedRun } from './simulatedRun';
export type { SimulatedWorkflow } from './simulatedWorkflow';
export type { JournalEntry } from '../journal';

/** Key that a simulator asks for unless told otherwise. */
export const defaultApiKey = 'fs-sim-key-for-tests-only';

/** Starts a stand-in for one Flowscale deployment on real sockets. Rejects when a port is taken. */
export async function startFlowscale(options: FlowscaleOptions = {}): Promise<Flowscale> {
	const dialect: Dialect = { ...defaultDialect, ...options.dialect };
	const {
		host = '127.0.0.1',
		latencyMs = [0, 5],
		outputDelayMs = 0,
		linkLifetimeMs = 3_600_000,
	} = options;
	const apiKey = options.apiKey === undefined ? defaultApiKey : options.apiKey;
	const random = createRandom(options.seed ?? 1);
	const latency = createRandom((options.seed ?? 1) + 1);
	const timers = createTimers();
	const journal: JournalEntry[] = [];
	const unknown: string[] = [];
	const faults = createFaults<Route>(
		options.chaos && createChaos(options.chaos.rate, options.chaos.seed),
	);
	const store = createRunStore(random);
	const workflows = options.workflows ?? defaultWorkflows;
	const containers = createContainers({
		count: options.containers ?? 2,
		store,
		timers,
		dialect,
		workMs: workTime(options.runMs),
		runTimeoutMs: options.runTimeoutMs ?? 30 * 60_000,
	});

	const links = createLinks({
		secret: random.uuid(),
		origin: () => openFiles.origin,
		lifetimeMs: linkLifetimeMs,
	});
	const service: Service = {
		dialect,
		store,
		containers,
		workflows,
		view: { dialect, links, outputDelayMs },
		timers,
		keepAliveMs: options.keepAliveMs ?? 15_000,
	};

	const shared = { journal, unknown, faults, timers, onAnswer: options.onAnswer };
	const api = createExchange({
		...shared,
		host: 'api',
		latencyMs: () => (typeof latencyMs === 'number' ? latencyMs : latency.between(...latencyMs)),
		find: (entry) => {
			const endpoint = findEndpoint(service, entry);
			const refusal = refuse(entry, { apiKey, requiredHeaders: options.requiredHeaders }, dialect);
			return endpoint && refusal ? { ...endpoint, handle: () => refusal } : endpoint;
		},
	});
	const files = createExchange({
		...shared,
		host: 'files',
		latencyMs: () => 0,
		find: () => ({
			route: 'download',
			params: {},
			handle: async (request) => await download(service, request),
		}),
	});

	const { finish, addRuns } = createRunControls(service);
	const reset = () => {
		containers.clear();
		store.clear();
		faults.clear();
		journal.length = 0;
		unknown.length = 0;
	};

	const openFiles = await openServer(
		(message, response) => {
			if (!isControl(message)) return files(message, response);
			void answerControl(
				{ store, containers, journal, unknown, faults, finish, addRuns, reset },
				message,
				response,
			);
		},
		{ host, port: options.filesPort ?? 0 },
	);
	const openApi = await openServer(api, { host, port: options.port ?? 0, tls: options.tls }).catch(
		async (error: Error) => {
			await openFiles.stop();
			throw error;
		},
	);
	const both = [openApi, openFiles];
	const stop = async () => {
		await Promise.all(both.map(async (server) => await server.stop()));
	};

	return {
		baseUrl: openApi.origin,
		filesUrl: openFiles.origin,
		apiKey,
		workflows,
		journal,
		runs: store.all,
		unknown,
		fault: faults.add,
		clearFaults: faults.clear,
		finish,
		addRuns,
		stop,
		restart: async () => {
			await stop();
			await Promise.all(both.map(async (server) => await server.listen()));
		},
		close: async () => {
			containers.clear();
			timers.clear();
			await stop();
		},
	};
}
