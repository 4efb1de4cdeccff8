import type { JournalEntry } from './journal';
import { createRandom, type Random } from './random';

export type FaultKind =
	/** Connection reset before the body is read; the service does nothing. */
	| 'resetBefore'
	/** Connection reset after `bytes` of the body were read; the service does nothing. */
	| 'cutUpload'
	/** After `bytes` of the body nothing more is read, and nothing is answered. */
	| 'stallUpload'
	/** The request is processed, then the connection is reset without an answer. */
	| 'resetAfter'
	/** Headers and half of the body, then a reset. */
	| 'resetMidBody'
	/** Half of the body, as a complete answer. */
	| 'truncatedJson'
	/** A gateway's page with the given status (200). */
	| 'html'
	| 'empty200'
	/** 204. */
	| 'noContent'
	/** The given status, headers and body. */
	| 'status'
	/** The answer comes after `ms`. */
	| 'slowFirstByte'
	/** The body takes `ms`. */
	| 'slowBody'
	/** No answer; the connection is dropped after `ms`, if given. */
	| 'hang'
	/** Announces more bytes than it sends. */
	| 'wrongLength'
	/** Sends the client to `to` with `status` (302). */
	| 'redirect'
	/** Event stream: falls silent after its first event. */
	| 'streamStall'
	/** Event stream: ends after its first event although the run continues. */
	| 'streamEndsEarly'
	/** Event stream: the connection is lost before its last event. */
	| 'streamBreaks'
	/** Event stream: sends all events from the start, each twice, whatever was asked for. */
	| 'streamRepeats'
	/** Event stream: reports the run as completed although it is not. */
	| 'streamLies';

/** Something that goes wrong, for the requests it names. */
export interface Fault<Route extends string = string> {
	on: Route | 'any';
	kind: FaultKind;
	/** How many requests suffer it (1). */
	times?: number;
	/** How many matching requests pass before (0). */
	after?: number;
	match?: (entry: JournalEntry) => boolean;
	status?: number;
	headers?: Record<string, string>;
	body?: string;
	ms?: number;
	to?: string;
	/** Of the request's body, before it is cut (0). */
	bytes?: number;
	/**
	 * Whether the service processes the request. False for resetBefore, status and redirect, true for
	 * all others.
	 */
	processed?: boolean;
}

export interface Faults<Route extends string = string> {
	add(fault: Fault<Route>): void;
	clear(): void;
	/** The fault of this request; it counts as used. */
	take(entry: JournalEntry): Fault<Route> | undefined;
}

/** Overrides first, in the order added; then chance, if there is any. */
export function createFaults<Route extends string>(
	chance?: (entry: JournalEntry) => Fault<Route> | undefined,
): Faults<Route> {
	let pending: Array<{ fault: Fault<Route>; pass: number; left: number }> = [];
	return {
		add: (fault) => {
			pending.push({ fault, pass: fault.after ?? 0, left: fault.times ?? 1 });
		},
		clear: () => {
			pending = [];
		},
		take: (entry) => {
			for (const waiting of pending) {
				const { on, match } = waiting.fault;
				if (waiting.left <= 0 || (on !== 'any' && on !== entry.route)) continue;
				if (match && !match(entry)) continue;
				if (waiting.pass > 0) {
					waiting.pass--;
					continue;
				}
				waiting.left--;
				return waiting.fault;
			}
			return chance?.(entry);
		},
	};
}

const lostAnswers: readonly FaultKind[] = [
	'resetBefore',
	'resetAfter',
	'resetMidBody',
	'truncatedJson',
	'html',
	'wrongLength',
];

/** A random fault that a client must survive without losing a run or starting one twice. */
function mishap(random: Random): Omit<Fault, 'on'> {
	const roll = random.fraction();
	if (roll < 0.15) return { kind: 'slowFirstByte', ms: random.between(20, 300) };
	if (roll < 0.2) return { kind: 'status', status: 429, headers: { 'retry-after': '0' } };
	if (roll < 0.25) return { kind: 'status', status: 503, headers: { 'retry-after': '1' } };
	if (roll < 0.5) {
		return {
			kind: 'status',
			status: random.pick([500, 502, 503, 504]),
			processed: random.fraction() < 0.5,
		};
	}
	return { kind: random.pick(lostAnswers) };
}

/**
 * Lets a share (`rate`, 0 to 1) of the requests to the API have a random fault, the same ones for
 * the same seed.
 */
export function createChaos(
	rate: number,
	seed: number,
): (entry: JournalEntry) => Fault<never> | undefined {
	const random = createRandom(seed);
	return (entry) =>
		entry.host === 'api' && random.fraction() < rate ? { on: 'any', ...mishap(random) } : undefined;
}
