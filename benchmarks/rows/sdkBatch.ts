import { performance } from '../../simulator/platform';
import type { Measurement } from '../measurement';
import { runReplicate } from '../rivals/replicate';
import { runSdk } from '../rivals/sdk';
import { openSimulator, type SimulatorProcess } from '../../simulator/openSimulator';
import { BATCH, batchInputs, idealMs } from './batch';

/** Most that a careful script would have under way at a time. */
const SIDE_BY_SIDE = 32;

/** Nearly all of it is sleep, so the repeats run side by side, each with a simulator of its own. */
function rivalBatch(
	name: string,
	who: string,
	fewer: number,
	run: (simulator: SimulatorProcess, items: number) => Promise<unknown>,
): Measurement {
	return {
		isSideBySide: true,
		isStallForeign: true,
		rows: [
			{
				id: `${name}Wall`,
				title: `Same batch by ${who}: wall time over the ideal`,
				unit: '×',
				digits: 2,
			},
			{ id: `${name}Requests`, title: 'Same: requests besides starts', unit: '/s', digits: 2 },
		],
		measure: async ({ isQuick }) => {
			const items = isQuick ? fewer : BATCH.items;
			const simulator = await openSimulator('--containers', String(BATCH.containers));
			const began = performance.now();
			await run(simulator, items);
			const wallMs = performance.now() - began;
			const { totalRequests, requests } = await simulator.stats();
			await simulator.close();
			return {
				[`${name}Wall`]: wallMs / idealMs(items),
				[`${name}Requests`]: (totalRequests - (requests.startRun ?? 0)) / (wallMs / 1000),
			};
		},
	};
}

export const batchBySdk = rivalBatch(
	'sdkBatch',
	'the SDK’s algorithm, items in a row',
	12,
	async (simulator, items) => await runSdk(simulator, batchInputs, items),
);

export const batchBySdkSideBySide = rivalBatch(
	'sdkSideBySide',
	`the SDK’s algorithm, ${SIDE_BY_SIDE} items at a time`,
	BATCH.items,
	async (simulator, items) => await runSdk(simulator, batchInputs, items, SIDE_BY_SIDE),
);

export const batchByReplicate = rivalBatch(
	'replicateBatch',
	`the waiting of Replicate’s client, ${SIDE_BY_SIDE} items at a time`,
	BATCH.items,
	async (simulator, items) => await runReplicate(simulator, batchInputs, items, SIDE_BY_SIDE),
);
