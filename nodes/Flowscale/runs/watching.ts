import { type Head, isNetworkFailure } from '../../core/http/http';
import { parsedJson } from '../../core/json';
import { type KnownRun, type Run, isFinished, stateOf } from '../../core/runs/run';
import type { ServerEvent } from '../../core/http/eventStream';
import { isRetryableStatus } from '../../core/http/statuses';
import type { ApiRequest } from '../../core/http/transport';
import type { EventMeaning, WatchService } from '../../core/waiting/watchService';
import { type FlowscaleApi, newestFirst } from '../api/api';
import { openPager, orNoList } from '../api/runPages';
import type { Connection } from '../api/connection';

const PAGE_SIZE = 100;
/**
 * Pages of a group that are read besides those which the wanted runs fill. Runs beyond them are
 * polled one by one.
 */
const MOST_OTHER_PAGES = 10;
/**
 * Runs end about in the order in which they were started, so that the last few of a group are its
 * newest. A page of a hundred would be read for them again and again: sixty thousand bytes, of which
 * a single lost segment holds up the whole answer.
 */
const FEW_WANTED = 10;
const SHORT_PAGE: Partial<PageLimits> = { pageSize: 20, mostPages: 1 };
const isKnown = (run: Run): run is KnownRun => run.run_id !== null;

/** Requests are tried once, since the watcher decides when to poll again. */
const ONE_TRY = { tries: 1 };

export function createWatchService({
	api,
	transport,
}: Pick<Connection, 'api' | 'transport'>): WatchService {
	let streamsNotFound = 0;
	const listWanted = createWantedList(api);
	return {
		serviceName: 'Flowscale',
		poll: async (run) => {
			const found = await api.run(run.run_id, run, ONE_TRY);
			return found ? found.run : await runByOutputNames(api, run);
		},
		pollGroup: async (groupId, wanted) => {
			const runs = await listWanted(groupId, wanted);
			const isIncomplete = (run: KnownRun) => wanted.has(run.run_id) && isSparse(run);
			if (!runs?.some(isIncomplete)) return runs;
			return await Promise.all(
				runs.map(async (run) =>
					isIncomplete(run) ? ((await api.run(run.run_id, run, ONE_TRY))?.run ?? run) : run,
				),
			);
		},
		reportsStart: api.reportsStart,
		verify: async (run) => await verifyByOutputs(api, run),
		openEvents: async (runId, after, signal) => {
			const answer = await transport.openOnce({
				...api.eventsRequest(runId, after),
				signal,
				idleMs: 0,
			});
			if (isNetworkFailure(answer)) throw transport.networkError(answer);
			if (isEventStream(answer)) return answer.stream;
			answer.stream.destroy();
			// A moment after its start the run itself may not be known yet, so one 404 says nothing about
			// the path.
			if (answer.status === 404 && ++streamsNotFound <= 1) throw transport.failureOf(answer);
			// Older deployments have no such path; any other answer that is not a stream will not become
			// one.
			if (!isRetryableStatus(answer.status)) return undefined;
			throw transport.failureOf(answer);
		},
		meaningOf,
	};
}

export const isEventStream = ({ status, headers }: Head): boolean =>
	status === 200 && /^text\/event-stream/i.test(headers['content-type'] ?? '');

/**
 * The wanted runs of a group, as `listGroup` gives them: from a short page where few are wanted. A
 * group whose last runs are not its newest gets no short page again.
 */
function createWantedList(api: FlowscaleApi) {
	const groupsWithOlder = new Set<string>();
	return async (groupId: string, wanted: ReadonlySet<string>): Promise<KnownRun[] | undefined> => {
		if (wanted.size <= FEW_WANTED && !groupsWithOlder.has(groupId)) {
			const newest = await listGroup(api, groupId, wanted, ONE_TRY, SHORT_PAGE);
			const found = newest?.filter(({ run_id: id }) => wanted.has(id)).length;
			if (newest === undefined || found === wanted.size) return newest;
			groupsWithOlder.add(groupId);
		}
		return await listGroup(api, groupId, wanted);
	};
}

/**
 * The JS SDK's readme shows list entries of id, status and outputs alone: an ended run is read once
 * more for its times.
 */
