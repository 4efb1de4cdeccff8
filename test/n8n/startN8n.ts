import { ask } from './ask';
import { freePort } from './freePort';
import type { InstalledN8n } from './installN8n';
import { n8nEnvironment } from './n8nEnvironment';
import { join } from './platform';
import { startProcess, type StartedProcess } from './startProcess';

export interface N8nServer {
	readonly baseUrl: string;
	readonly userFolder: string;
	readonly pid: number;
	/** Milliseconds from the start to an editor that can be used. */
	readonly startMs: number;
	stop(graceMs?: number): Promise<void>;
	/** SIGKILL: what a power cut leaves behind. */
	kill(): Promise<void>;
	/** Starts again on the same port and data, after `stop` or `kill`. */
	start(): Promise<void>;
	log(): Promise<string>;
}

export interface N8nPlace {
	/** Holds the database, the log, and the packages under `.n8n/nodes`. */
	userFolder: string;
	/** Chosen freely when missing. */
	port?: number;
	/** Queue mode, another database, another binary data mode. */
	env?: NodeJS.ProcessEnv;
}

// A first start runs a hundred database migrations on a machine that is busy with other tests.
const startTimeoutMs = 300_000;

/** Starts n8n's main process and waits until its editor can be used. */
export const startN8n = async (n8n: InstalledN8n, place: N8nPlace): Promise<N8nServer> => {
	const { userFolder } = place;
	const port = place.port ?? (await freePort());
	const brokerPort = await freePort();
	const baseUrl = `http://127.0.0.1:${port}`;
	let process: StartedProcess;
	let startMs = 0;

	const isReady = async () => {
		const answer = await ask(`${baseUrl}/rest/settings`).catch(() => undefined);
		// n8n answers with a "starting up" page before its editor and its nodes are there.
		return (
			answer?.headers.get('content-type')?.startsWith('application/json') === true && answer.ok
		);
	};

	const start = async () => {
		const from = Date.now();
		process = await startProcess({
			name: `${n8n.generation.name} main`,
			command: n8n.node,
			args: [n8n.script, 'start'],
			cwd: userFolder,
			env: {
				...n8n.env,
				...n8nEnvironment(userFolder, brokerPort),
				N8N_PORT: `${port}`,
				...place.env,
			},
			logFile: join(userFolder, 'main.log'),
		});
		await process.untilReady(isReady, startTimeoutMs);
		startMs = Date.now() - from;
	};

	await start();
	return {
		baseUrl,
		userFolder,
		get pid() {
			return process.pid;
		},
		get startMs() {
			return startMs;
		},
		start,
		stop: async (graceMs) => await process.stop(graceMs),
		kill: async () => await process.kill(),
		log: async () => await process.log(),
	};
};
