import type { VirtualTime } from './virtualTime';

/** One current of n8n's process. */
export interface ServerProcess {
	/** Processes are counted from 0: each has variables of its own. */
	number: number;
	isAlive(): boolean;
	/** Resolves when it is killed. */
	died: Promise<'killed'>;
	/** Called when it is killed. */
	onDeath(act: () => void): void;
}

/** n8n's server: it is killed at times, and is there again some seconds later. */
export interface Server {
	/** The process that is there; while there is none, the next one. */
	process(): Promise<ServerProcess>;
}

const RESTART_MS = 8_000;

export function startServer(time: VirtualTime, killsMs: readonly number[]): Server {
	let started = 0;
	const startNext = () => createProcess(started++);
	const { promise: first, kill } = startNext();
	let current = first;
	let end = kill;
	let upAgain: Promise<void> = Promise.resolve();
	for (const atMs of killsMs)
		time.after(atMs, () => {
			if (!current.isAlive()) return;
			end();
			upAgain = time.sleep(RESTART_MS).then(() => {
				time.restartProcess();
				const next = startNext();
				current = next.promise;
				end = next.kill;
			});
		});
	return {
		process: async () => {
			while (!current.isAlive()) await upAgain;
			return current;
		},
	};
}

function createProcess(number: number) {
	const acts = new Set<() => void>();
	let isAlive = true;
	let die: (word: 'killed') => void = () => undefined;
	const died = new Promise<'killed'>((resolve) => (die = resolve));
	const promise: ServerProcess = {
		number,
		isAlive: () => isAlive,
		died,
		onDeath: (act) => void acts.add(act),
	};
	const kill = () => {
		isAlive = false;
		for (const act of acts) act();
		die('killed');
	};
	return { promise, kill };
}
