import { sleep } from '../../simulator/platform';
import type { Place } from '../openEngine';
import { type Client, createClient, forItems } from './client';

const INTERVAL_MS = 500;

/**
 * `replicate.wait` of Replicate's JavaScript client (npm package replicate 1.4.0, `index.js`): one
 * read at once, then one each half second until the prediction has ended.
 */
async function executeLikeReplicate({ start, poll, output }: Client): Promise<unknown[]> {
	const runId = await start();
	let run = await poll(runId);
	while (!['completed', 'failed', 'cancelled'].includes(run.status)) {
		await sleep(INTERVAL_MS);
		run = await poll(runId);
	}
	// Its predictions carry their outputs; here they are asked for by name.
	return await Promise.all(run.names.map(output));
}

export async function runReplicate(
	place: Place,
	inputs: Record<string, number>,
	items: number,
	atATime: number,
): Promise<unknown[]> {
	const client = createClient(place, inputs, 'replicate');
	return await forItems(items, atATime, async () => await executeLikeReplicate(client));
}
