import type { Measurement, Harness } from '../measurement';
import { BIG_FILE, itemsOf, startOf } from '../openEngine';
import { runHttpLoop } from '../rivals/httpLoop';
import { runReplicate } from '../rivals/replicate';
import { runSdk } from '../rivals/sdk';

const RUN_MS = 3_000;
const INTERVAL_MS = 2_000;
const inputs = { size_10001: 1_000, duration_10002: RUN_MS };

/** From the run's end on the service, by its own clock, to the item's being there. */
async function measureRun(
	harness: Harness,
	name: string,
	work: () => Promise<unknown>,
): Promise<Record<string, number>> {
	await harness.simulator.reset();
	await work();
	const leftAt = Date.now();
	const { runs, totalRequests } = await harness.simulator.stats();
	return {
		[`${name}Delay`]: leftAt - (runs[0].completed_at ?? Number.NaN),
		[`${name}Requests`]: totalRequests,
	};
}

const ours = async (harness: Harness, liveEvents: boolean) =>
	await harness.items(
		'workflow.executeAndWait',
		startOf(BIG_FILE, inputs, { liveEvents, download: false }),
		itemsOf(1),
	);

export const oneRun: Measurement = {
	rows: [
		{
			id: 'streamDelay',
			title: 'One run of 3 s, event stream: from its end to the item',
			unit: 'ms',
			bound: 20,
			digits: 0,
		},
		{
			id: 'streamRequests',
			title: 'Same: requests in all (download off)',
			unit: '',
			bound: 3,
			digits: 0,
		},
	],
	measure: async (harness) =>
		await measureRun(harness, 'stream', async () => await ours(harness, true)),
};

export const oneRunPolled: Measurement = {
	rows: [
		{
			id: 'pollDelay',
			title: 'One run of 3 s, polling only: from its end to the item',
			unit: 'ms',
			bound: INTERVAL_MS,
			digits: 0,
		},
		{ id: 'pollRequests', title: 'Same: requests in all', unit: '', digits: 0 },
	],
	measure: async (harness) =>
		await measureRun(harness, 'poll', async () => await ours(harness, false)),
};

export const oneRunByLoop: Measurement = {
	isStallForeign: true,
	rows: [
		{
			id: 'loopDelay',
			title: 'One run of 3 s by HTTP Request + Wait 2 s + If: from its end to the item',
			unit: 'ms',
			digits: 0,
		},
		{ id: 'loopRequests', title: 'Same: requests in all', unit: '', digits: 0 },
	],
	measure: async (harness) =>
		await measureRun(harness, 'loop', async () => await runHttpLoop(harness, inputs, 1, false)),
};

export const oneRunBySdk: Measurement = {
	isStallForeign: true,
	rows: [
		{
			id: 'sdkDelay',
			title: 'One run of 3 s by the SDK’s algorithm: from its end to the outputs',
			unit: 'ms',
			digits: 0,
		},
		{ id: 'sdkRequests', title: 'Same: requests in all', unit: '', digits: 0 },
	],
	measure: async (harness) =>
		await measureRun(harness, 'sdk', async () => await runSdk(harness.simulator, inputs, 1)),
};

export const oneRunByReplicate: Measurement = {
	isStallForeign: true,
	rows: [
		{
			id: 'replicateDelay',
			title: 'One run of 3 s by the waiting of Replicate’s client: from its end to the outputs',
			unit: 'ms',
			digits: 0,
		},
		{ id: 'replicateRequests', title: 'Same: requests in all', unit: '', digits: 0 },
	],
	measure: async (harness) =>
		await measureRun(
			harness,
			'replicate',
			async () => await runReplicate(harness.simulator, inputs, 1, 1),
		),
};
