import {
	end,
	hasOutputs,
	type SimEvent,
	type SimRun,
	type SimState,
	type StartForm,
	startRun,
} from './service';

export interface ServiceRequest {
	method: string;
	path: string;
	query: URLSearchParams;
	form?: StartForm;
	by: string;
	attempt: number;
}

/** Writes a body over time; `close` ends it. Returns what stops it. */
export type Feed = (write: (text: string) => void, close: () => void) => () => void;

export interface ServiceAnswer {
	status: number;
	headers?: Record<string, string>;
	body: string | Feed;
}

export const FILES = 'https://files.test';
const stamp = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString());
const ok = (data: unknown, meta: unknown = null): ServiceAnswer => ({
	status: 200,
	body: JSON.stringify({ status: 'success', data, errors: null, meta }),
});
const refusal = (status: number, errors: string): ServiceAnswer => ({
	status,
	body: JSON.stringify({ status: 'error', data: null, errors }),
});
const NOTHING: ServiceAnswer = { status: 204, body: '' };

const linkTo = ({ time }: SimState, run: SimRun, index: number) =>
	`${FILES}/${run.id}/${index}?at=${time.now()}`;

function start(state: SimState, { query, form, by, attempt }: ServiceRequest): ServiceAnswer {
	const { traits, runs } = state;
	const unfinished = runs.filter(
		({ outcome, isForgotten }) => outcome === null && !isForgotten,
	).length;
	if (traits.mostUnfinished > 0 && unfinished >= traits.mostUnfinished)
		return refusal(429, 'Too many runs');
	const run = startRun(state, {
		workflowId: query.get('workflow_id') ?? '',
		groupId: query.get('group_id'),
		form: form ?? { texts: {}, files: {} },
		by,
		attempt,
	});
	const names = traits.hasOutputNames ? { output_names: namesOf(state, run) } : {};
	return ok({ run_id: run.id, workflow_id: run.workflowId, ...names });
}

const namesOf = ({ traits }: SimState, { outputs }: SimRun) =>
	traits.hasOneFileName ? [] : outputs.map(({ name }) => name);

function shownText(text: string, form: SimState['traits']['textForm']): string {
	if (form === 'trimmed') return text.trim();
	return form === 'composed' ? text.normalize('NFC') : text;
}

/** A run as the service shows it; lists learn of its end later than the run itself. */
function shown(state: SimState, run: SimRun, isListed: boolean): Record<string, unknown> {
	const { traits, time } = state;
	const isStale = isListed && run.endListedMs !== null && run.endListedMs > time.now();
	const outcome = isStale ? null : run.outcome;
	const status = outcome ?? (run.startedMs === null ? 'queued' : 'running');
	const isReady = !isStale && hasOutputs(state, run);
	const outputs = isReady
		? run.outputs.map(({ file }, i) => ({
				filename: file,
				s3_key: `${run.id}/${i}/${file}`,
				url: linkTo(state, run, i),
			}))
		: [];
	if (isListed && traits.isSparse) return { _id: run.id, status, outputs };
	const inputs = Object.entries(run.texts).map(([path, value]) => ({
		path,
		value: shownText(value, traits.textForm),
	}));
	const files = Object.keys(run.files).map((path) => ({
		path,
		value: null,
		s3_key: `in/${run.id}/${path}`,
	}));
	return {
		_id: run.id,
		workflow_id: run.workflowId,
		group_id: run.groupId,
		status,
		inputs: [...inputs, ...files],
		output_names: isReady ? namesOf(state, run) : [],
		outputs,
		created_at: stamp(run.createdMs + traits.skewMs),
		started_at: stamp(run.startedMs === null ? null : run.startedMs + traits.skewMs),
		completed_at: isStale ? null : stamp(run.stampMs),
		error: outcome === 'failed' ? 'CUDA out of memory' : null,
	};
}

/** The time that a list is sorted by, as it shows it. */
function sortTime(state: SimState, run: SimRun, field: string): number {
	if (field === 'completed_at') {
		const isStale = run.endListedMs === null || run.endListedMs > state.time.now();
		return isStale ? Number.NEGATIVE_INFINITY : (run.stampMs ?? Number.NEGATIVE_INFINITY);
	}
	if (field === 'started_at') return run.startedMs ?? Number.NEGATIVE_INFINITY;
	return run.createdMs;
}

function list(state: SimState, { query }: ServiceRequest): ServiceAnswer {
	const { runs, traits, time } = state;
	const group = query.get('group_id');
	const field = query.get('sort_by') ?? 'created_at';
	const sortedBy = traits.isUnsorted && field === 'completed_at' ? 'created_at' : field;
	const sign = query.get('sort_order') === 'asc' ? -1 : 1;
	const listed = runs
		.map((run, index) => ({ run, index, atMs: sortTime(state, run, sortedBy) }))
		.filter(
			({ run }) =>
				(group === null || run.groupId === group) && run.listedMs <= time.now() && !run.isForgotten,
		)
		.sort((a, b) => sign * (b.atMs === a.atMs ? b.index - a.index : b.atMs - a.atMs))
		.map(({ run }) => run);
	const page = Number(query.get('page') ?? 1);
	const size = Math.min(Number(query.get('page_size') ?? 10), traits.pageSize);
	const onPage = listed.slice((page - 1) * size, page * size);
	const doubled = traits.isDoubling && onPage.length > 1 ? [onPage[0], ...onPage] : onPage;
	return ok(
		{
			group_id: group,
			count: listed.length,
			runs: doubled.map((run) => shown(state, run, true)),
		},
		{
			page,
			page_size: size,
			total_count: listed.length,
			total_pages: Math.ceil(listed.length / size),
			sort_by: sortedBy,
		},
	);
}

