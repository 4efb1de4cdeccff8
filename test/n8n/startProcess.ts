import { fs, once, signalGroup, sleep, spawn } from './platform';

export interface ProcessPlan {
	name: string;
	command: string;
	args: string[];
	env?: NodeJS.ProcessEnv;
	cwd?: string;
	/** Everything the process prints, appended. */
	logFile: string;
	/** Runs the process as another user; PostgreSQL refuses to be root. */
	user?: { uid: number; gid: number };
}

export interface StartedProcess {
	readonly pid: number;
	readonly hasEnded: boolean;
	/** SIGTERM, and SIGKILL for what is still there after `graceMs`. */
	stop(graceMs?: number): Promise<void>;
	/** SIGKILL to the process and its children at once. */
	kill(): Promise<void>;
	/**
	 * Waits until `isReady`; a process that ends before, or is late, fails with the end of its log.
	 */
	untilReady(isReady: () => Promise<boolean>, timeoutMs: number): Promise<void>;
	/** For a program that does one thing: fails with its log unless it ends well. */
	untilEnded(): Promise<void>;
	log(): Promise<string>;
}

const running = new Set<StartedProcess>();
let isOver = false;

/** For the suite's own end, however it comes; nothing is started from then on. */
export const stopAllProcesses = async (): Promise<void> => {
	isOver = true;
	await Promise.all([...running].map(async (process) => await process.stop()));
};

export const startProcess = async (plan: ProcessPlan): Promise<StartedProcess> => {
	if (isOver) throw new Error(`${plan.name} is not started: the suite is ending`);
	const log = await fs.open(plan.logFile, 'a');
	// A group of its own: n8n starts task runners, PostgreSQL its writers, and none of them may stay
	// behind.
	const child = spawn(plan.command, plan.args, {
		cwd: plan.cwd,
		env: plan.env,
		stdio: ['ignore', log.fd, log.fd],
		detached: true,
		...plan.user,
	});
	const ended = once(child, 'exit');
	await once(child, 'spawn');
	await log.close();

	const { pid = 0 } = child;
	const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
	const kill = async () => {
		signalGroup(pid, 'SIGKILL');
		await ended;
		running.delete(started);
	};
	const readLog = async () => await fs.readFile(plan.logFile, 'utf8');
	const failure = async (what: string) =>
		new Error(
			`${plan.name} ${what}. The end of its log:\n${(await readLog()).split('\n').slice(-40).join('\n')}`,
		);

	const started: StartedProcess = {
		pid,
		get hasEnded() {
			return hasEnded();
		},
		stop: async (graceMs = 15_000) => {
			if (!hasEnded()) child.kill('SIGTERM');
			await Promise.race([ended, sleep(graceMs)]);
			await kill();
		},
		kill,
		untilReady: async (isReady, timeoutMs) => {
			const deadline = Date.now() + timeoutMs;
			while (!(await isReady())) {
				if (hasEnded()) throw await failure(`ended with ${child.exitCode ?? child.signalCode}`);
				if (Date.now() > deadline) throw await failure(`was not ready after ${timeoutMs / 1000} s`);
				await sleep(100);
			}
		},
		untilEnded: async () => {
			await ended;
			running.delete(started);
			if (child.exitCode !== 0)
				throw await failure(`ended with ${child.exitCode ?? child.signalCode}`);
		},
		log: readLog,
	};
	running.add(started);
	return started;
};
