import { absoluteLink } from '../../core/files/link';
import { ServiceError } from '../../core/errors';
import type { Answer, Head } from '../../core/http/http';
import { type JsonRecord, recordOf, textAt } from '../../core/json';
import { type KnownRun, type Output, type Run, stateOf } from '../../core/runs/run';
import { type ApiRequest, pathTo, type Transport } from '../../core/http/transport';
import {
	type Envelope,
	isTold,
	outputOf,
	readEnvelope,
	readList,
	readOne,
	readRun,
} from './readers';
import { readWorkflows } from './workflows';

/** Sorting and paging of the run list; deployments without paging ignore all four. */
export interface ListQuery {
	groupId?: string;
	sortBy?: 'created_at' | 'started_at' | 'completed_at';
	sortOrder?: 'asc' | 'desc';
	page?: number;
	pageSize?: number;
}

export interface RunPage {
	runs: Array<{ run: Run; raw: JsonRecord }>;
	/** Pages in all; undefined where the deployment does not page. */
	pages: number | undefined;
	/** Field that the deployment says it sorted by; undefined where it does not tell. */
	sortedBy: string | undefined;
	/** False for an empty answer, which says nothing about runs. */
	isList: boolean;
}

export type OutputAnswer =
	| { kind: 'ready'; output: Output }
	| { kind: 'notYet' }
	| { kind: 'timedOut' }
	| { kind: 'failed' };

const isSuccess = (status: number) => status >= 200 && status < 300;

/**
 * Flowscale's paths and answers (vendor's OpenAPI, both SDKs, live Swagger page); the only file that knows the paths.
 * Every call throws ServiceError or Stopped. Extra request settings (tries, detached) go through.
 */
