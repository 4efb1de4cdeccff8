import { createExchange } from '../exchange';
import { createFaults, mishap } from '../faults';
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
import type { Fault, Flowscale, FlowscaleOptions } from './flowscaleOptions';
import { createLinks } from './links';
import { createRunStore } from './runStore';
import type { Service } from './service';
import type { SimulatedRun } from './simulatedRun';
import { defaultWorkflows } from './workflows';

export type { Dialect, RunState } from './dialect';
export type { Route } from './endpoints';
export type { Fault, Flowscale, FlowscaleOptions } from './flowscaleOptions';
export type { SimulatedRun } from './simulatedRun';
export type { SimulatedWorkflow } from './simulatedWorkflow';
export type { JournalEntry } from '../journal';

/** Key that a simulator asks for unless told otherwise. */
export const defaultApiKey = 'fs-sim-key-1234567890';

/** Work time in ms: the run's own wish, else the option. */
const workMs = (runMs: FlowscaleOptions['runMs']) => (run: SimulatedRun) => {
	const wish = Number(run.inputs.duration_10002);
	if (run.inputs.duration_10002 !== undefined && Number.isFinite(wish)) return wish;
	return typeof runMs === 'function' ? runMs(run) : (runMs ?? 300);
};

function chance(chaos: FlowscaleOptions['chaos']) {
	if (!chaos) return undefined;
	const random = createRandom(chaos.seed);
	return (entry: JournalEntry): Fault | undefined =>
		entry.host === 'api' && random.fraction() < chaos.rate ? { on: 'any', ...mishap(random) } : undefined;
}

/** Starts a stand-in for one Flowscale deployment on real sockets. Rejects when a port is taken. */
export async function startFlowscale(options: FlowscaleOptions = {}): Promise<Flowscale> {
	const dialect: Dialect = { ...defaultDialect, ...options.dialect };
	const { host = '127.0.0.1', latencyMs = [0, 5], outputDelayMs = 0, linkLifetimeMs = 3_600_000 } = options;
	const apiKey = options.apiKey === undefined ? defaultApiKey : options.apiKey;
	const random = createRandom(options.seed ?? 1);
	const latency = createRandom((options.seed ?? 1) + 1);
	const timers = createTimers();
	const journal: JournalEntry[] = [];
	const unknown: string[] = [];
	const faults = createFaults<Route>(chance(options.chaos));
	const store = createRunStore(random);
	const workflows = options.workflows ?? defaultWorkflows;
	const containers = createContainers({
		count: options.containers ?? 2,
		store,
		timers,
		dialect,
		workMs: workMs(options.runMs),
		runTimeoutMs: options.runTimeoutMs ?? 30 * 60_000,
	});

	const links = createLinks({ secret: random.uuid(), origin: () => openFiles.origin, lifetimeMs: linkLifetimeMs });
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
		find: () => ({ route: 'download', params: {}, handle: async (request) => await download(service, request) }),
	});

	const finish: Flowscale['finish'] = (runId, how = 'completed', extra) => {
		const run = store.get(runId);
		if (!run) throw new Error(`The simulator has no run ${runId}`);
		containers.finish(run, how, extra);
	};
	const addRuns: Flowscale['addRuns'] = (count, given = {}) =>
		Array.from({ length: count }, (_, index) => {
			const now = Date.now();
			const ending: Partial<SimulatedRun> = { state: 'completed', createdAt: now, startedAt: now, completedAt: now };
			const fields = typeof given === 'function' ? given(index) : given;
			return store.add(fields.workflow ?? workflows[0], fields.groupId ?? null, fields.parts ?? [], { ...ending, ...fields });
		});
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
			void answerControl({ store, containers, journal, unknown, faults, finish, addRuns, reset }, message, response);
		},
		{ host, port: options.filesPort ?? 0 },
	);
	const openApi = await openServer(api, { host, port: options.port ?? 0, tls: options.tls }).catch(async (error: Error) => {
		await openFiles.stop();
		throw error;
	});
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
