import type { Clock } from '../../../../../nodes/core/async/clock';

/** A little more than a second, since requests do not all take the same time to arrive. */
const WINDOW_MS = 1_050;

/**
 * When the next request may be sent, so that no more than so many are sent within a second.
 * @param sentMs times of earlier requests, in order, also those still to come (epoch ms)
 * @param perSecond may be a fraction: 0.5 is one in two seconds
 */
export function nextSendMs(sentMs: readonly number[], nowMs: number, perSecond: number): number {
	const count = Math.max(1, Math.floor(perSecond));
	const before = sentMs.at(-count);
	return before === undefined ? nowMs : Math.max(nowMs, before + (WINDOW_MS * count) / perSecond);
}

/** Holds a request until its turn; it resolves early when the signal is aborted. */
export type RequestRate = (signal?: AbortSignal) => Promise<void>;

/** @param perSecond 0: no limit */
export function createRequestRate(perSecond: number, clock: Clock): RequestRate {
	if (perSecond === 0) return async () => undefined;
	const sentMs: number[] = [];
	return async (signal) => {
		const nowMs = clock.now();
		const turnMs = nextSendMs(sentMs, nowMs, perSecond);
		sentMs.push(turnMs);
		sentMs.splice(0, sentMs.length - Math.max(1, Math.floor(perSecond)));
		if (turnMs > nowMs) await clock.pause(turnMs - nowMs, signal);
	};
}