export function createApi(transport: Transport) {
	const envelopeOf = (answer: Answer): Envelope => {
		if (!isSuccess(answer.status)) throw transport.failureOf(answer);
		return readEnvelope(transport.jsonOf(answer));
	};
	/** An answer that tells nothing is "not yet": taken for "none", a run would be started twice, or a branch never taken. */
	const toldBy = (answer: Answer): Envelope => {
		const envelope = envelopeOf(answer);
		if (isTold(envelope)) return envelope;
		const { message } = transport.failureOf(answer);
		throw new ServiceError(answer.text.trim() === '' ? `${message} with nothing` : message, {
			isRetryable: true,
		});
	};
	const linked = (output: Output): Output =>
		output.download_url === undefined
			? output
			: { ...output, download_url: absoluteLink(output.download_url, transport.root) };
	const runIn = (raw: JsonRecord, known: Partial<Run>, errorText?: string): Run => {
		const run = readRun(raw, known, errorText);
		return { ...run, outputs: run.outputs.map(linked) };
	};
	const get = async (path: string, query?: ApiRequest['query'], extra: Partial<ApiRequest> = {}) =>
		await transport.read({ path, query, ...extra }, toldBy);

	return {
		health: async () => readList((await get('/comfy/health')).data, 'containers') ?? [],
		queue: async () => readList((await get('/comfy/queue')).data, 'containers') ?? [],

		/** Deployed workflows; undefined where the deployment has no such endpoint (it is missing in the OpenAPI file). */
		workflows: async () =>
			await transport.read({ path: '/comfy/workflows' }, (answer) =>
				[404, 405, 501].includes(answer.status) ? undefined : readWorkflows(toldBy(answer).data),
			),

		/** One run, with the service's own object; null while the service does not know it (404). */
		run: async (runId: string, known: Partial<Run> = {}, extra: Partial<ApiRequest> = {}) =>
			await transport.read({ path: `/runs${pathTo(runId)}`, ...extra }, (answer) => {
				if (answer.status === 404) return null;
				const { data, errorText } = toldBy(answer);
				const raw = readOne(data);
				if (raw === undefined) return null;
				// The OpenAPI's detail carries no id; it is the one that was asked for.
				return { run: { ...runIn(raw, known, errorText), run_id: runId } satisfies KnownRun, raw };
			}),

		runs: async (
			{ groupId, sortBy, sortOrder, page, pageSize }: ListQuery,
			extra: Partial<ApiRequest> = {},
		): Promise<RunPage> => {
			const query = {
				group_id: groupId,
				sort_by: sortBy,
				sort_order: sortOrder,
				page,
				page_size: pageSize,
			};
			// Of a page after the last one some frameworks say 404.
			const { data, meta } = await transport.read({ path: '/runs', query, ...extra }, (answer) =>
				answer.status === 404 && Number(page) > 1 ? readEnvelope({ data: [] }) : toldBy(answer),
			);
			const group = recordOf(data);
			const entries = readList(data, 'runs');
			const known = { group_id: textAt(group, 'group_id') ?? groupId ?? null };
			return {
				runs: (entries ?? []).flatMap((entry) => {
					const raw = recordOf(entry);
					return raw === undefined ? [] : [{ run: runIn(raw, known), raw }];
				}),
				pages:
					countAt(meta, 'total_pages') ??
					pagesFor(countAt(meta, 'total_count'), countAt(meta, 'page_size') ?? entries?.length),
				sortedBy: textAt(meta, 'sort_by'),
				isList: entries !== undefined,
			};
		},

		/** An output by its name, with or without extension: ready, not yet or not under this name (204, 4xx, 504, empty), failed, or 408: timed out. */
		output: async (filename: string, extra: Partial<ApiRequest> = {}): Promise<OutputAnswer> =>
			await transport.read(
				{ path: '/runs/output', query: { filename }, ...extra },
				(answer): OutputAnswer => {
					if (answer.status === 408) return { kind: 'timedOut' };
					if (
						[400, 404, 410, 422, 504].includes(answer.status) ||
						(isSuccess(answer.status) && answer.text.trim() === '')
					)
						return { kind: 'notYet' };
					const { status, data } = envelopeOf(answer);
					const output = linked(outputOf(filename, readOne(data)));
					// An empty text may be an output or hold its place: there the output's own word counts as well.
					const states = [
						status,
						output.file_content === '' ? output.generation_status : undefined,
					].map((word) => stateOf(word ?? ''));
					if (states.includes('failed')) return { kind: 'failed' };
					const isThere = output.download_url !== undefined || output.file_content !== undefined;
					return isThere && !states.some((state) => state === 'queued' || state === 'running')
						? { kind: 'ready', output }
						: { kind: 'notYet' };
				},
			),

		/** Asks for a run's end; the text is the service's, its behaviour for finished runs is not documented. */
		cancel: async (runId: string, extra: Partial<ApiRequest> = {}) =>
			await transport.read(
				{ method: 'POST', path: `/runs${pathTo(runId)}/cancel`, ...extra },
				(answer) => {
					if (!isSuccess(answer.status)) throw transport.failureOf(answer);
					const { status, data } = readEnvelope(transport.jsonOf(answer));
					if (status === 'error' || status === 'failed') throw transport.failureOf(answer);
					return typeof data === 'string'
						? data
						: (textAt(recordOf(data), 'message') ?? 'Cancel requested');
				},
			),

		/** The request that starts a run. It is sent by the one place that knows never to repeat it. */
		startRequest: (
			workflowId: string,
			groupId: string | undefined,
			form: FormData,
		): ApiRequest => ({
			method: 'POST',
			path: '/runs',
			query: { workflow_id: workflowId, group_id: groupId },
			body: form,
		}),
		/** What a start's 2xx tells: object or list of one, now with `workflow_id`, earlier with `output_names`. */
		readStart: (answer: Answer, known: Partial<Run>): Run => {
			const raw = readOne(readEnvelope(transport.jsonOf(answer)).data);
			const run = readRun(raw ?? {}, known);
			return { ...run, status: 'queued', state: 'queued' };
		},
		eventsRequest: (runId: string, after: string | undefined): ApiRequest => ({
			path: `/runs${pathTo(runId)}/events`,
			query: { from_seq: after },
			headers: {
				Accept: 'text/event-stream',
				...(after === undefined ? {} : { 'Last-Event-ID': after }),
			},
		}),
		refusal: (head: Head & { text?: string }) => transport.failureOf(head) satisfies ServiceError,
	};
}

const pagesFor = (total?: number, size?: number) =>
	total && size ? Math.ceil(total / size) : undefined;

/** A number above zero; `null` and an empty text tell nothing. */
function countAt(meta: JsonRecord | undefined, key: string): number | undefined {
	const count = Number(textAt(meta, key));
	return count > 0 ? count : undefined;
}

export type FlowscaleApi = ReturnType<typeof createApi>;