function output(state: SimState, { query }: ServiceRequest): ServiceAnswer {
	const found = state.byOutput.get(query.get('filename') ?? '');
	if (found === undefined || found.run.isForgotten || !hasOutputs(state, found.run)) return NOTHING;
	return ok({
		download_url: linkTo(state, found.run, found.index),
		generation_status: 'success',
	});
}

function cancel(state: SimState, run: SimRun): ServiceAnswer {
	if (run.outcome !== null) return refusal(400, `Run already ${run.outcome}`);
	const { cancelLateMs } = state.traits;
	if (cancelLateMs === 0) end(state, run, 'cancelled');
	else state.time.after(cancelLateMs, () => end(state, run, 'cancelled'));
	return ok('Run cancelled successfully');
}

const LONGEST_STREAM_MS = 120_000;

function events(state: SimState, run: SimRun, query: URLSearchParams): ServiceAnswer {
	const { traits, time, listeners } = state;
	if (traits.events === 'none') return refusal(404, 'Not found');
	const from = Number(query.get('from_seq') ?? 0);
	const feed: Feed = (write, close) => {
		let isOpen = true;
		const stop = () => {
			isOpen = false;
			listeners.get(run.id)?.delete(listen);
		};
		const over = () => {
			if (!isOpen) return;
			stop();
			close();
		};
		const listen = (event: SimEvent) => {
			if (isOpen) write(event.text);
			if (run.outcome !== null && traits.events !== 'endless') over();
		};
		if (traits.events === 'silent') return stop;
		for (const { seq, text } of run.events) if (seq >= from) write(text);
		if (traits.events === 'lying')
			write(`data: ${JSON.stringify({ run_id: run.id, status: 'completed' })}\n\n`);
		if (run.outcome !== null && traits.events !== 'endless') {
			time.after(1, over);
			return stop;
		}
		const known = listeners.get(run.id) ?? new Set();
		listeners.set(run.id, known.add(listen));
		const lengthMs = traits.events === 'short' ? 1_500 : LONGEST_STREAM_MS;
		time.after(lengthMs, over);
		return stop;
	};
	return { status: 200, headers: { 'content-type': 'text/event-stream' }, body: feed };
}

function cluster({ working, waiting }: SimState, what: string): ServiceAnswer {
	if (what === 'workflows')
		return ok([{ id: 'w1', name: 'Poster', inputs: {}, outputs: ['image'] }]);
	return ok(
		working.map((run, index) =>
			what === 'health'
				? { container: `container #${index + 1}`, status: run === null ? 'idle' : 'running' }
				: {
						container: `container #${index + 1}`,
						queue: {
							queue_running: run === null ? [] : [[0, run.id]],
							queue_pending: waiting
								.filter((_, place) => place % working.length === index)
								.map(({ id }, place) => [place + 1, id]),
						},
					},
		),
	);
}

/** What the deployment answers to a request of its API. */
export function answerTo(state: SimState, request: ServiceRequest): ServiceAnswer {
	const { method, path, query } = request;
	const below = path.replace('/api/v1', '');
	if (below === '/runs' && method === 'POST') return start(state, request);
	if (below === '/runs') return list(state, request);
	if (below === '/runs/output') return output(state, request);
	if (below.startsWith('/comfy/')) return cluster(state, below.slice('/comfy/'.length));
	const [, id, action] = /^\/runs\/([^/]+)(?:\/(\w+))?$/.exec(below) ?? [];
	const run = state.byId.get(id);
	if (run === undefined || run.isForgotten) return refusal(404, 'Run not found');
	if (action === 'events') return events(state, run, query);
	return action === 'cancel' ? cancel(state, run) : ok(shown(state, run, false));
}

/** What the host of the files answers to a link. */
export function fileAt(state: SimState, path: string): ServiceAnswer {
	const { time, traits } = state;
	const [, id, index, at] = /^\/([^/]+)\/(\d+)\?at=(\d+)$/.exec(path) ?? [];
	const run = state.byId.get(id);
	const age = time.now() - Number(at);
	if (run === undefined || age > traits.linkExpiryMs) return { status: 403, body: 'expired' };
	const sinceMs = time.now() - (run.endedMs ?? time.now()) - traits.outputsLateMs;
	if (sinceMs < traits.linkLateMs || Number(index) === traits.goneOutput)
		return { status: 404, body: 'not here' };
	const { content, mimeType } = run.outputs[Number(index)];
	return { status: 200, headers: { 'content-type': mimeType }, body: content };
}
