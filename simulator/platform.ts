/* eslint-disable @n8n/community-nodes/no-restricted-imports, @n8n/community-nodes/no-restricted-globals --
   The one door to Node for the simulator, tests, demo and benchmarks. Nothing in here is ever shipped:
   the rules guard code that runs inside n8n, and `nodes/` may not import from this folder. */
import { readdirSync, readFileSync } from 'node:fs';
import { resolve as resolvePath } from 'node:path';
import {
	clearTimeout as nodeClearTimeout,
	setImmediate as nodeSetImmediate,
	setTimeout as nodeSetTimeout,
} from 'node:timers';

export { execFile, execFileSync, spawn } from 'node:child_process';
export type { ChildProcess } from 'node:child_process';
export { createHash, createHmac } from 'node:crypto';
export type { Hash } from 'node:crypto';
export { once } from 'node:events';
export { createReadStream, createWriteStream } from 'node:fs';
export * as fs from 'node:fs/promises';
export { createServer, request } from 'node:http';
export type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
export { createServer as createTlsServer } from 'node:https';
export { createRequire } from 'node:module';
export { createServer as createSocketServer } from 'node:net';
export type { AddressInfo, Socket } from 'node:net';
export { availableParallelism, cpus, loadavg, setPriority, tmpdir } from 'node:os';
export { basename, dirname, join, resolve } from 'node:path';
export { monitorEventLoopDelay, performance } from 'node:perf_hooks';
export type { IntervalHistogram } from 'node:perf_hooks';
export { Duplex, Readable } from 'node:stream';
export { pipeline } from 'node:stream/promises';
export { parseArgs } from 'node:util';
export { compileFunction, Script } from 'node:vm';
export { crc32, deflateSync, gunzipSync, gzipSync, inflateSync } from 'node:zlib';

export type TimerHandle = ReturnType<typeof nodeSetTimeout>;

// Imported from node:timers rather than read off the global object: a test that fakes the clock
// of the code under test must not freeze the service it talks to.
export const startTimer = (ms: number, act: () => void): TimerHandle => nodeSetTimeout(act, ms);
export const stopTimer = (handle: TimerHandle): void => nodeClearTimeout(handle);

/** Resolves once everything that is ready now has run. */
export const nextTurn = async (): Promise<void> =>
	await new Promise((resolve) => {
		nodeSetImmediate(resolve);
	});

/** Resolves after `ms` milliseconds of real time. */
export const sleep = async (ms: number): Promise<void> =>
	await new Promise((resolve) => {
		nodeSetTimeout(resolve, ms);
	});

/** What every file sees without importing it: timers, `Date`. */
export const globalObject: object = globalThis;

/** The top folder of the project. */
export const projectDir = resolvePath(__dirname, '..');

/**
 * Names of a folder's entries, sorted, at once: Jest wants the names of its tests before anything
 * is awaited.
 */
export const listFolder = (folder: string): string[] => readdirSync(folder).sort();

/** A text file of the project, at once. */
export const readFileNow = (path: string): string =>
	readFileSync(resolvePath(projectDir, path), 'utf8');

export const argv: readonly string[] = process.argv.slice(2);
export const env = process.env;
export const pid = process.pid;
export const execPath = process.execPath;
export const stdout = process.stdout;
export const stderr = process.stderr;
export const exit = (code: number): never => process.exit(code);
export const memoryUsage = () => process.memoryUsage();
/** Resident bytes of this process, the quick way. */
export const residentBytes = () => process.memoryUsage.rss();
/** CPU time of this process so far, user and system, in microseconds. */
export const cpuUsage = () => process.cpuUsage();
export const nodeVersion = process.version;
/** Collects garbage now, where Node was started with --expose-gc. */
export const collectGarbage = (): void => void globalThis.gc?.();
/** Kinds of what keeps this process alive: `TCPSocketWrap`, `Timeout` … */
export const activeResources = (): string[] => process.getActiveResourcesInfo();

/** Calls `act` once at SIGINT or SIGTERM. */
export const onStopSignal = (act: () => void): void => {
	process.once('SIGINT', act);
	process.once('SIGTERM', act);
};

const endings = new Set<() => void>();

/** Calls `act` as this process ends, however it is ended. */
export const onExit = (act: () => void): void => {
	if (endings.size === 0) {
		process.once('exit', () => endings.forEach((end) => end()));
		onStopSignal(() => process.exit(130));
	}
	endings.add(act);
};

/** Calls `act` for each unhandled rejection; returns a function that stops this. */
export const onUnhandledRejection = (act: (reason: unknown) => void): (() => void) => {
	process.on('unhandledRejection', act);
	return () => void process.off('unhandledRejection', act);
};
