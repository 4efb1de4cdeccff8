import type { Clock } from '../async/clock';
import { ExecutionCancelledError } from '../errors';
import { type Head, isNetworkFailure } from '../http/http';
import type { NetworkFailure } from '../http/networkError';
import { pauseBeforeRetry, READ_TRIES, retryAfterMs } from '../http/retry';
import type { StartGate } from './startGate';
import { classifyStart, type StartVerdict } from './startOutcome';

/** A start, and what it needs to be sent safely. */
export interface SafeStart<Result extends Head | NetworkFailure> {
	/** Shared by all starts of the node. */
	gate: StartGate<Result>;
	clock: Clock;
	stop?: AbortSignal;
	/**
	 * How long the start is held back while the service says "too many requests", and tried again
	 * while it cannot be reached; 0: no limit.
	 */
	patienceMs: number;
	/**
	 * Sends the start once. Rejects only when nothing was sent.
	 * @param deadlineMs when the patience of this start ends, epoch ms; Infinity: no limit
	 */
	send(deadlineMs: number): Promise<Result>;
	/** What became of it; by default by status and network failure alone. */
	classify?(result: Result): StartVerdict;
	/** Closes an answer that is not returned, such as an unread stream. */
	discard?(result: Result): void;
}

/** How a start ended. */
export interface StartEnd<Result> {
	/** The last answer; that to another start of the node where this one was held back. */
	result: Result;
	verdict: StartVerdict;
	/** The service asked for patience for longer than the start had. */
	isHeldBackTooLong: boolean;
}

/**
 * The one rule for a safe start: it is sent once, and again only while it certainly never reached
 * the service. After "too many requests" (HTTP 429) it is held back at the gate as long as it may;
 * after any other such failure it is tried four times, if it has the time.
 * @throws ExecutionCancelledError, and what `send` rejects with
 */
export async function sendOnceSafely<Result extends Head | NetworkFailure>(
	start: SafeStart<Result>,
): Promise<StartEnd<Result>> {
	const { gate, clock, stop, classify = classifyStart } = start;
	const patience = { sinceMs: clock.now(), limitMs: start.patienceMs };
	let deadlineMs = Number.POSITIVE_INFINITY;
	const tryOnce = async (until: number) => {
		deadlineMs = until;
		const result = await start.send(until);
		const verdict = classify(result);
		const isTaken = verdict === 'answered' || verdict === 'uncertain';
		return { result, isTaken, refused: refusalOf(result, clock) };
	};
	for (let tries = 1; ; ) {
		const passed = await gate.pass(patience, tryOnce);
		if (passed === 'stopped') throw new ExecutionCancelledError();
		if ('heldBackBy' in passed)
			return { result: passed.heldBackBy, verdict: 'notReached', isHeldBackTooLong: true };
		const { result, refused } = passed;
		const verdict = classify(result);
		const pauseMs = pauseBeforeRetry(tries, askedMs(result, clock), clock.random());
		const isLastTry = tries >= READ_TRIES || clock.now() + pauseMs >= deadlineMs;
		const isFinal = verdict !== 'notReached' || (!refused && isLastTry);
		if (isFinal) return { result, verdict, isHeldBackTooLong: false };
		start.discard?.(result);
		if (stop?.aborted) throw new ExecutionCancelledError();
		if (refused) continue;
		await clock.pause(pauseMs, stop);
		tries++;
	}
}

function askedMs(result: Head | NetworkFailure, clock: Clock): number | undefined {
	if (isNetworkFailure(result)) return undefined;
	return retryAfterMs(result.headers['retry-after'], clock.now(), result.headers.date);
}

function refusalOf(result: Head | NetworkFailure, clock: Clock) {
	return !isNetworkFailure(result) && result.status === 429
		? { retryAfterMs: askedMs(result, clock) }
		: undefined;
}
