import { createExchange, type ExchangeParts } from '../exchange';
import { createChaos, createFaults } from '../faults';
import type { JournalEntry } from '../journal';
import type { RequestListener } from '../platform';
import { createRandom } from '../random';
import { openServer, type ServedNetwork } from '../restartableServer';
import { noCounts } from '../slowNetwork';
import { createTimers } from '../timers';
import { type Admission, refuse } from './admission';
import { createContainers } from './containers';
import { answerControl, type Controlled, isControl } from './control';
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

/** Key that a simulator asks for unless an option says otherwise. */
const defaultApiKey = 'fs-sim-key-for-tests-only';

/** Starts a stand-in for one Flowscale deployment on real sockets. Rejects when a port is taken. */
export async function startFlowscale(options: FlowscaleOptions = {}): Promise<Flowscale> {
	const apiKey = options.apiKey === undefined ? defaultApiKey : options.apiKey;
	const places = { files: '' };
	const service = createService(options, () => places.files);
	const { store, containers, timers, workflows } = service;
	const record = { journal: [] as JournalEntry[], unknown: [] as string[] };
	const faults = createFaults<Route>(
		options.chaos && createChaos(options.chaos.rate, options.chaos.seed),
	);
	const shared = { ...record, faults, timers, onAnswer: options.onAnswer };
	const controls = createRunControls(service);
	const network = options.network && { traits: options.network, counts: noCounts() };
	const reset = () => {
		containers.clear();
		store.clear();
		faults.clear();
		record.journal.length = 0;
		record.unknown.length = 0;
		if (network) Object.assign(network.counts, noCounts());
	};
	const controlled = {
		...{ store, containers, ...record, faults, ...controls, reset },
		network: network?.counts,
	};
	const listeners = {
		api: createExchange({ ...shared, ...apiParts(service, { ...options, apiKey }) }),
		files: filesListener(createExchange({ ...shared, ...filesParts(service) }), controlled),
	};
	const { api, files } = await openBoth(listeners, { ...options, network });
	places.files = files.origin;
	const control = network && (await openServer(listeners.files, { host: '127.0.0.1', port: 0 }));
	const stop = async () => {
		await Promise.all([api.stop(), files.stop()]);
	};

	return {
		baseUrl: api.origin,
		filesUrl: files.origin,
		controlUrl: (control ?? files).origin,
		apiKey,
		workflows,
		...record,
		runs: store.all,
		fault: faults.add,
		clearFaults: faults.clear,
		...controls,
		stop,
		restart: async () => {
			await stop();
			await Promise.all([api.listen(), files.listen()]);
		},
		close: async () => {
			containers.clear();
			timers.clear();
			await Promise.all([stop(), control?.stop()]);
		},
	};
}

/** The state of the deployment, without any socket. */
function createService(options: FlowscaleOptions, filesOrigin: () => string): Service {
	const dialect: Dialect = { ...defaultDialect, ...options.dialect };
	const random = createRandom(options.seed ?? 1);
	const timers = createTimers();
	const store = createRunStore(random);
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
		origin: filesOrigin,
		lifetimeMs: options.linkLifetimeMs ?? 3_600_000,
	});
	return {
		dialect,
		store,
		containers,
		workflows: options.workflows ?? defaultWorkflows,
		view: { dialect, links, outputDelayMs: options.outputDelayMs ?? 0 },
		timers,
		keepAliveMs: options.keepAliveMs ?? 15_000,
		listLagMs: options.listLagMs ?? 0,
		runsAtATime: options.runsAtATime ?? Number.POSITIVE_INFINITY,
	};
}

/** What is particular to the API's host: its endpoints, its refusals and its latency. */
function apiParts(
	service: Service,
	{ seed = 1, latencyMs = [0, 5], apiKey, requiredHeaders }: FlowscaleOptions & Admission,
): Pick<ExchangeParts, 'host' | 'latencyMs' | 'find'> {
	const latency = createRandom(seed + 1);
	return {
		host: 'api',
		latencyMs: () => (typeof latencyMs === 'number' ? latencyMs : latency.between(...latencyMs)),
		find: (entry) => {
			const endpoint = findEndpoint(service, entry);
			const refusal = refuse(entry, { apiKey, requiredHeaders }, service.dialect);
			return endpoint && refusal ? { ...endpoint, handle: () => refusal } : endpoint;
		},
	};
}

function filesParts(service: Service): Pick<ExchangeParts, 'host' | 'latencyMs' | 'find'> {
	return {
		host: 'files',
		latencyMs: () => 0,
		find: () => ({
			route: 'download',
			params: {},
			handle: async (request) => await download(service, request),
		}),
	};
}

/** The download host also answers what controls the simulator from another process. */
function filesListener(files: RequestListener, controlled: Controlled): RequestListener {
	return (message, response) => {
		if (!isControl(message)) return files(message, response);
		void answerControl(controlled, message, response);
	};
}

async function openBoth(
	listeners: { api: RequestListener; files: RequestListener },
	{
		host = '127.0.0.1',
		port = 0,
		filesPort = 0,
		tls,
		network,
	}: Omit<FlowscaleOptions, 'network'> & { network?: ServedNetwork },
) {
	const filesTls = network && tls;
	const files = await openServer(listeners.files, {
		...{ host, port: filesPort },
		...{ tls: filesTls, network },
	});
	const api = await openServer(listeners.api, { host, port, tls, network }).catch(
		async (error: Error) => {
			await files.stop();
			throw error;
		},
	);
	return { api, files };
}
