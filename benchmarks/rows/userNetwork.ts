import type { Harness, Measurement } from '../measurement';
import { BIG_FILE, itemsOf, startOf } from '../openEngine';
import { openSimulator, type SimulatorProcess } from '../../simulator/openSimulator';
import { performance } from '../../simulator/platform';
import { BATCH, batchInputs, idealMs } from './batch';

const ROUND_TRIP_MS = 40;
const RUN_MS = 3_000;

const networkArgs = [
	...['--tls', '--round-trip-ms', String(ROUND_TRIP_MS)],
	...['--lost-share', '0.01', '--lost-ms', '200'],
];

const title = `TLS 1.3, ${ROUND_TRIP_MS} ms round trip, 1 % of segments 200 ms late`;

/** Lets the node speak to a deployment behind a user's network, warmed up by one run. */
async function behindNetwork<T>(
	harness: Harness,
	work: (service: SimulatorProcess) => Promise<T>,
): Promise<T> {
	const service = await openSimulator('--containers', String(BATCH.containers), ...networkArgs);
	harness.pointTo(service);
	try {
		await execute(harness, { size_10001: 1_000, duration_10002: 50 }, 1);
		await service.reset();
		return await work(service);
	} finally {
		harness.pointTo(harness.simulator);
		await service.close();
	}
}

const execute = async (
	harness: Harness,
	inputs: object,
	items: number,
	options: Record<string, number | boolean> = {},
) =>
	await harness.items(
		'workflow.executeAndWait',
		startOf(BIG_FILE, inputs, options),
		itemsOf(items),
	);

/** From the run's end by the service's clock to the item with its file, in round trips of the network. */
export const networkRun: Measurement = {
	rows: [
		{
			id: 'networkDelay',
			title: `${title}: one run of 3 s, stream, from its end to the item with its file`,
			unit: 'ms',
			bound: 7 * ROUND_TRIP_MS + 50,
			digits: 0,
		},
		{ id: 'networkRunConnections', title: 'Same: connections opened', unit: '', digits: 0 },
		{ id: 'networkRunRequests', title: 'Same: requests', unit: '', digits: 0 },
	],
	measure: async (harness) =>
		await behindNetwork(harness, async (service) => {
			await execute(harness, { size_10001: 1_000, duration_10002: RUN_MS }, 1);
			const leftAt = Date.now();
			const { runs, totalRequests, network } = await service.stats();
			return {
				networkDelay: leftAt - (runs[0].completed_at ?? Number.NaN),
				networkRunConnections: network?.connections ?? Number.NaN,
				networkRunRequests: totalRequests,
			};
		}),
};

export const networkBatch: Measurement = {
	rows: [
		{
			id: 'networkBatchWall',
			title: `${title}: ${BATCH.items} items, ${BATCH.containers} containers, runs of 0.5 s, wall time over the ideal`,
			unit: '×',
			bound: 1.15,
			digits: 3,
		},
		{
			id: 'networkConnections',
			title: 'Same: connections opened per request',
			unit: '',
			bound: 1,
			digits: 2,
		},
		{ id: 'networkRequests', title: 'Same: requests per run', unit: '', digits: 2 },
		{
			id: 'networkHandshakes',
			title: 'Same: TLS handshakes without an earlier session, per request',
			unit: '',
			digits: 2,
		},
		{
			id: 'networkBytes',
			title: 'Same: bytes besides the files, per run, TLS included',
			unit: 'kB',
			digits: 1,
		},
	],
	measure: async (harness) =>
		await behindNetwork(harness, async (service) => {
			const began = performance.now();
			const out = await execute(harness, batchInputs, BATCH.items, { maxConcurrent: BATCH.items });
			const wallMs = performance.now() - began;
			if (out.length !== BATCH.items) throw new Error(`${out.length} items came out`);
			const { totalRequests, network } = await service.stats();
			if (!network) throw new Error('The simulator counts nothing of its network');
			const { connections, handshakes, bytesIn, bytesOut } = network;
			return {
				networkBatchWall: wallMs / idealMs(BATCH.items),
				networkConnections: connections / totalRequests,
				networkRequests: totalRequests / BATCH.items,
				networkHandshakes: handshakes / totalRequests,
				networkBytes: (bytesIn + bytesOut) / BATCH.items / 1_000 - BATCH.bytes / 1_000,
			};
		}),
};