function isSparse({ finished, created_at, completed_at }: KnownRun): boolean {
	return finished && created_at === null && completed_at === null;
}

/**
 * The state of a run by its outputs, as all SDKs read it: when all are there it is done, whatever
 * its status says, and a 408 is the only documented sign of a run that timed out at the service
 * (protocols 1.10, 1.12).
 */
async function verifyByOutputs(api: FlowscaleApi, run: KnownRun): Promise<KnownRun> {
	if (run.output_names.length === 0) return run;
	const answers = await Promise.all(
		run.output_names.map(async (name) => await api.output(name, ONE_TRY)),
	);
	if (answers.some(({ kind }) => kind === 'timedOut'))
		return { ...run, state: 'timed_out', finished: true };
	const outputs = answers.flatMap((answer) => (answer.kind === 'ready' ? [answer.output] : []));
	// It ended with an unknown status, such as "partially_completed", so no further outputs will
	// come.
	if (run.finished) return { ...run, outputs };
	return outputs.length === answers.length
		? { ...run, outputs, state: 'succeeded', finished: true }
		: run;
}

/**
 * The first SDKs never read the run: they asked for the outputs that the start had named. null: the
 * service does not know the run yet.
 */
async function runByOutputNames(api: FlowscaleApi, run: KnownRun): Promise<KnownRun | null> {
	if (run.output_names.length === 0) return null;
	const verified = await verifyByOutputs(api, run);
	return verified.finished ? verified : null;
}

interface PageLimits {
	pageSize: number;
	mostPages: number;
}

/**
 * Runs of a group, newest first, page by page until the wanted ones are found.
 * @returns undefined where the list shows no run ids (the vendor's OpenAPI), or the deployment
 *   refuses to list
 */
export async function listGroup(
	api: FlowscaleApi,
	groupId: string,
	wanted?: ReadonlySet<string>,
	extra: Partial<ApiRequest> = ONE_TRY,
	limits: Partial<PageLimits> = {},
): Promise<KnownRun[] | undefined> {
	const { pageSize = PAGE_SIZE } = limits;
	const runs = new Map<string, KnownRun>();
	const pager = openPager(api, newestFirst(groupId), { pageSize }, extra);
	const missing = new Set(wanted);
	const { mostPages = MOST_OTHER_PAGES + Math.ceil(missing.size / pageSize) } = limits;
	for (let pages = 1; pages <= mostPages; pages++) {
		const answer = await pager.next().catch(orNoList);
		if (answer === undefined) return undefined;
		const known = answer.runs.map(({ run }) => run).filter(isKnown);
		if (answer.runs.length > 0 && known.length === 0) return undefined;
		for (const run of known) {
			runs.set(run.run_id, run);
			missing.delete(run.run_id);
		}
		const isComplete = wanted !== undefined && missing.size === 0;
		if (isComplete || answer.isLast) break;
	}
	return [...runs.values()];
}

/** Words with which a stream announces its own end. */
const CLOSING = /^\[?(end|ended|close|closed|done|eof)\]?$/i;

/** Keys whose text may say that a run has ended. */
const STATUS_KEYS = /(status|state|type|event)$/i;

function wordsIn(value: unknown, depth = 4): string[] {
	if (typeof value !== 'object' || value === null || depth === 0) return [];
	return Object.entries(value).flatMap(([key, inner]) =>
		typeof inner === 'string' && STATUS_KEYS.test(key) ? [inner] : wordsIn(inner, depth - 1),
	);
}

/** The status word within an event's name: `runCompleted`, `run.completed`, `execution_success`. */
const lastWord = (word: string) =>
	word
		.replace(/([a-z])([A-Z])/g, '$1_$2')
		.replace(/^(run|workflow|execution|prompt|generation)[_.:\s-]/i, '');

/**
 * Event names and fields are not documented (protocols 1.13), so any status word that ends a run
 * counts, wherever it stands, and so does the stream's announcement of its own end.
 */
export function meaningOf({ event, data }: ServerEvent): EventMeaning {
	const received = parsedJson(data);
	const words = [
		...wordsIn(received),
		event ?? '',
		typeof received === 'object' ? '' : String(received ?? data),
	];
	return words.some((word) => CLOSING.test(word) || isFinished(stateOf(lastWord(word))))
		? 'ended'
		: 'unfinished';
}
