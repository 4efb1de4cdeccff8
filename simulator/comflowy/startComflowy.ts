import { createExchange } from '../exchange';
import { openServer } from '../restartableServer';
import type { Comflowy, ComflowyOptions } from './comflowyOptions';
import { download } from './download';
import { comflowyApiKey, findEndpoint } from './endpoints';
import { createService, moveOn } from './service';

export type { Comflowy, ComflowyOptions, ComflowyRoute } from './comflowyOptions';

/**
 * Starts a stand-in for Comflowy on real sockets: token exchange, runs, callbacks, and a download
 * host that wants no token.
 */
export async function startComflowy(options: ComflowyOptions = {}): Promise<Comflowy> {
	const service = createService(options);
	const { journal, unknown, faults, timers, tokens, callbacks, runs } = service;
	const shared = { journal, unknown, faults, timers, onAnswer: options.onAnswer };
	const openFiles = await openServer(
		createExchange({
			...shared,
			host: 'files',
			latencyMs: () => 0,
			find: () => ({
				route: 'download',
				params: {},
				handle: (request) => download(service, request),
			}),
		}),
		{ host: '127.0.0.1', port: 0 },
	);
	service.filesUrl = openFiles.origin;
	const openApi = await openServer(
		createExchange({
			...shared,
			host: 'api',
			latencyMs: () => options.latencyMs ?? 0,
			find: (entry) => findEndpoint(service, entry),
		}),
		{ host: '127.0.0.1', port: options.port ?? 0 },
	);

	return {
		baseUrl: openApi.origin,
		apiKey: comflowyApiKey,
		journal,
		runs,
		callbacks: callbacks.sent,
		tokens: tokens.issued,
		unknown,
		fault: faults.add,
		expireTokens: tokens.expire,
		finish: async (id, state = 'success', error) => {
			const run = runs.find((candidate) => candidate.id === id);
			if (run === undefined) throw new Error(`There is no run ${id}`);
			if (error !== undefined) run.error = error;
			await moveOn(service, run, state);
		},
		close: async () => {
			timers.clear();
			callbacks.end();
			await Promise.all([openApi.stop(), openFiles.stop()]);
		},
	};
}
