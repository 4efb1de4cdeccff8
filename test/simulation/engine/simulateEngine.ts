import { startEngine, useBinaryMode, type Engine } from '../../harness/startEngine';
import { userFolder } from '../../harness/environment';
import { NodeHelpers } from 'n8n-workflow';
import type { INodeType } from 'n8n-workflow';
import { activeResources, fs, join } from '../../../simulator/platform';
import { CredentialsInMemory } from '../../harness/credentials';
import { PassThrough, START } from '../../harness/startEngine';
import { KEY } from '../nodeContext';
import type { ServerProcess } from '../server';
import { type Actor, simulate, type Story } from '../simulate';
import type { VirtualTime } from '../virtualTime';
import { auditDelivery } from './delivery';
import { installEgress } from './egress';
import { type Delivered, runOnEngine } from './execution';
import { type Loaded, readShipped, type Shipped } from './shipped';
import { installTimers } from './timers';
import { pollerOnEngine } from './trigger';
import type { EngineWorld } from './world';

void startEngine;

/** Work of Node's on files, during which the clock stands still. */
const isOnFiles = (kind: string) => /^(FSReq|FileHandle|CloseReq)/.test(kind);

function createEngine(shipped: Shipped, origin: string): Engine {
	const types: Record<string, INodeType> = {
		[START]: new PassThrough(),
		passThrough: new PassThrough(),
	};
	const find = (name: string) => {
		if (!types[name]) throw new Error(`There is no node type ${name}`);
		return types[name];
	};
	const credential = {
		baseUrl: origin,
		authentication: 'apiKey',
		apiKey: KEY,
		headers: {},
		allowUnauthorizedCerts: false,
	};
	return {
		loader: shipped.loader,
		credentials: new CredentialsInMemory(shipped.credentialTypes, { flowscaleApi: credential }),
		nodeTypes: {
			getByName: find,
			getByNameAndVersion: (name, version) => NodeHelpers.getVersionedNodeType(find(name), version),
			getKnownTypes: () => ({}),
		},
		add: (name, type) => void (types[name] = type),
	};
}

function createActor({ setups, store }: EngineWorld, shipped: Shipped, time: VirtualTime): Actor {
	const timers = installTimers(time);
	const egress = installEgress();
	const loaded = new WeakMap<ServerProcess, Loaded>();
	const loadedIn = (process: ServerProcess) => {
		const known = loaded.get(process) ?? shipped.load();
		loaded.set(process, known);
		return known;
	};
	if (store === 'filesystem') time.holdWhile(() => activeResources().some(isOnFiles));
	const all: Delivered[] = [];
	let origin = '';
	const parts = { egress, loadedIn, createEngine: () => createEngine(shipped, origin) };
	return {
		runExecution: async (given) => {
			({ origin } = given);
			const setup = setups[Number(given.id.slice('exec'.length))];
			const delivered = await runOnEngine({ ...given, ...parts, setup });
			all.push(delivered);
			return delivered.result;
		},
		createPoller: (given) => {
			({ origin } = given);
			return pollerOnEngine(parts)(given);
		},
		audit: (happened) => [
			...all.flatMap((delivered) => auditDelivery(happened, delivered)),
			...egress.strangers.map((request) => `not sent through n8n's helpers: ${request}`),
		],
		openTimers: timers.open,
		leave: () => {
			egress.uninstall();
			timers.uninstall();
		},
	};
}

export type SimulateEngine = (world: EngineWorld) => Promise<Story>;

/**
 * Lets everything of a world happen on n8n's engine with the built package, and has it audited.
 * Works in a process that does nothing else: it holds n8n's clock, timers and network.
 * @param code in the place of what was built, for all nodes
 */
export async function createSimulation(code?: string): Promise<SimulateEngine> {
	const shipped = await readShipped(code);
	return async (engineWorld) => {
		await useBinaryMode(engineWorld.store);
		const story = await simulate(engineWorld.world, (time) =>
			createActor(engineWorld, shipped, time),
		);
		if (engineWorld.store === 'filesystem')
			await fs.rm(join(userFolder, 'binaryData'), { recursive: true, force: true });
		const setups = engineWorld.setups
			.slice(0, engineWorld.world.executions.length)
			.map(
				({ call, order }, place) =>
					`  exec${place}: ${engineWorld.world.executions[place].shape}, ${call}, execution order ${order}`,
			);
		return {
			...story,
			lines: () => [`On n8n's engine, files in ${engineWorld.store}`, ...setups, ...story.lines()],
		};
	};
}
