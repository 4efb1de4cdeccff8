import { absoluteLink } from '../../core/files/link';
import { ServiceError } from '../../core/errors';
import type { Answer, Head } from '../../core/http/http';
import { type JsonRecord, recordOf, textAt } from '../../core/json';
import { type KnownRun, type Output, type Run, stateOf } from '../../core/runs/run';
import { type ApiRequest, pathTo, type Transport } from '../../core/http/transport';
import {
	bareOutput,
	type Envelope,
	isReported,
	outputOf,
	readEnvelope,
	readList,
	readOne,
	readRun,
} from './readers';
import { rememberInputs } from './knownInputs';
import { readWorkflows } from './workflows';

/** Sorting and paging of the run list; deployments without paging ignore all four. */
export interface ListQuery {
	groupId?: string;
	sortBy?: 'created_at' | 'started_at' | 'completed_at';
	sortOrder?: 'asc' | 'desc';
	page?: number;
	pageSize?: number;
}

/** The list of a group's runs, or of all, the newest first. */
export const newestFirst = (groupId?: string) =>
	({ groupId, sortBy: 'created_at', sortOrder: 'desc' }) satisfies ListQuery;

export interface RunPage {
	runs: Array<{ run: Run; raw: JsonRecord }>;
	/** Pages in all; undefined where the deployment does not page. */
	pages: number | undefined;
	/** Field that the deployment says it sorted by; undefined where it does not say. */
	sortedBy: string | undefined;
	/** Runs in all, over all pages; undefined where the deployment does not say. */
	total?: number;
	/** The service's own word on the page, its order and the totals. */
	meta?: JsonRecord;
	/** False for an answer without any list of runs. */
	isList: boolean;
	/** The service does not know the page (404), as frameworks say of one after the last. */
	isPageUnknown?: boolean;
	/** Length of the answer. */
	chars?: number;
}

export type OutputAnswer =
	| { kind: 'ready'; output: Output }
	| { kind: 'notYet' }
	| { kind: 'timedOut' }
	| { kind: 'failed' };

/** For the user, where the service accepted a cancel without a text. */
export const CANCEL_REQUESTED = 'Cancel requested';

const isSuccess = (status: number) => status >= 200 && status < 300;

/** Extra request settings (tries, isDetached) go through every call. */
type Extra = Partial<ApiRequest>;

/**
 * Flowscale's paths and answers (vendor's OpenAPI, both SDKs, live Swagger page); the only file
 * that knows the paths. Every call throws ServiceError or ExecutionCancelledError.
 */
export function createApi(transport: Transport) {
	const answers = createAnswerReader(transport);
	return {
		...clusterCalls(transport, answers),
		...listCalls(transport, answers),
		...runCalls(transport, answers),
		...outputCalls(transport, answers),
		...startCalls(transport),
		reportsStart: answers.reportsStart,
		refusal: (head: Head & { text?: string }) => transport.failureOf(head) satisfies ServiceError,
	};
}

export type FlowscaleApi = ReturnType<typeof createApi>;

type AnswerReader = ReturnType<typeof createAnswerReader>;

function createAnswerReader(transport: Transport) {
	const envelopeOf = (answer: Answer): Envelope => {
		if (!isSuccess(answer.status)) throw transport.failureOf(answer);
		return readEnvelope(transport.jsonOf(answer));
	};
	const linked = (output: Output): Output =>
		output.download_url === undefined
			? output
			: { ...output, download_url: absoluteLink(output.download_url, transport.root) };
	let reportsStart = false;
	return {
		/** Whether a run was read that has a field for the time of its start, empty or not. */
		reportsStart: () => reportsStart,
		envelopeOf,
		/**
		 * The envelope of an answer that reports something. An answer that reports nothing is retried.
		 * If it counted as "none", a run could be started twice, or a branch of the workflow never
		 * taken.
		 */
		reportedBy: (answer: Answer): Envelope => {
			const envelope = envelopeOf(answer);
			if (isReported(envelope)) return envelope;
			const { message } = transport.failureOf(answer);
			throw new ServiceError(answer.text.trim() === '' ? `${message} with nothing` : message, {
				isRetryable: true,
			});
		},
		/** Links may be given as paths on the deployment itself. */
		linked,
		runIn: (raw: JsonRecord, known: Partial<Run>, errorText?: string): Run => {
			reportsStart ||= 'started_at' in raw || 'startedAt' in raw;
			const run = readRun(raw, known, errorText);
			return { ...run, outputs: run.outputs.map(linked) };
		},
	};
}

