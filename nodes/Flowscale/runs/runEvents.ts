import { pauseBeforeRetry, READ_TRIES } from '../../core/http/retry';
import { type ByteStream, readText } from '../../core/http/byteStream';
import { ExecutionCancelledError, ServiceError } from '../../core/errors';
import { readEvents, type ServerEvent } from '../../core/http/eventStream';
import { isNetworkFailure, type StreamAnswer } from '../../core/http/http';
import { linkSignals, onAbort, timeLimit } from '../../core/async/signals';
import { isRetryableStatus } from '../../core/http/statuses';
import { parsedJson, recordOf, textAt } from '../../core/json';
import { findRun } from './findRun';
import type { Session } from './session';
import { isEventStream, meaningOf } from './watching';

/** An event of a run's stream, as an item holds it. */
export interface RunEvent {
	run_id: string;
	/** A number where the service counts; null where it gives events no id. */
	sequence: number | string | null;
	/** The event's name, or the `type` in its data. */
	type: string;
	/** As the service sent it, JSON read. */
	data: unknown;
}

/**
 * Past events arrive at once, so after this much silence of a run that has not ended there are no
 * more of them.
 */
const QUIET_MS = 2_000;
/** Of the answer's head; the stream itself may be silent for longer. */
const LONGEST_HEAD_MS = 30_000;
/** A stream without even a keep-alive comment for this long is dead. */
const LONGEST_SILENCE_MS = 45_000;
const REFUSAL_PATIENCE_MS = 5_000;
const LONGEST_REFUSAL_BYTES = 100_000;
const RECONNECT_PAUSE_MS = 500;
/** A stream may break before its first new event; after this many in a row there is none. */
const MOST_BARREN_STREAMS = 3;

interface Reading {
	runId: string;
	fromSequence: number;
	/** Until when a run that has not ended is listened to, epoch ms. */
	untilMs: number;
	/** Only what is there is wanted. */
	isSnapshot: boolean;
	events: RunEvent[];
	seen: Set<string>;
	/** Id of the last event that was read whole. */
	last: string | undefined;
	/** An event said that the run has ended. */
	isEnded: boolean;
}

/**
 * The events of a run from a sequence number on: of an ended run all, of another one those that are
 * there, or those that come within `listenMs`. After a break, reading continues after the last
 * event, without gaps or duplicates.
 * @throws ServiceError | ExecutionCancelledError
 */
export async function readRunEvents(
	session: Session,
	runId: string,
	fromSequence: number,
	listenMs: number,
): Promise<RunEvent[]> {
	const { api, clock, stop } = session;
	let { run } = await findRun(api, runId);
	const reading: Reading = {
		runId,
		fromSequence,
		untilMs: clock.now() + listenMs,
		isSnapshot: listenMs === 0,
		events: [],
		seen: new Set(),
		last: undefined,
		isEnded: false,
	};
	for (let barren = 0; ; ) {
		const before = reading.events.length;
		const wasFinished = run.finished;
		const end = await readStream(session, reading, wasFinished);
		barren = reading.events.length === before ? barren + 1 : 0;
		if (!wasFinished) ({ run } = await findRun(api, runId));
		if (reading.isEnded && run.finished) break;
		// Without IDs there is no place to continue from, and all events would come twice.
		if (reading.events.length > 0 && reading.last === undefined) break;
		// Nothing said that the run has ended, but it has, and these streams brought nothing new.
		if (wasFinished && barren >= MOST_BARREN_STREAMS) break;
		if (!run.finished && (end === 'quiet' || clock.now() >= reading.untilMs)) break;
		await clock.pause(RECONNECT_PAUSE_MS, stop);
		if (stop.aborted) throw new ExecutionCancelledError();
	}
	return reading.events;
}

