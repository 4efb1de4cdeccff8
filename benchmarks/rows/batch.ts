import { performance } from '../../simulator/platform';
import type { Measurement, Harness } from '../measurement';
import { BIG_FILE, itemsOf, startOf } from '../openEngine';
import { runHttpLoop } from '../rivals/httpLoop';

export const BATCH = { items: 100, containers: 8, runMs: 500, bytes: 64 * 1024 };
export const idealMs = (items: number) => Math.ceil(items / BATCH.containers) * BATCH.runMs;

export const batchInputs = { size_10001: BATCH.bytes, duration_10002: BATCH.runMs };

/** Requests apart from starts and downloads, per second of wall time. */
async function othersPerSecond({ simulator }: Harness, wallMs: number): Promise<number> {
	const { requests, totalRequests } = await simulator.stats();
	return (totalRequests - (requests.startRun ?? 0) - (requests.download ?? 0)) / (wallMs / 1000);
}

async function measureBatch(
	harness: Harness,
	name: string,
	work: () => Promise<unknown[]>,
): Promise<Record<string, number>> {
	await harness.simulator.reset();
	const began = performance.now();
	const out = await work();
	const wallMs = performance.now() - began;
	if (out.length !== BATCH.items) throw new Error(`${name}: ${out.length} items came out`);
	return {
		[`${name}Wall`]: wallMs / idealMs(BATCH.items),
		[`${name}Requests`]: await othersPerSecond(harness, wallMs),
	};
}

const title = `${BATCH.items} items, ${BATCH.containers} containers, runs of ${BATCH.runMs / 1000} s, outputs downloaded`;

export const batch: Measurement = {
	rows: [
		{
			id: 'batchWall',
			title: `${title}: wall time over the ideal`,
			unit: '×',
			bound: 1.08,
			digits: 3,
		},
		{
			id: 'batchRequests',
			title: 'Same batch: requests besides starts and downloads',
			unit: '/s',
			bound: 2,
			digits: 2,
		},
	],
	measure: async (harness) =>
		await measureBatch(
			harness,
			'batch',
			async () =>
				await harness.items(
					'workflow.executeAndWait',
					startOf(BIG_FILE, batchInputs, { maxConcurrent: 100 }),
					itemsOf(BATCH.items),
				),
		),
};

export const batchByLoop: Measurement = {
	isStallForeign: true,
	rows: [
		{
			id: 'loopBatchWall',
			title: 'Same batch by HTTP Request + Wait 2 s + If: wall time over the ideal',
			unit: '×',
			digits: 3,
		},
		{
			id: 'loopBatchRequests',
			title: 'Same: requests besides starts and downloads',
			unit: '/s',
			digits: 2,
		},
	],
	measure: async (harness) =>
		await measureBatch(
			harness,
			'loopBatch',
			async () => await runHttpLoop(harness, batchInputs, BATCH.items),
		),
};
