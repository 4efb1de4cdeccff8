import { json, type Answer } from '../answer';
import { createExchange, type Endpoint, type Request } from '../exchange';
import { createFaults } from '../faults';
import type { JournalEntry } from '../journal';
import { picture } from '../media/picture';
import { createRandom } from '../random';
import { readJson } from '../readJson';
import { openServer } from '../restartableServer';
import { createTimers } from '../timers';
import { createCallbacks } from './callbacks';
import type { Comflowy, ComflowyOptions, ComflowyRoute } from './comflowyOptions';
import {
	comflowyWorkflows,
	isOver,
	type ComflowyRun,
	type ComflowyState,
	type ComflowyWorkflow,
} from './comflowyRun';
import { resultOf, showRun } from './showRun';
import { createTokens } from './tokens';

export type { Comflowy, ComflowyOptions, ComflowyRoute } from './comflowyOptions';

export const comflowyApiKey = 'cf-sim-key-for-tests-only';

/** Starts a stand-in for Comflowy on real sockets: token exchange, runs, callbacks, and a download host that wants no token. */
export async function startComflowy(options: ComflowyOptions = {}): Promise<Comflowy> {
	const {
		runMs = 100,
		tokenLifetimeMs = 3_600_000,
		latencyMs = 0,
		workflows = Object.values(comflowyWorkflows) as ComflowyWorkflow[],
		refusals = 'status',
		tokenMethod = 'GET',
	} = options;
	const timers = createTimers();
	const random = createRandom(options.seed ?? 1);
	const journal: JournalEntry[] = [];
	const unknown: string[] = [];
	const faults = createFaults<ComflowyRoute>();
	const tokens = createTokens(tokenLifetimeMs);
	const callbacks = createCallbacks();
	const runs: ComflowyRun[] = [];
	const refuse = (status: number, error: string): Answer =>
		json(refusals === 'body' && status !== 401 ? 200 : status, { success: false, error });

	const moveOn = async (run: ComflowyRun, state: ComflowyState) => {
		if (isOver(run)) return;
		run.state = state;
		if (isOver(run)) {
			if (run.resultUrl !== undefined)
				await callbacks.send(run.resultUrl, resultOf(run, openFiles.origin));
		} else if (run.progressUrl !== undefined)
			await callbacks.send(run.progressUrl, {
				type: state,
				payload: { node: '3', value: 5, max: 20 },
			});
	};

	const token = ({ entry }: Request): Answer =>
		entry.query.ppt === comflowyApiKey
			? json(200, { access_token: tokens.issue() })
			: refuse(401, `invalid api key ${entry.query.ppt ?? ''}`);

	const start = async ({ entry, message }: Request): Promise<Answer> => {
		const body = (entry.json = await readJson(message)) as
			| {
					workflow_id?: string;
					params?: Record<string, unknown>;
					callback_urls?: Record<string, string>;
			  }
			| undefined;
		const workflow = workflows.find(({ id }) => id === body?.workflow_id);
		if (workflow === undefined) return refuse(404, 'workflow not found');
		const strange = Object.keys(body?.params ?? {}).find((name) => !workflow.params.includes(name));
		if (strange !== undefined) return refuse(400, `unknown param ${strange}`);
		const run: ComflowyRun = {
			id: random.uuid(),
			workflowId: workflow.id,
			params: body?.params ?? {},
			resultUrl: body?.callback_urls?.on_result_url,
			progressUrl: body?.callback_urls?.on_progress_event_url,
			state: 'waiting',
			error: workflow.error,
			images: Object.fromEntries(
				Object.entries(workflow.images).map(([node, count]) => [
					node,
					Array.from(
						{ length: count },
						(_, i) => `ComfyUI_${node}_${String(i + 1).padStart(5, '0')}_.png`,
					),
				]),
			),
			startedAt: Date.now(),
		};
		runs.push(run);
		entry.runId = run.id;
		const workMs = typeof runMs === 'number' ? runMs : runMs(run.params);
		timers.after(workMs / 4, () => void moveOn(run, 'pending'));
		timers.after(workMs / 2, () => void moveOn(run, 'running'));
		timers.after(
			workMs,
			() => void moveOn(run, workflow.error === undefined ? 'success' : 'failed'),
		);
		return json(200, { success: true, data: { run_id: run.id } });
	};

	const check = ({ entry }: Request): Answer => {
		const run = runs.find(({ id }) => id === entry.query.id);
		if (run) entry.runId = run.id;
		return run
			? json(200, { success: true, data: showRun(run, openFiles.origin) })
			: refuse(404, 'run not found');
	};

	const guarded =
		(handle: Endpoint['handle']): Endpoint['handle'] =>
		async (request) => {
			const given = /^Bearer (.+)$/.exec(request.entry.headers.authorization ?? '')?.[1];
			return tokens.isGood(given)
				? await handle(request)
				: json(401, { success: false, error: `invalid token ${given ?? ''}` });
		};
	const rows: Array<{
		route: ComflowyRoute;
		method: string;
		path: string;
		query: string[];
		handle: Endpoint['handle'];
	}> = [
		{
			route: 'token',
			method: tokenMethod,
			path: '/api/open/v0/auth/token',
			query: ['ppt'],
			handle: token,
		},
		{ route: 'run', method: 'POST', path: '/api/open/v0/run', query: [], handle: guarded(start) },
		{
			route: 'check',
			method: 'POST',
			path: '/api/open/v0/check',
			query: ['id'],
			handle: guarded(check),
		},
	];
	const find = (entry: JournalEntry): Endpoint | undefined => {
		const row = rows.find(
			({ path, query }) =>
				path === entry.path && Object.keys(entry.query).every((name) => query.includes(name)),
		);
		if (row === undefined) return undefined;
		return {
			route: row.route,
			params: {},
			handle:
				row.method === entry.method
					? row.handle
					: () => json(405, { success: false, error: 'method not allowed' }),
		};
	};
	const download = ({ entry }: Request): Answer => {
		if (entry.headers.authorization !== undefined)
			return { status: 400, body: 'Only one auth mechanism allowed' };
		const [id, name] = entry.path.slice(1).split('/');
		const run = runs.find((candidate) => candidate.id === id);
		const isThere =
			run !== undefined && Object.values(run.images).some((names) => names.includes(name));
		return isThere
			? {
					status: 200,
					headers: { 'content-type': 'image/png' },
					body: picture(`${String(run.params['6::text'] ?? '')} ${name}`),
				}
			: { status: 404, body: 'not found' };
	};

	const shared = { journal, unknown, faults, timers, onAnswer: options.onAnswer };
	const openFiles = await openServer(
		createExchange({
			...shared,
			host: 'files',
			latencyMs: () => 0,
			find: () => ({ route: 'download', params: {}, handle: download }),
		}),
		{ host: '127.0.0.1', port: 0 },
	);
	const openApi = await openServer(
		createExchange({ ...shared, host: 'api', latencyMs: () => latencyMs, find }),
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
			await moveOn(run, state);
		},
		close: async () => {
			timers.clear();
			callbacks.end();
			await Promise.all([openApi.stop(), openFiles.stop()]);
		},
	};
}
