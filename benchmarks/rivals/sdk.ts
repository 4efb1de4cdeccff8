import { FormData, request } from 'undici';
import { sleep } from '../../simulator/platform';
import { BIG_FILE, type Place } from '../openEngine';

const POLL_MS = 2_000;
const LONGEST_MS = 600_000;

/** What the algorithm needs of the world, so that it can be run by a simulated clock. */
export interface SdkParts {
	start(): Promise<string>;
	poll(runId: string): Promise<{ status: string; names: string[] }>;
	output(name: string): Promise<unknown>;
	sleep(ms: number): Promise<void>;
}

/**
 * The vendor's `executeWorkflowAsync` as its readme documents it: start, a look every 2 s for 600
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

/** Items one after another, as a Code node with the SDK does it. */
export async function runSdk(
	{ baseUrl, apiKey }: Place,
	inputs: Record<string, number>,
	items: number,
	groupId = 'sdk',
): Promise<unknown[]> {
	const headers = { 'x-api-key': apiKey };
	const get = async (path: string) => {
		const { body } = await request(`${baseUrl}/api/v1${path}`, { headers });
		return ((await body.json()) as { data: Record<string, unknown> }).data;
	};
	const results: unknown[] = [];
	for (let n = 0; n < items; n++) {
		const form = new FormData();
		for (const [name, value] of Object.entries(inputs)) form.append(name, String(value));
		const outputs = await executeLikeTheSdk({
			start: async () => {
				const url = `${baseUrl}/api/v1/runs?workflow_id=${BIG_FILE}&group_id=${groupId}`;
				const { body } = await request(url, { method: 'POST', headers, body: form });
				return ((await body.json()) as { data: { run_id: string } }).data.run_id;
			},
			poll: async (runId) => {
				const { status, output_names: names } = await get(`/runs/${runId}`);
				return { status: String(status), names: names as string[] };
			},
			output: async (name) => await get(`/runs/output?filename=${name}`),
			sleep,
		});
		results.push(outputs);
	}
	return results;
}
