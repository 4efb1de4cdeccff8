import { performance } from '../../simulator/platform';
import type { Measurement } from '../measurement';
import { runSdk } from '../rivals/sdk';
import { openSimulator } from '../../simulator/openSimulator';
import { BATCH, batchInputs, idealMs } from './batch';

const FEWER = 12;

/** Nearly all of it is sleep, so the repeats run side by side, each with a simulator of its own. */
export const batchBySdk: Measurement = {
	isSideBySide: true,
	isStallForeign: true,
	rows: [
		{
			id: 'sdkBatchWall',
			title: 'Same batch by the SDK’s algorithm, items in a row: wall time over the ideal',
			unit: '×',
			digits: 1,
		},
		{ id: 'sdkBatchRequests', title: 'Same: requests besides starts', unit: '/s', digits: 2 },
	],
	measure: async ({ isQuick }) => {
		const items = isQuick ? FEWER : BATCH.items;
		const simulator = await openSimulator('--containers', String(BATCH.containers));
		const began = performance.now();
		await runSdk(simulator, batchInputs, items);
		const wallMs = performance.now() - began;
		const { totalRequests, requests } = await simulator.stats();
		await simulator.close();
		return {
			sdkBatchWall: wallMs / idealMs(items),
			sdkBatchRequests: (totalRequests - (requests.startRun ?? 0)) / (wallMs / 1000),
		};
	},
};
