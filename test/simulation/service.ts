import type { VirtualTime } from './virtualTime';

/** How a simulated deployment behaves. Times in milliseconds. */
export interface ServiceTraits {
	/** Its clock against ours. */
	skewMs: number;
	containers: number;
	/** A new run is listed this much later. */
	listLagMs: number;
	/** Listings hold this many runs a page, whatever is asked for. */
	pageSize: number;
	/** Runs in listings are as sparse as in the vendor's readme: id, status and outputs. */
	isSparse: boolean;
	/** Outputs are listed this much after the run is said to be completed. */
	outputsLateMs: number;
	/** A fresh link answers 404 for this long. */
	linkLateMs: number;
	/** Links are refused after this time. */
	linkExpiryMs: number;
	/** Starts beyond this many unfinished runs are answered 429; 0: no limit. */
	mostUnfinished: number;
	/** Its answer to a start has the run's names (the older dialect). */
	hasOutputNames: boolean;
}

export interface SimRun {
	id: string;
	workflowId: string;
	groupId: string | null;
	texts: Record<string, string>;
	/** Of each file parameter: the bytes as text. */
	files: Record<string, string>;
	createdMs: number;
	startedMs: number | null;
	endedMs: number | null;
	outcome: 'completed' | 'failed' | 'cancelled' | null;
	outputs: Array<{ name: string; file: string; content: string; mimeType: string }>;
	/** Who sent the start: n8n's execution, or somebody else. */
	by: string;
}

export interface ServiceRequest {
	method: string;
	path: string;
	query: URLSearchParams;
	form?: { texts: Record<string, string>; files: Record<string, string> };
	by: string;
}
export interface ServiceAnswer {
	status: number;
	headers?: Record<string, string>;
	body: string;
}

export interface SimService {
	runs: SimRun[];
	traits: ServiceTraits;
	handle(request: ServiceRequest): ServiceAnswer;
	/** A file by its link's path. */
	file(path: string): ServiceAnswer;
}

export const FILES = 'https://files.test';
const iso = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString());
const ok = (data: unknown, meta: unknown = null): ServiceAnswer => ({
	status: 200,
	body: JSON.stringify({ status: 'success', data, errors: null, meta }),
});
const refusal = (status: number, errors: string): ServiceAnswer => ({
	status,
	body: JSON.stringify({ status: 'error', data: null, errors }),
});

/** What a run makes is made from its own inputs, so that a swapped result shows. */
const contentOf = ({ id, texts, files }: SimRun, output: number) =>
	`${output} of ${id}: ${JSON.stringify([texts, files])}`;

