/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals, @n8n/community-nodes/require-node-api-error --
   Where the suite meets the operating system. Nothing in here is ever shipped. */
import { homedir } from 'node:os';
import { join } from 'node:path';
import { env } from '../../simulator/platform';

export * from '../../simulator/platform';

export const runningNode = { binary: process.execPath, abi: process.versions.modules };
export const machine = `${process.platform}-${process.arch}`;
export const isRoot = process.getuid?.() === 0;

export const suiteFolder = __dirname;
export const repository = join(suiteFolder, '../..');

/** Outside the clone, so that gigabytes of n8n are installed once per machine. */
export const cacheFolder = join(
	env.XDG_CACHE_HOME ?? join(homedir(), '.cache'),
	'n8n-nodes-flowscale',
);

/** Sends a signal to a process and its children; being gone already is what the caller wanted. */
export const signalGroup = (leader: number, signal: 'SIGTERM' | 'SIGKILL'): void => {
	try {
		process.kill(-leader, signal);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
	}
};

export const isAlive = (id: number): boolean => {
	try {
		return process.kill(id, 0);
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === 'EPERM';
	}
};

export { ok, equal, deepEqual, doesNotMatch, match, rejects } from 'node:assert/strict';
