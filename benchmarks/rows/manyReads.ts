import type { IExecuteFunctions, INodeType } from 'n8n-workflow';
import { request } from 'undici';
import { chain, nodeOf } from '../../test/harness/runWorkflow';
import { PassThrough } from '../../test/harness/startEngine';
import { performance } from '../../simulator/platform';
import { type Measurement, type Harness, withStall } from '../measurement';
import { credentials, itemsOf } from '../openEngine';
import { openSimulator, type SimulatorProcess } from '../../simulator/openSimulator';

const READS = 1_000;
/** Items that `run.get` has under way at a time. */
const AT_A_TIME = 10;
/** An answer over the internet takes longer than one from this machine. */
const REMOTE_MS = 20;

async function pool(runIds: string[], read: (runId: string) => Promise<unknown>): Promise<number> {
	const queue = [...runIds];
	const began = performance.now();
	const worker = async () => {
		for (let id = queue.shift(); id !== undefined; id = queue.shift()) await read(id);
	};
	await Promise.all(Array.from({ length: AT_A_TIME }, worker));
	return performance.now() - began;
}

async function readBare({ baseUrl, apiKey }: SimulatorProcess, runIds: string[]): Promise<number> {
	const headers = { 'x-api-key': apiKey };
	return await pool(runIds, async (id) => {
		const { body } = await request(`${baseUrl}/api/v1/runs/${id}`, { headers });
		await body.json();
	});
}

/** n8n's helper and nothing else: what no node can be faster than. */
async function readByHelper(
	harness: Harness,
	{ baseUrl }: SimulatorProcess,
	runIds: string[],
): Promise<number> {
	let ms = Number.NaN;
	const node = new PassThrough() as INodeType;
	node.description = { ...node.description, credentials: [{ name: 'flowscaleApi' }] };
	node.execute = async function execute(this: IExecuteFunctions) {
		ms = await pool(runIds, async (id) => {
			const options = { url: `${baseUrl}/api/v1/runs/${id}`, json: true };
			return (await this.helpers.httpRequestWithAuthentication.call(
				this,
				'flowscaleApi',
				options,
			)) as unknown;
		});
		return [this.getInputData()];
	};
	harness.engine.add('helper', node);
	await harness.all(chain(nodeOf('Helper', 'helper', {}, { credentials })), itemsOf(1), 'Helper');
	return ms;
}

async function measureReads(
	harness: Harness,
	simulator: SimulatorProcess,
	name: string,
): Promise<Record<string, number>> {
	const runIds = await simulator.addRuns(READS);
	harness.pointTo(simulator);
	const bareMs = await readBare(simulator, runIds);
	const helperMs = await readByHelper(harness, simulator, runIds);
	const { ms: oursMs, stallMs } = await withStall(
		async () =>
			await harness.items(
				'run.get',
				{ runId: '={{ $json.id }}' },
				runIds.map((id) => ({ json: { id } })),
			),
	);
	harness.pointTo(harness.simulator);
	return {
		stallMs,
		[`${name}Reads`]: oursMs / bareMs,
		[`${name}Helper`]: helperMs / bareMs,
		[`${name}BareMs`]: bareMs,
	};
}

const title = `${READS} items × Run > Get, ${AT_A_TIME} at a time`;

export const manyReads: Measurement = {
	rows: [
		{
			id: 'remoteReads',
			title: `${title}, answers after ${REMOTE_MS} ms: wall time over bare undici requests`,
			unit: '×',
			bound: 2,
			digits: 2,
		},
		{ id: 'remoteHelper', title: 'Same by n8n’s HTTP helper alone', unit: '×', digits: 2 },
	],
	measure: async (harness) => {
		const remote = await openSimulator('--latency-ms', String(REMOTE_MS));
		const figures = await measureReads(harness, remote, 'remote');
		await remote.close();
		return figures;
	},
};

export const manyLocalReads: Measurement = {
	rows: [
		{
			id: 'localReads',
			title: `${title}, answers from this machine (0 to 5 ms): wall time over bare undici requests`,
			unit: '×',
			digits: 2,
		},
		{
			id: 'localHelper',
			title: 'Same by n8n’s HTTP helper alone (a new connection for each request)',
			unit: '×',
			digits: 2,
		},
		{ id: 'localBareMs', title: 'Same: the bare undici requests', unit: 'ms', digits: 0 },
	],
	measure: async (harness) => {
		await harness.simulator.reset();
		return await measureReads(harness, harness.simulator, 'local');
	},
};
