import { FormData, request } from 'undici';
import { BIG_FILE, type Place } from '../openEngine';

/** The requests that a client library sends, by undici. */
export interface Client {
	start(): Promise<string>;
	poll(runId: string): Promise<{ status: string; names: string[] }>;
	/** What the service says of an output, its link among it. */
	output(name: string): Promise<unknown>;
}

export function createClient(
	{ baseUrl, apiKey }: Place,
	inputs: Record<string, number>,
	groupId: string,
): Client {
	const headers = { 'x-api-key': apiKey };
	const read = async (path: string, options: object = {}) => {
		const { body } = await request(`${baseUrl}/api/v1${path}`, { headers, ...options });
		return ((await body.json()) as { data: Record<string, unknown> }).data;
	};
	return {
		start: async () => {
			const body = new FormData();
			for (const [name, value] of Object.entries(inputs)) body.append(name, String(value));
			const path = `/runs?workflow_id=${BIG_FILE}&group_id=${groupId}`;
			return String((await read(path, { method: 'POST', body })).run_id);
		},
		poll: async (runId) => {
			const { status, output_names: names } = await read(`/runs/${runId}`);
			return { status: String(status), names: names as string[] };
		},
		output: async (name) => await read(`/runs/output?filename=${name}`),
	};
}

/** Does the work for each of so many items, with at most `atATime` of them under way. */
export async function forItems<T>(
	items: number,
	atATime: number,
	work: () => Promise<T>,
): Promise<T[]> {
	const results: T[] = [];
	let begun = 0;
	const worker = async () => {
		while (begun++ < items) results.push(await work());
	};
	await Promise.all(Array.from({ length: Math.min(atATime, items) }, worker));
	return results;
}
