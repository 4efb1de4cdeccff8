import { json, type Answer } from '../answer';
import type { Endpoint, Request } from '../exchange';
import type { JournalEntry } from '../journal';
import { readJson } from '../readJson';
import type { ComflowyRoute } from './comflowyOptions';
import { type ComflowyRun, type ComflowyWorkflow, isOver } from './comflowyRun';
import type { ComflowyService } from './comflowyService';
import { moveOn, refuse } from './service';
import { showRun } from './showRun';

export const comflowyApiKey = 'cf-sim-key-for-tests-only';

interface StartBody {
	workflow_id?: string;
	params?: Record<string, unknown>;
	callback_urls?: Record<string, string>;
}

function token(service: ComflowyService, { entry }: Request): Answer {
	return entry.query.ppt === comflowyApiKey
		? json(200, { access_token: service.tokens.issue() })
		: refuse(service, 401, `invalid api key ${entry.query.ppt ?? ''}`);
}

async function start(service: ComflowyService, { entry, message }: Request): Promise<Answer> {
	const body = (entry.json = await readJson(message, entry)) as StartBody | undefined;
	const workflow = service.workflows.find(({ id }) => id === body?.workflow_id);
	if (workflow === undefined) return refuse(service, 404, 'workflow not found');
	const params = body?.params ?? {};
	const strange = Object.keys(params).find((name) => !workflow.params.includes(name));
	if (strange !== undefined) return refuse(service, 400, `unknown param ${strange}`);
	const unfinished = service.runs.filter((other) => !isOver(other));
	if (unfinished.length >= (service.options.runsAtATime ?? Infinity))
		return refuse(service, 429, 'too many runs at a time');
	const run = createRun(service, workflow, { ...body, params });
	service.runs.push(run);
	entry.runId = run.id;
	schedule(service, run);
	return json(200, { success: true, data: { run_id: run.id } });
}

function createRun(
	{ random }: ComflowyService,
	workflow: ComflowyWorkflow,
	{ params = {}, callback_urls: urls }: StartBody,
): ComflowyRun {
	const namesOf = (node: string, count: number) =>
		Array.from(
			{ length: count },
			(_, i) => `ComfyUI_${node}_${String(i + 1).padStart(5, '0')}_.png`,
		);
	return {
		id: random.uuid(),
		workflowId: workflow.id,
		params,
		resultUrl: urls?.on_result_url,
		progressUrl: urls?.on_progress_event_url,
		state: 'waiting',
		error: workflow.error,
		images: Object.fromEntries(
			Object.entries(workflow.images).map(([node, images]) => [
				node,
				typeof images === 'number' ? namesOf(node, images) : images,
			]),
		),
		startedAt: Date.now(),
	};
}

function schedule(service: ComflowyService, run: ComflowyRun): void {
	const { runMs = 100 } = service.options;
	const workMs = typeof runMs === 'number' ? runMs : runMs(run.params);
	const at = (ms: number, state: ComflowyRun['state']) =>
		service.timers.after(ms, () => void moveOn(service, run, state));
	at(workMs / 4, 'pending');
	at(workMs / 2, 'running');
	at(workMs, run.error === undefined ? 'success' : 'failed');
}

function check(service: ComflowyService, { entry }: Request): Answer {
	const run = service.runs.find(({ id }) => id === entry.query.id);
	if (run) entry.runId = run.id;
	return run
		? json(200, { success: true, data: showRun(run, service) })
		: refuse(service, 404, 'run not found');
}

type Handle = (service: ComflowyService, request: Request) => Answer | Promise<Answer>;

const guarded =
	(handle: Handle): Handle =>
	async (service, request) => {
		const given = /^Bearer (.+)$/.exec(request.entry.headers.authorization ?? '')?.[1];
		return service.tokens.isGood(given)
			? await handle(service, request)
			: json(401, { success: false, error: `invalid token ${given ?? ''}` });
	};

interface Row {
	route: ComflowyRoute;
	method: string;
	path: string;
	query: string[];
	handle: Handle;
}

const rowsOf = ({ options }: ComflowyService): Row[] => [
	{
		route: 'token',
		method: options.tokenMethod ?? 'GET',
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

/** The endpoint of a request to the API; undefined: Comflowy documents none. */
export function findEndpoint(service: ComflowyService, entry: JournalEntry): Endpoint | undefined {
	const row = rowsOf(service).find(
		({ path, query }) =>
			path === entry.path && Object.keys(entry.query).every((name) => query.includes(name)),
	);
	if (row === undefined) return undefined;
	return {
		route: row.route,
		params: {},
		handle: async (request) =>
			row.method === entry.method
				? await row.handle(service, request)
				: json(405, { success: false, error: 'method not allowed' }),
	};
}
