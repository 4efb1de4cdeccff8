import type { Clock } from '../async/clock';
import { type LinkedSignal, linkSignals } from '../async/signals';
import type { ByteStream } from '../http/byteStream';
import { readEvents } from '../http/eventStream';
import type { KnownRun } from '../runs/run';
import type { WatchService } from './watchService';

const MOST_RECONNECTS = 5;
const RECONNECT_PAUSE_MS = 1_000;
/** A stream that was open for this long was healthy: its end does not use up the reconnects. */
const HEALTHY_MS = 20_000;
/** A stream without even a keep-alive for this long counts as dead. */
const LONGEST_SILENCE_MS = 45_000;
/** A stream that reported this many ends which no poll confirmed is closed. */
const MOST_FALSE_ENDS = 5;

/** Where the follower reports what the streams say. */
export interface StreamHints {
	/** The stream says that the run has ended, or the stream was closed: poll now. */
	onHint(runId: string): void;
	/** The stream is open: polls may become rare. */
	onLive(runId: string): void;
}

interface FollowedRun {
	runId: string;
	/** Whether its open stream would report the run's end. */
	isTrusted: boolean;
	abort: LinkedSignal;
	/** Of the last event, so that a new stream continues after it. */
	lastEventId: string | undefined;
	falseEnds: number;
}

/**
 * Event streams of a few runs. They only bring a poll forward; whether a run has ended is decided
 * by the poll.
 */
export interface EventFollower {
	readonly service: WatchService;
	readonly hints: StreamHints;
	readonly clock: Clock;
	readonly stop?: AbortSignal;
	/** Whether the deployment has event streams at all. */
	isOffered: boolean;
	readonly followed: Map<string, FollowedRun>;
	/** Every run that was ever followed: none is followed a second time. */
	readonly seen: Set<string>;
}

export function createEventFollower(
	service: WatchService,
	hints: StreamHints,
	clock: Clock,
	stop?: AbortSignal,
): EventFollower {
	const isOffered = service.openEvents !== undefined;
	return { service, hints, clock, stop, isOffered, followed: new Map(), seen: new Set() };
}

/** Follows the run's events if a stream is free, once per run. */
export function followRun(follower: EventFollower, { run_id: runId }: KnownRun): void {
	const { followed, seen, stop } = follower;
	if (!follower.isOffered || seen.has(runId)) return;
	seen.add(runId);
	const abort = linkSignals(stop);
	const run = { runId, isTrusted: false, abort, lastEventId: undefined, falseEnds: 0 };
	followed.set(runId, run);
	void keepFollowing(follower, run).finally(() => unfollowRun(follower, runId));
}

/** Whether a stream is open that would report the run's end. */
export function isStreamTrusted({ followed }: EventFollower, runId: string): boolean {
	return followed.get(runId)?.isTrusted ?? false;
}

/** Closes the run's stream: the run has ended, or no item waits for it any more. */
export function unfollowRun({ followed }: EventFollower, runId: string): void {
	const run = followed.get(runId);
	run?.abort.abort();
	run?.abort.release();
	followed.delete(runId);
}

export function unfollowAll(follower: EventFollower): void {
	for (const runId of [...follower.followed.keys()]) unfollowRun(follower, runId);
}

/** Opens the run's stream again after it broke, a few times. */
async function keepFollowing(follower: EventFollower, run: FollowedRun): Promise<void> {
	const { clock, hints } = follower;
	const { signal } = run.abort;
	for (let tries = 0; tries <= MOST_RECONNECTS && follower.isOffered && !signal.aborted; tries++) {
		const openedMs = clock.now();
		// One for each stream: a silent one is ended, and the run is followed by the next.
		const request = linkSignals(signal);
		const stream = await openStream(follower, run, request.signal);
		if (stream) await readStream(follower, run, stream, request);
		request.release();
		// A proxy that cuts every stream after a minute does not use up the tries of a run that takes
		// an hour.
		if (clock.now() - openedMs > HEALTHY_MS) tries = 0;
		if (signal.aborted || run.falseEnds > MOST_FALSE_ENDS) break;
		if (stream) hints.onHint(run.runId);
		await clock.pause(RECONNECT_PAUSE_MS * (tries + 1), signal);
	}
}

/** null: not this time. */
async function openStream(
	follower: EventFollower,
	{ runId, lastEventId }: FollowedRun,
	signal: AbortSignal,
): Promise<ByteStream | null> {
	const { openEvents } = follower.service;
	const stream = await openEvents?.(runId, lastEventId, signal).catch(() => null);
	if (stream === undefined) follower.isOffered = false;
	return stream ?? null;
}

async function readStream(
	{ service, hints, clock }: EventFollower,
	run: FollowedRun,
	stream: ByteStream,
	request: LinkedSignal,
): Promise<void> {
	run.falseEnds = 0;
	run.isTrusted = true;
	hints.onLive(run.runId);
	let heardMs = clock.now();
	void abortWhenSilent(request, clock, () => heardMs);
	for await (const event of readEvents(stream, () => (heardMs = clock.now()))) {
		run.lastEventId = event.id ?? run.lastEventId;
		if (service.meaningOf?.(event) !== 'ended') continue;
		// The end is only a claim until a poll confirms it: polls return to their usual pace.
		run.isTrusted = false;
		hints.onHint(run.runId);
		if (++run.falseEnds > MOST_FALSE_ENDS) break;
	}
	run.isTrusted = false;
	request.abort();
}

/** A destroyed answer of n8n's helper may keep its reader waiting; an aborted request does not. */
async function abortWhenSilent(
	{ signal, abort }: LinkedSignal,
	clock: Clock,
	lastHeardMs: () => number,
): Promise<void> {
	while (!signal.aborted) {
		await clock.pause(LONGEST_SILENCE_MS / 3, signal);
		if (clock.now() - lastHeardMs() > LONGEST_SILENCE_MS) abort();
	}
}
