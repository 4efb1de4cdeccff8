import { sleep } from '../../simulator/platform';
import type { Place } from '../openEngine';
import { type Client, createClient, forItems } from './client';

const POLL_MS = 2_000;
const LONGEST_MS = 600_000;

/** What the algorithm needs of the world, so that it can be run by a simulated clock. */
export interface SdkParts extends Client {
	sleep(ms: number): Promise<void>;
}

/**
 * The vendor's `executeWorkflowAsync` as its readme documents it: start, a poll every 2 s for 600
 * s, one call per output name.
 */
export async function executeLikeTheSdk({
	start,
	poll,
	output,
	sleep: pause,
}: SdkParts): Promise<unknown[]> {
	const runId = await start();
	for (let waitedMs = 0; waitedMs < LONGEST_MS; waitedMs += POLL_MS) {
		const { status, names } = await poll(runId);
		if (status === 'completed') {
			const outputs: unknown[] = [];
			for (const name of names) outputs.push(await output(name));
			return outputs;
		}
		await pause(POLL_MS);
	}
	throw new Error('The run took too long');
}

/** @param atATime 1: items one after another, as a Code node with the SDK does it */
export async function runSdk(
	place: Place,
	inputs: Record<string, number>,
	items: number,
	atATime = 1,
): Promise<unknown[]> {
	const client = createClient(place, inputs, 'sdk');
	return await forItems(items, atATime, async () => await executeLikeTheSdk({ ...client, sleep }));
}
