import type { Clock } from '../async/clock';
import { onAbort, PAUSE_OVER } from '../async/signals';
import { LONGEST_RETRY_AFTER_MS } from '../http/retry';
import type { StartGate, TryOutcome } from './startGate';

/**
 * How many requests the service lets this node have in progress, learned from its "too many
 * requests" (HTTP 429). Times are epoch ms.
 */
export interface CountingState {
	inProgress: number;
	/** Infinity until the first refusal. */
	limit: number;
	/** No request before this time. */
	opensMs: number;
	/** Refusals since a request was last answered. */
	refusals: number;
	/** When a request that was taken last came to its end. */
	lastEndMs: number;
	/**
	 * When the limit may be raised by one to see whether it still holds, and how long after a failed
	 * attempt.
	 */
	raiseMs: number;
	raisePauseMs: number;
}

const FIRST_PAUSE_MS = 50;
const FIRST_PAUSE_ALONE_MS = 500;
const LONGEST_PAUSE_MS = 8_000;
/** A service may count a request a moment longer than its answer takes to arrive. */
const JUST_ENDED_MS = 250;
const FIRST_RAISE_MS = 1_000;
const LONGEST_RAISE_MS = 30_000;

export function newCounting(): CountingState {
	return {
		inProgress: 0,
		limit: Number.POSITIVE_INFINITY,
		opensMs: 0,
		refusals: 0,
		lastEndMs: Number.NEGATIVE_INFINITY,
		raiseMs: Number.POSITIVE_INFINITY,
		raisePauseMs: FIRST_RAISE_MS,
	};
}

/** When the next request may be sent; Infinity: once another one has ended. */
export function opensAt({ inProgress, limit, opensMs, raiseMs }: CountingState): number {
	if (inProgress < limit) return opensMs;
	return inProgress === limit ? Math.max(opensMs, raiseMs) : Number.POSITIVE_INFINITY;
}

/** A request is sent. One that goes beyond the limit is the attempt to raise it. */
export function onSent(state: CountingState): CountingState {
	const inProgress = state.inProgress + 1;
	return inProgress > state.limit
		? { ...state, inProgress, limit: inProgress, raiseMs: Number.POSITIVE_INFINITY }
		: { ...state, inProgress };
}

/** Whether a request beyond the former limit is in progress. */
function isRaising({ limit, raiseMs }: CountingState): boolean {
	return raiseMs === Number.POSITIVE_INFINITY && Number.isFinite(limit);
}

/** A request never reached the service, so it occupies no slot there. */
export function onNotReached(state: CountingState): CountingState {
	return { ...state, inProgress: state.inProgress - 1 };
}

/** A request that was taken has ended, whatever came of it, so its slot is free. */
export function onEnded(state: CountingState, nowMs: number): CountingState {
	return {
		...state,
		inProgress: state.inProgress - 1,
		refusals: 0,
		lastEndMs: nowMs,
		...(isRaising(state) ? { raiseMs: nowMs + FIRST_RAISE_MS, raisePauseMs: FIRST_RAISE_MS } : {}),
	};
}

/**
 * A request was refused with 429. If other requests of this node are in progress, their number is
 * what the service allows, and the next one is sent when one of them has ended. Otherwise the gate
 * pauses, longer each time, or as long as the service asked for.
 * @param random from 0 to 1
 */
export function onRefused(
	state: CountingState,
	nowMs: number,
	askedMs: number | undefined,
	random: number,
): CountingState {
	const inProgress = state.inProgress - 1;
	const refusals = state.refusals + 1;
	const isJustEnded = nowMs - state.lastEndMs < JUST_ENDED_MS;
	const ourPauseMs = isJustEnded
		? Math.max(FIRST_PAUSE_MS, nowMs - state.lastEndMs)
		: Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_ALONE_MS * 2 ** (Math.min(refusals, 20) - 1)) *
			(0.75 + random / 2);
	const pauseMs = askedMs === undefined ? ourPauseMs : Math.min(LONGEST_RETRY_AFTER_MS, askedMs);
	const isAttempt = isRaising(state);
	const isKnown = Number.isFinite(state.limit) && !isAttempt;
	const isLimitKept = inProgress === 0 || (isKnown && isJustEnded);
	const raisePauseMs = Math.min(LONGEST_RAISE_MS, state.raisePauseMs * (isAttempt ? 2 : 1));
	// If others are in progress, the end of one of them opens the gate. The pause is for a service
	// that counts a request a moment longer.
	const isPaused = askedMs !== undefined || isLimitKept;
	return {
		...state,
		inProgress,
		refusals,
		opensMs: isPaused ? Math.max(state.opensMs, nowMs + pauseMs) : state.opensMs,
		...(isLimitKept
			? {}
			: { limit: Math.min(state.limit, inProgress), raisePauseMs, raiseMs: nowMs + raisePauseMs }),
	};
}

