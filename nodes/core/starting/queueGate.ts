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
	/** How long it waits without any start passing, before it fails; 0: no limit. */
	patienceMs: number;
	/**
	 * undefined: the service does not show its queue.
	 * @throws ServiceError | ExecutionCancelledError
	 */
	poll(): Promise<QueueLength | undefined>;
	/** Reports once that the service does not show its queue. */
	warn(text: string): void;
	stop?: AbortSignal;
}

/**
 * Holds starts back while the service's queue is long. All starts share one poll of the queue, at
 * most one per two seconds.
 */
export interface QueueGate {
	/**
	 * @returns to be called when the start has been answered.
	 * @throws ServiceError | ExecutionCancelledError
	 */
	pass(entry: QueueEntry): Promise<() => void>;
}

const POLL_INTERVAL_MS = 2_000;
const nothing = () => undefined;

interface QueueState {
	polledMs: number;
	polling: Promise<void> | undefined;
	length: QueueLength;
	/** Starts that passed and may be missing in `length`. */
	uncounted: number;
	/** Starts that passed and are not answered yet. */
	unanswered: number;
	lastPassMs: number;
	lastError: unknown;
	/** The service does not show its queue. */
	isMissing: boolean;
}

export function createQueueGate(clock: Clock): QueueGate {
	const state: QueueState = {
		polledMs: Number.NEGATIVE_INFINITY,
		polling: undefined,
		length: { pending: Number.POSITIVE_INFINITY, idle: 0 },
		uncounted: 0,
		unanswered: 0,
		lastPassMs: Number.NEGATIVE_INFINITY,
		lastError: undefined,
		isMissing: false,
	};
	return {
		pass: async (entry) => {
			const sinceMs = clock.now();
			for (;;) {
				if (entry.stop?.aborted) throw new ExecutionCancelledError();
				if (state.isMissing) return nothing;
				if (mayPass(state, entry, clock.now())) return admit(state, clock);
				const waitedMs = clock.now() - Math.max(sinceMs, state.lastPassMs);
				if (entry.patienceMs > 0 && waitedMs >= entry.patienceMs) throw tooLong(state, entry);
				const nextMs = state.polledMs + POLL_INTERVAL_MS;
				if (nextMs > clock.now()) await clock.pause(nextMs - clock.now(), entry.stop);
				else await (state.polling ??= poll(state, entry, clock));
			}
		},
	};
}

function mayPass({ length, uncounted, polledMs }: QueueState, { most }: QueueEntry, nowMs: number) {
	const isFresh = nowMs - polledMs < POLL_INTERVAL_MS;
	const places = length.pending < most ? most - length.pending + length.idle : 0;
	return isFresh && uncounted < places;
}

function admit(state: QueueState, clock: Clock): () => void {
	state.uncounted++;
	state.unanswered++;
	state.lastPassMs = clock.now();
	let isAnswered = false;
	return () => {
		if (!isAnswered) state.unanswered--;
		isAnswered = true;
	};
}

async function poll(state: QueueState, { poll: read, warn }: QueueEntry, clock: Clock) {
	const { unanswered } = state;
	try {
		const length = await read();
		state.isMissing = length === undefined;
		if (length === undefined)
			warn('The queue cannot be read here, so Max Queued Runs has no effect.');
		else Object.assign(state, { length, uncounted: unanswered, lastError: undefined });
	} catch (error) {
		// A failed request lets no start pass. Starts of a stopped execution leave the queue by
		// themselves.
		if (!(error instanceof ExecutionCancelledError)) state.lastError = error;
		state.length = { pending: Number.POSITIVE_INFINITY, idle: 0 };
	}
	state.polledMs = clock.now();
	state.polling = undefined;
}

function tooLong(
	{ lastError, length }: QueueState,
	{ patienceMs, most }: QueueEntry,
): ServiceError {
	const seconds = Math.round(patienceMs / 100) / 10;
	if (lastError instanceof ServiceError)
		return new ServiceError(
			`No run was started: for ${seconds} s the queue could not be read. ${lastError.message}`,
			lastError.facts,
		);
	return new ServiceError(
		`No run was started: for ${seconds} s the queue was too long (${length.pending} runs waited, Max Queued Runs is ${most})`,
		{ hint: 'Execute this item again later, or raise Timeout or Max Queued Runs.' },
	);
}
