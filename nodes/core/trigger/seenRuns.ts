import { createHash } from 'crypto';
import { recordOf } from '../json';

/**
 * Runs that were handled: all up to the watermark, and later ones each by a digest of its ID. Plain
 * JSON.
 */
export interface SeenRuns {
	/**
	 * Every run with this time (epoch ms) or an earlier one counts as handled, even one that is
	 * listed later.
	 */
	watermarkMs: number;
	/**
	 * Digests of the runs after the watermark, 8 characters each without separators, by second
	 * (epoch).
	 */
	seen: Record<string, string>;
}

export interface TimedId {
	id: string;
	timeMs: number;
}

/**
 * 48 bits: among 30,000 known runs, one new run in ten thousand million is mistaken for a known
 * one.
 */
const DIGEST_LENGTH = 8;

/** Stands for a run's ID in a set of handled runs. */
export const digestOf = (id: string) =>
	createHash('sha256').update(id).digest('base64url').slice(0, DIGEST_LENGTH);

function split(text: string): string[] {
	return text.match(/.{8}/g) ?? [];
}

const endOfSecondMs = (second: string) => Number(second) * 1000 + 999;

/** Reads a set of handled runs. The set itself never changes: `with` returns a new one. */
export function seenRunsOf({ watermarkMs, seen }: SeenRuns) {
	const digests = new Set(Object.values(seen).flatMap(split));
	return {
		digests,
		/** Beginning of the earliest second (epoch ms) that may have runs in the set. */
		fromMs: Math.floor((watermarkMs + 1) / 1000) * 1000,
		knows: (id: string) => digests.has(digestOf(id)),

		/**
		 * The set with these runs added and the watermark raised. With more than `most` runs the
		 * watermark rises further, by whole seconds.
		 * @param atLeastMs the watermark's new value (epoch ms), unless it is higher already
		 * @param most bound of the runs kept one by one
		 */
		with: (entries: TimedId[], atLeastMs: number, most: number): SeenRuns => {
			const seconds = new Map(
				Object.entries(seen).map(([second, text]) => [second, new Set(split(text))]),
			);
			for (const { id, timeMs } of entries) {
				const second = String(Math.floor(timeMs / 1000));
				seconds.set(second, (seconds.get(second) ?? new Set()).add(digestOf(id)));
			}
			const oldestFirst = [...seconds.keys()].sort((a, b) => Number(a) - Number(b));
			let count = [...seconds.values()].reduce((sum, { size }) => sum + size, 0);
			let newWatermarkMs = Math.max(watermarkMs, atLeastMs);
			for (const second of oldestFirst) {
				if (endOfSecondMs(second) > newWatermarkMs && count <= most) break;
				newWatermarkMs = Math.max(
					newWatermarkMs,
					count > most ? endOfSecondMs(second) : newWatermarkMs,
				);
				count -= seconds.get(second)?.size ?? 0;
				seconds.delete(second);
			}
			return {
				watermarkMs: newWatermarkMs,
				seen: Object.fromEntries(
					[...seconds].map(([second, kept]) => [second, [...kept].join('')]),
				),
			};
		},
	};
}

/** A stored set; undefined when it is malformed. */
export function readSeenRuns(stored: unknown): SeenRuns | undefined {
	const record = recordOf(stored);
	const seen = recordOf(record?.seen);
	const watermarkMs = record?.watermarkMs;
	if (seen === undefined || typeof watermarkMs !== 'number' || !Number.isFinite(watermarkMs))
		return undefined;
	const pairs = Object.entries(seen).filter(
		(pair): pair is [string, string] =>
			/^-?\d+$/.test(pair[0]) &&
			typeof pair[1] === 'string' &&
			pair[1].length % DIGEST_LENGTH === 0,
	);
	return pairs.length === Object.keys(seen).length
		? { watermarkMs, seen: Object.fromEntries(pairs) }
		: undefined;
}
