import { request } from 'undici';
import { type ChildProcess, execPath, join, once, onExit, projectDir, spawn } from '../simulator/platform';

export const ROOT = projectDir;

export interface SimulatedRunTimes {
	run_id: string;
	state: string;
	created_at: number;
	completed_at: number | null;
}

interface Stats {
	requests: Record<string, number>;
	totalRequests: number;
	unknown: string[];
	runs: SimulatedRunTimes[];
}

/** The simulator in its own process, seen through its control endpoints. */
export interface SimulatorProcess {
	baseUrl: string;
	filesUrl: string;
	apiKey: string;
	stats(): Promise<Stats>;
	/** Forgets runs, requests and faults. */
	reset(): Promise<void>;
	/** Puts in finished runs and gives their ids. */
	addRuns(count: number): Promise<string[]>;
	close(): void;
}

/** Starts a node process on a TypeScript file of ours. */
export function startScript(file: string, args: string[]): ChildProcess {
	const child = spawn(execPath, ['--import', 'tsx', join(ROOT, file), ...args], { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
	onExit(() => void child.kill());
	return child;
}

/** The first line that a process prints. Rejects when it ends without one. */
export async function firstLine(child: ChildProcess): Promise<string> {
	let text = '';
	for await (const chunk of child.stdout ?? []) {
		text += String(chunk);
		if (text.includes('\n')) return text.slice(0, text.indexOf('\n'));
	}
	throw new Error(`A process ended without a word: ${child.spawnargs.join(' ')}`);
}

export async function openSimulator(...args: string[]): Promise<SimulatorProcess> {
	const child = startScript('simulator/cli.ts', ['--json', ...args]);
	const { baseUrl, filesUrl, apiKey } = JSON.parse(await firstLine(child)) as { baseUrl: string; filesUrl: string; apiKey: string };
	const control = async (method: 'GET' | 'POST', name: string, body?: object): Promise<unknown> => {
		const answer = await request(`${filesUrl}/_control/${name}`, { method, body: body === undefined ? undefined : JSON.stringify(body) });
		return await answer.body.json();
	};
	return {
		baseUrl,
		filesUrl,
		apiKey,
		stats: async () => (await control('GET', 'stats')) as Stats,
		reset: async () => void (await control('POST', 'reset')),
		addRuns: async (count) => ((await control('POST', 'runs', { count })) as { run_ids: string[] }).run_ids,
		close: () => void child.kill(),
	};
}

/** The JSON that a child process of ours prints when its task is done. */
export async function askChild<T>(task: string, given: object): Promise<T> {
	const child = startScript('benchmarks/child.ts', [task, JSON.stringify(given)]);
	const ended = once(child, 'exit');
	const line = await firstLine(child);
	await ended;
	return JSON.parse(line) as T;
}
