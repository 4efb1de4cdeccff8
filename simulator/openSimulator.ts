import { request } from 'undici';
import { once, setPriority } from './platform';
import type { NetworkCounts } from './slowNetwork';
import { firstLine, startScript } from './startScript';

export interface SimulatedRunSummary {
	run_id: string;
	group_id: string | null;
	state: string;
	created_at: number;
	completed_at: number | null;
}

interface Stats {
	requests: Record<string, number>;
	totalRequests: number;
	unknown: string[];
	/** Only behind a network. */
	network?: NetworkCounts;
	runs: SimulatedRunSummary[];
}

/** The simulator in its own process, seen through its control endpoints. */
export interface SimulatorProcess {
	baseUrl: string;
	filesUrl: string;
	apiKey: string;
	stats(): Promise<Stats>;
	/** Forgets runs, requests and faults. */
	reset(): Promise<void>;
	/** Adds finished runs and returns their ids. */
	addRuns(count: number): Promise<string[]>;
	close(): Promise<void>;
}

/**
 * A real service has machines of its own. Where this one is short of CPU, what is measured comes
 * first: it is this much nicer.
 */
const NICENESS = 10;

export async function openSimulator(...args: string[]): Promise<SimulatorProcess> {
	const child = startScript('simulator/cli.ts', ['--json', ...args]);
	if (child.pid !== undefined) setPriority(child.pid, NICENESS);
	const { baseUrl, filesUrl, controlUrl, apiKey } = JSON.parse(await firstLine(child)) as {
		baseUrl: string;
		filesUrl: string;
		controlUrl: string;
		apiKey: string;
	};
	const control = async (method: 'GET' | 'POST', name: string, body?: object): Promise<unknown> => {
		const answer = await request(`${controlUrl}/_control/${name}`, {
			method,
			body: body === undefined ? undefined : JSON.stringify(body),
		});
		return await answer.body.json();
	};
	return {
		baseUrl,
		filesUrl,
		apiKey,
		stats: async () => (await control('GET', 'stats')) as Stats,
		reset: async () => void (await control('POST', 'reset')),
		addRuns: async (count) =>
			((await control('POST', 'runs', { count })) as { run_ids: string[] }).run_ids,
		close: async () => {
			const ended = once(child, 'exit');
			child.kill();
			await ended;
		},
	};
}