function clusterCalls(transport: Transport, { reportedBy }: AnswerReader) {
	const list = async (path: string) =>
		readList((await transport.read({ path }, reportedBy)).data, 'containers') ?? [];
	return {
		health: async () => await list('/comfy/health'),
		queue: async () => await list('/comfy/queue'),

		/**
		 * Deployed workflows; undefined where the deployment has no such endpoint (it is missing in the
		 * OpenAPI file).
		 */
		workflows: async (extra: Extra = {}) =>
			await transport.read({ path: '/comfy/workflows', ...extra }, (answer) => {
				if ([404, 405, 501].includes(answer.status)) return undefined;
				const listed = readWorkflows(reportedBy(answer).data);
				rememberInputs(transport.root, listed);
				return listed;
			}),
	};
}

function listCalls(transport: Transport, { reportedBy, runIn }: AnswerReader) {
	return {
		/** One page of the list of runs; a deployment that does not page gives all of them. */
		runs: async (query: ListQuery, extra: Extra = {}): Promise<RunPage> => {
			const request = { path: '/runs', query: wireQuery(query), ...extra };
			const isLater = Number(query.page) > 1;
			let unknown = 0;
			// A second 404 must be able to confirm the first one.
			const tries = isLater && extra.tries === 1 ? { tries: 2 } : {};
			return await transport.read({ ...request, ...tries }, (answer) => {
				// Some frameworks answer 404 for a page after the last one. A gateway's 404 looks the same.
				const isPageUnknown = answer.status === 404 && isLater;
				if (isPageUnknown && ++unknown < 2) throw asRetryable(transport.failureOf(answer));
				const envelope = isPageUnknown ? readEnvelope({ data: [] }) : reportedBy(answer);
				const page = pageOf(envelope, query.groupId, runIn);
				return { ...page, isPageUnknown, chars: answer.text.length };
			});
		},
	};
}

function runCalls(transport: Transport, { reportedBy, runIn }: AnswerReader) {
	return {
		/** One run, with the service's own object; null while the service does not know it (404). */
		run: async (runId: string, known: Partial<Run> = {}, extra: Extra = {}) =>
			await transport.read({ path: `/runs${pathTo(runId)}`, ...extra }, (answer) => {
				if (answer.status === 404) return null;
				const { data, errorText } = reportedBy(answer);
				const raw = readOne(data);
				if (raw === undefined) return null;
				// The OpenAPI's detail carries no id; it is the one that was asked for.
				return { run: { ...runIn(raw, known, errorText), run_id: runId } satisfies KnownRun, raw };
			}),

		/**
		 * Asks for a run's end; the text is the service's, its behaviour for finished runs is not
		 * documented. An empty answer gives an empty text.
		 */
		cancel: async (runId: string, extra: Extra = {}) =>
			await transport.read(
				{ method: 'POST', path: `/runs${pathTo(runId)}/cancel`, ...extra },
				(answer) => {
					if (!isSuccess(answer.status)) throw transport.failureOf(answer);
					if (answer.text.trim() === '') return '';
					const { status, data } = readEnvelope(transport.jsonOf(answer));
					if (status === 'error' || status === 'failed') throw transport.failureOf(answer);
					return typeof data === 'string'
						? data
						: (textAt(recordOf(data), 'message') ?? CANCEL_REQUESTED);
				},
			),

		eventsRequest: (runId: string, after: string | undefined): ApiRequest => ({
			path: `/runs${pathTo(runId)}/events`,
			query: { from_seq: after },
			headers: {
				Accept: 'text/event-stream',
				...(after === undefined ? {} : { 'Last-Event-ID': after }),
			},
		}),
	};
}