/** @param duration of a run's work, in ms, and whether it fails; asked once for each run */
export function createService(
	time: VirtualTime,
	traits: ServiceTraits,
	plan: (texts: Record<string, string>) => { workMs: number; isFailing: boolean; outputs: number },
): SimService {
	const runs: SimRun[] = [];
	const waiting: Array<() => void> = [];
	let busy = 0;
	const clock = () => time.now() + traits.skewMs;

	const release = () => {
		busy--;
		waiting.shift()?.();
	};
	const work = (run: SimRun, workMs: number, isFailing: boolean) => {
		if (run.outcome !== null) return waiting.shift()?.();
		busy++;
		run.startedMs = clock();
		time.after(workMs, () => {
			if (run.outcome === null) {
				run.outcome = isFailing ? 'failed' : 'completed';
				run.endedMs = clock();
			}
			release();
		});
	};
	const start = ({ query, form, by }: ServiceRequest): ServiceAnswer => {
		const unfinished = runs.filter(({ outcome }) => outcome === null).length;
		if (traits.mostUnfinished > 0 && unfinished >= traits.mostUnfinished)
			return refusal(429, 'Too many runs');
		const texts = form?.texts ?? {};
		const { workMs, isFailing, outputs } = plan(texts);
		const run: SimRun = {
			id: `run-${String(runs.length).padStart(6, '0')}`,
			workflowId: query.get('workflow_id') ?? '',
			groupId: query.get('group_id'),
			texts,
			files: form?.files ?? {},
			createdMs: clock(),
			startedMs: null,
			endedMs: null,
			outcome: null,
			outputs: [],
			by,
		};
		run.outputs = Array.from({ length: outputs }, (_, i) => ({
			name: `out_${i}_${run.id}`,
			file: `out_${i}_${run.id}.png`,
			content: contentOf(run, i),
			mimeType: 'image/png',
		}));
		runs.push(run);
		const begin = () => work(run, workMs, isFailing);
		if (busy < traits.containers) begin();
		else waiting.push(begin);
		const names = traits.hasOutputNames
			? { output_names: run.outputs.map(({ name }) => name) }
			: {};
		return ok({ run_id: run.id, workflow_id: run.workflowId, ...names });
	};

	const hasOutputs = ({ outcome, endedMs }: SimRun) =>
		outcome === 'completed' && endedMs !== null && clock() - endedMs >= traits.outputsLateMs;
	const linkTo = (run: SimRun, index: number) => `${FILES}/${run.id}/${index}?at=${time.now()}`;
	const shown = (run: SimRun, isListed: boolean) => {
		const status = run.outcome ?? (run.startedMs === null ? 'queued' : 'running');
		const outputs = hasOutputs(run)
			? run.outputs.map(({ file }, i) => ({
					filename: file,
					s3_key: `${run.id}/${file}`,
					url: linkTo(run, i),
				}))
			: [];
		if (isListed && traits.isSparse) return { _id: run.id, status, outputs };
		const inputs = Object.entries(run.texts).map(([path, value]) => ({ path, value }));
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
			output_names: hasOutputs(run) ? run.outputs.map(({ name }) => name) : [],
			outputs,
			created_at: iso(run.createdMs),
			started_at: iso(run.startedMs),
			completed_at: iso(run.endedMs),
		};
	};
	const list = ({ query }: ServiceRequest): ServiceAnswer => {
		const group = query.get('group_id');
		const listed = runs
			.filter(
				({ groupId, createdMs }) =>
					(group === null || groupId === group) && clock() - createdMs >= traits.listLagMs,
			)
			.reverse();
		const page = Number(query.get('page') ?? 1);
		const size = Math.min(Number(query.get('page_size') ?? 10), traits.pageSize);
		return ok(
			{
				group_id: group,
				count: listed.length,
				runs: listed.slice((page - 1) * size, page * size).map((run) => shown(run, true)),
			},
			{
				page,
				page_size: size,
				total_count: listed.length,
				total_pages: Math.ceil(listed.length / size),
			},
		);
	};
	const output = ({ query }: ServiceRequest): ServiceAnswer => {
		const wanted = query.get('filename');
		for (const run of runs)
			for (const [i, { name, file }] of run.outputs.entries())
				if (wanted === name || wanted === file)
					return hasOutputs(run)
						? ok({ download_url: linkTo(run, i), generation_status: 'success' })
						: { status: 204, body: '' };
		return { status: 204, body: '' };
	};
	const cancel = (run: SimRun): ServiceAnswer => {
		if (run.outcome !== null) return refusal(400, `Run already ${run.outcome}`);
		run.outcome = 'cancelled';
		run.endedMs = clock();
		return ok('Run cancelled successfully');
	};

	return {
		runs,
		traits,
		handle: (request) => {
			const { method, path } = request;
			if (path === '/api/v1/runs' && method === 'POST') return start(request);
			if (path === '/api/v1/runs') return list(request);
			if (path === '/api/v1/runs/output') return output(request);
			if (path === '/api/v1/comfy/queue') return ok([]);
			const [, id, action] = /^\/api\/v1\/runs\/([^/]+)(?:\/(\w+))?$/.exec(path) ?? [];
			const run = runs.find((candidate) => candidate.id === id);
			if (run === undefined || action === 'events') return refusal(404, 'Not found');
			return action === 'cancel' ? cancel(run) : ok(shown(run, false));
		},
		file: (path) => {
			const [, id, index, at] = /^\/([^/]+)\/(\d+)\?at=(\d+)$/.exec(path) ?? [];
			const run = runs.find((candidate) => candidate.id === id);
			const age = time.now() - Number(at);
			const since = clock() - (run?.endedMs ?? clock()) - traits.outputsLateMs;
			if (run === undefined || age > traits.linkExpiryMs) return { status: 403, body: 'expired' };
			if (since < traits.linkLateMs) return { status: 404, body: 'not here' };
			const { content, mimeType } = run.outputs[Number(index)];
			return { status: 200, headers: { 'content-type': mimeType }, body: content };
		},
	};
}