/** Reads one stream to its end, or until there is nothing more to wait for. */
async function readStream(
	session: Session,
	reading: Reading,
	isFinished: boolean,
): Promise<'closed' | 'quiet'> {
	const { clock, stop } = session;
	const over = linkSignals(stop);
	const stream = await openStream(session, reading, over.signal);
	if (stream === undefined) {
		over.release();
		return 'closed';
	}
	let heardMs = clock.now();
	let newsMs = clock.now();
	let isQuiet = false;
	const watch = async () => {
		while (!over.signal.aborted) {
			await clock.pause(100, over.signal);
			if (over.signal.aborted) return;
			const now = clock.now();
			isQuiet =
				!isFinished && (reading.isSnapshot ? now - newsMs > QUIET_MS : now >= reading.untilMs);
			// A destroyed answer of n8n's helper may keep its reader waiting; an aborted request does
			// not.
			if (isQuiet || now - heardMs > LONGEST_SILENCE_MS) over.abort();
		}
	};
	const watching = watch();
	for await (const event of readEvents(stream, () => (heardMs = clock.now()))) {
		const data = session.withoutKeys(event.data);
		if (takeEvent(reading, { ...event, data })) newsMs = clock.now();
	}
	over.abort();
	over.release();
	await watching;
	if (stop.aborted) throw new ExecutionCancelledError();
	return isQuiet ? 'quiet' : 'closed';
}

/** @returns whether the event is new */
function takeEvent(reading: Reading, event: ServerEvent): boolean {
	const data = parsedJson(event.data) ?? event.data;
	const id = event.id || textAt(recordOf(data), 'seq', 'sequence', 'sequence_number');
	// An event that was cut off comes again, complete.
	if (event.isCut && reading.last !== undefined) return false;
	if (id !== undefined && reading.seen.has(id)) return false;
	if (meaningOf(event) === 'ended') reading.isEnded = true;
	if (id !== undefined) {
		reading.seen.add(id);
		reading.last = id;
	}
	const count = id === undefined || !/^-?\d+$/.test(id) ? Number.NaN : Number(id);
	if (count < reading.fromSequence) return false;
	reading.events.push({
		run_id: reading.runId,
		sequence: Number.isSafeInteger(count) ? count : (id ?? null),
		type: event.event || textAt(recordOf(data), 'type', 'event') || 'message',
		data,
	});
	return true;
}

/**
 * A stream that continues after the last event; undefined where nothing follows it.
 * @throws ServiceError | ExecutionCancelledError
 */
async function openStream(
	session: Session,
	{ runId, fromSequence, last }: Reading,
	signal: AbortSignal,
): Promise<ByteStream | undefined> {
	const { api, transport, clock, stop } = session;
	// Whether `from_seq` includes its number is not documented: the one before it is asked for, and
	// left out when it comes.
	const after = last ?? (fromSequence > 0 ? String(fromSequence - 1) : undefined);
	for (let tries = 1; ; tries++) {
		const request = {
			...api.eventsRequest(runId, after),
			signal,
			idleMs: 0,
			headMs: LONGEST_HEAD_MS,
		};
		const answer = await transport.openOnce(request);
		const isLastTry = tries >= READ_TRIES;
		if (!isNetworkFailure(answer)) {
			if (isEventStream(answer)) return answer.stream;
			const { status } = answer;
			const text = await refusalText(session, answer);
			// An event source that is asked to continue says by 204 that nothing comes any more.
			if (status === 204 && last !== undefined) return undefined;
			// A gateway's page in place of the stream is a passing fault; a deployment without streams
			// stays without.
			const isOther = status === 200 || status === 204;
			if ([404, 405, 501].includes(status) || (isOther && isLastTry)) throw noStreams(status);
			if (!isOther && (!isRetryableStatus(status) || isLastTry))
				throw transport.failureOf({ ...answer, text });
		} else if (!answer.isRetryable || isLastTry) throw transport.networkError(answer);
		await clock.pause(pauseBeforeRetry(tries, undefined, clock.random()), stop);
	}
}

/** What a refusal says, as far as it comes within a few seconds. */
async function refusalText({ withoutKeys }: Session, { stream }: StreamAnswer): Promise<string> {
	const forget = onAbort(timeLimit(REFUSAL_PATIENCE_MS), () => stream.destroy());
	const text = await readText(stream, LONGEST_REFUSAL_BYTES).catch(() => '');
	forget();
	stream.destroy();
	return withoutKeys(text);
}

function noStreams(status: number): ServiceError {
	return new ServiceError('This deployment offers no event streams of runs', {
		status: status < 300 ? undefined : status,
		hint: 'Event streams are new in Flowscale. Use Run > Get to read the state of the run.',
	});
}