const asRetryable = ({ message, facts }: ServiceError) =>
	new ServiceError(message, { ...facts, isRetryable: true });

const wireQuery = ({ groupId, sortBy, sortOrder, page, pageSize }: ListQuery) => ({
	group_id: groupId,
	sort_by: sortBy,
	sort_order: sortOrder,
	page,
	page_size: pageSize,
});

function pageOf(
	{ data, meta }: Envelope,
	groupId: string | undefined,
	runIn: AnswerReader['runIn'],
): RunPage {
	const entries = readList(data, 'runs') ?? emptyList(data, meta);
	const total = countAt(meta, 'total_count');
	const known = { group_id: textAt(recordOf(data), 'group_id') ?? groupId ?? null };
	return {
		runs: (entries ?? []).flatMap((entry) => {
			const raw = recordOf(entry);
			return raw === undefined ? [] : [{ run: runIn(raw, known), raw }];
		}),
		pages:
			countAt(meta, 'total_pages') ??
			pagesFor(total, countAt(meta, 'page_size') ?? entries?.length),
		total,
		meta,
		sortedBy: textAt(meta, 'sort_by'),
		isList: entries !== undefined,
	};
}

/**
 * A missing list (`data: null`, `runs: null`, or no list beside `count: 0`) counts as an empty one,
 * unless a count reports runs that are not shown.
 */
function emptyList(data: unknown, meta: JsonRecord | undefined): [] | undefined {
	const record = recordOf(data);
	const counts = [textAt(record, 'count', 'total', 'total_count'), textAt(meta, 'total_count')];
	if (counts.some((count) => Number(count) > 0)) return undefined;
	const isNothing =
		data === null ||
		(record !== undefined && Object.hasOwn(record, 'runs') && record.runs === null) ||
		counts.some((count) => Number(count) === 0);
	return isNothing ? [] : undefined;
}

function outputCalls(transport: Transport, { envelopeOf, linked }: AnswerReader) {
	return {
		/**
		 * An output by its name, with or without extension. It is ready, absent so far or unknown under
		 * this name (204, 4xx, 504, empty), failed, or its run has timed out (408).
		 */
		output: async (filename: string, extra: Extra = {}): Promise<OutputAnswer> =>
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
					// Some deployments put the value itself, or its link, where its record is due.
					const record = readOne(data) ?? (isSaid(status) ? bareOutput(data) : undefined);
					return outputAnswerOf(status, linked(outputOf(filename, record)));
				},
			),
	};
}

const isSaid = (status: string | undefined) => stateOf(status ?? '') === 'succeeded';

function outputAnswerOf(status: string | undefined, output: Output): OutputAnswer {
	// An empty text may be the output itself or a placeholder for one to come, so the status of the
	// output counts as well.
	const states = [status, output.file_content === '' ? output.generation_status : undefined].map(
		(word) => stateOf(word ?? ''),
	);
	if (states.includes('failed')) return { kind: 'failed' };
	const isThere = output.download_url !== undefined || output.file_content !== undefined;
	return isThere && !states.some((state) => state === 'queued' || state === 'running')
		? { kind: 'ready', output }
		: { kind: 'notYet' };
}

function startCalls(transport: Transport) {
	return {
		/**
		 * The request that starts a run. Only the starter sends it, which knows when it may be
		 * repeated.
		 */
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
		/**
		 * The run that a 2xx of a start reports: an object or a list of one, today with `workflow_id`,
		 * formerly with `output_names`.
		 */
		readStart: (answer: Answer, known: Partial<Run>): Run => {
			const raw = readOne(readEnvelope(transport.jsonOf(answer)).data);
			const run = readRun(raw ?? {}, known);
			return { ...run, status: 'queued', state: 'queued' };
		},
	};
}

const pagesFor = (total?: number, size?: number) =>
	total && size ? Math.ceil(total / size) : undefined;

/** A number above zero; `null` and an empty text report nothing. */
function countAt(meta: JsonRecord | undefined, key: string): number | undefined {
	const count = Number(textAt(meta, key));
	return count > 0 ? count : undefined;
}