/**
 * How long one item waits: from its turn, or from the end of the last request that it had to wait
 * for.
 */
export function deadlineOf({ lastEndMs }: CountingState, sinceMs: number, limitMs: number): number {
	return limitMs === 0 ? Number.POSITIVE_INFINITY : Math.max(sinceMs, lastEndMs) + limitMs;
}

type Admission = { deadlineMs: number } | 'tooLate' | 'stopped';

interface Waiting {
	sinceMs: number;
	limitMs: number;
	admit(admission: Admission): void;
}

/** When a request may leave the queue although nothing else happens, epoch ms. */
function nextChangeMs(state: CountingState, queue: readonly Waiting[]): number {
	// Behind requests of this node the others wait for their end, and their time counts from there.
	if (state.inProgress > 0) return opensAt(state);
	return queue.reduce(
		(leastMs, { sinceMs, limitMs }) => Math.min(leastMs, deadlineOf(state, sinceMs, limitMs)),
		opensAt(state),
	);
}

/**
 * A gate for a service that answers when its work is done, so this node sees the end of each of its
 * requests at once, and reports it by `released`. While its own requests are in progress it does
 * not probe: another one is sent when one of them has ended. `createStartGate` is for services that
 * answer a start at once, whose runs end unseen.
 */
export function createCountingGate<Result>(clock: Clock, stop: AbortSignal): StartGate<Result> {
	let state = newCounting();
	let queue: Waiting[] = [];
	let wake = new AbortController();
	let lastRefusal: Result | undefined;

	const admitAll = () => {
		const isFull = state.inProgress > 0 && opensAt(state) > clock.now();
		if (isFull && !stop.aborted) return waitForChange();
		queue = queue.filter((waiting) => {
			const deadlineMs = deadlineOf(state, waiting.sinceMs, waiting.limitMs);
			const isLate = deadlineMs <= clock.now() && lastRefusal !== undefined;
			const isHeldBack = isLate || opensAt(state) > clock.now();
			if (stop.aborted) waiting.admit('stopped');
			// It waits for the end of other requests of this node, and its time counts from there.
			else if (isLate && state.inProgress === 0) waiting.admit('tooLate');
			else if (isHeldBack) return true;
			else {
				state = onSent(state);
				waiting.admit({ deadlineMs });
			}
			return false;
		});
		waitForChange();
	};
	const waitForChange = () => {
		wake.abort(PAUSE_OVER);
		if (queue.length === 0) return;
		wake = new AbortController();
		const { signal } = wake;
		const nextMs = nextChangeMs(state, queue) - clock.now();
		if (Number.isFinite(nextMs))
			void clock.pause(nextMs, signal).then(() => signal.aborted || admitAll());
	};
	const move = (next: CountingState) => {
		state = next;
		admitAll();
	};
	const settle = ({ result, refused, isTaken }: TryOutcome<Result>) => {
		if (refused) {
			lastRefusal = result;
			move(onRefused(state, clock.now(), refused.retryAfterMs, clock.random()));
		} else if (!isTaken) move(onNotReached(state));
	};
	onAbort(stop, admitAll);
	return {
		pass: async (patience, send) => {
			const admission = await new Promise<Admission>((admit) => {
				queue.push({ ...patience, admit });
				admitAll();
			});
			if (admission === 'tooLate' && lastRefusal !== undefined) return { heldBackBy: lastRefusal };
			if (admission === 'tooLate' || admission === 'stopped') return 'stopped';
			const sending = send(admission.deadlineMs);
			sending.then(settle, () => move(onNotReached(state)));
			return await sending;
		},
		released: () => move(onEnded(state, clock.now())),
	};
}
