import type { Clock } from '../async/clock';
import { ExecutionCancelledError, ServiceError } from '../errors';

/** How long the service's queue is. */
export interface QueueLength {
	/** Runs that wait. */
	pending: number;
	/** Containers that work on nothing: a start there waits for no other run. */
	idle: number;
}

/** One start that wants to pass. */
export interface QueueEntry {
	/** It passes while fewer runs than this wait. */
	most: number;
	/** The field that says so, as the user sees it. */
	fieldName: string;
	/** How long it waits without any start passing, before it fails; 0: no limit. */
	patienceMs: number;
	/**
	 * undefined: the service does not show its queue.
	 * @throws ServiceError | ExecutionCancelledError
	 */
	poll(): Promise<QueueLength | undefined>;
	/** The service does not show its queue: called for every start that passes unheld. */
	warnOfMissingQueue(): void;
	stop?: AbortSignal;
}

/**
 * Holds starts back while the service's queue is long. All starts of this process share one poll of
 * the queue, at most one per two seconds.
 */
export interface QueueGate {
	/**
	 * @returns to be called when the start has been answered.
	 * @throws ServiceError | ExecutionCancelledError
	 */
	pass(entry: QueueEntry): Promise<() => void>;
}

const POLL_INTERVAL_MS = 2_000;
/**
 * Workers that poll at the same moment would keep doing so. A random share of this size separates
 * them.
 */
const JITTER_MS = 500;
/** A process takes this part of the free places at most: others poll the same queue. */
const LARGEST_SHARE = 3;
const MOST_CAUTION = 64;
/** How long a queue that the service did not show is not asked for again. */
const MISSING_MS = 300_000;
const nothing = () => undefined;

interface QueueState {
	polledMs: number;
	nextPollMs: number;
	polling: Promise<void> | undefined;
	length: QueueLength;
	/** Starts that had passed before the poll and may be missing in `length`. */
	uncounted: number;
	/** Starts that passed since the poll. */
	passed: number;
	/** One of so many equal parts of the free places may be taken after a poll. */
	caution: number;
	/** Starts that passed and are not answered yet. */
	unanswered: number;
	lastPassMs: number;
	lastError: unknown;
	/** Until then the service is taken not to show its queue. */
	missingUntilMs: number;
}

export function createQueueGate(clock: Clock): QueueGate {
	const state: QueueState = {
		polledMs: Number.NEGATIVE_INFINITY,
		nextPollMs: Number.NEGATIVE_INFINITY,
		polling: undefined,
		length: { pending: Number.POSITIVE_INFINITY, idle: 0 },
		uncounted: 0,
		passed: 0,
		caution: MOST_CAUTION,
		unanswered: 0,
		lastPassMs: Number.NEGATIVE_INFINITY,
		lastError: undefined,
		missingUntilMs: Number.NEGATIVE_INFINITY,
	};
	return {
		pass: async (entry) => {
			const sinceMs = clock.now();
			for (;;) {
				if (entry.stop?.aborted) throw new ExecutionCancelledError();
				if (clock.now() < state.missingUntilMs) {
					entry.warnOfMissingQueue();
					return nothing;
				}
				if (mayPass(state, entry, clock.now())) return admit(state, clock);
				const waitedMs = clock.now() - Math.max(sinceMs, state.lastPassMs);
				if (entry.patienceMs > 0 && waitedMs >= entry.patienceMs) throw tooLong(state, entry);
				const untilPollMs = state.nextPollMs - clock.now();
				if (untilPollMs > 0) await clock.pause(untilPollMs, entry.stop);
				else await (state.polling ??= poll(state, entry, clock));
			}
		},
	};
}

/**
 * How many starts may pass after one poll of the queue. Other processes may poll the same queue at
 * this moment, and only the queue shows their starts. So a process takes a part of the free places,
 * and at least one where there is one.
 * @param uncounted starts of this process that were being answered during the poll
 * @param caution of how many equal parts one is taken
 */
export function placesFor(
	{ pending, idle }: QueueLength,
	most: number,
	uncounted: number,
	caution: number,
): number {
	if (pending >= most) return 0;
	return Math.ceil(Math.max(0, most - pending + idle - uncounted) / caution);
}

/**
 * The first polls are the most cautious, for workers tend to begin together; a queue that is longer
 * than allowed shows that others start runs as well.
 */
export function nextCaution(caution: number, { pending }: QueueLength, most: number): number {
	return pending > most
		? Math.min(caution * 2, MOST_CAUTION)
		: Math.max(Math.ceil(caution / 4), LARGEST_SHARE);
}

function mayPass(state: QueueState, { most }: QueueEntry, nowMs: number) {
	const { length, uncounted, passed, caution, polledMs } = state;
	const isFresh = nowMs - polledMs < POLL_INTERVAL_MS;
	return isFresh && passed < placesFor(length, most, uncounted, caution);
}

function admit(state: QueueState, clock: Clock): () => void {
	state.passed++;
	state.unanswered++;
	state.lastPassMs = clock.now();
	let isAnswered = false;
	return () => {
		if (!isAnswered) state.unanswered--;
		isAnswered = true;
	};
}

async function poll(state: QueueState, { poll: read, most }: QueueEntry, clock: Clock) {
	const { unanswered: uncounted } = state;
	try {
		const length = await read();
		if (length === undefined) state.missingUntilMs = clock.now() + MISSING_MS;
		else {
			const caution = nextCaution(state.caution, length, most);
			Object.assign(state, { length, uncounted, caution, passed: 0, lastError: undefined });
		}
	} catch (error) {
		// A failed request lets no start pass. Starts of a stopped execution leave the queue by
		// themselves.
		if (!(error instanceof ExecutionCancelledError)) state.lastError = error;
		state.length = { pending: Number.POSITIVE_INFINITY, idle: 0 };
	}
	state.polledMs = clock.now();
	state.nextPollMs = state.polledMs + POLL_INTERVAL_MS + Math.round(clock.random() * JITTER_MS);
	state.polling = undefined;
}

function tooLong(
	{ lastError, length }: QueueState,
	{ patienceMs, most, fieldName }: QueueEntry,
): ServiceError {
	const seconds = Math.round(patienceMs / 100) / 10;
	if (lastError instanceof ServiceError)
		return new ServiceError(
			`No run was started: the queue could not be read for ${seconds} s. ${lastError.message}`,
			lastError.facts,
		);
	return new ServiceError(
		`No run was started: the queue was too long for ${seconds} s (${length.pending} runs waited, ${fieldName} is ${most})`,
		{ hint: `Execute this item again later, or raise Timeout or ${fieldName}.` },
	);
}
