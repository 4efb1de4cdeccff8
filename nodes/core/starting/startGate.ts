import type { Clock } from '../async/clock';
import { onAbort, PAUSE_OVER } from '../async/signals';
import { LONGEST_RETRY_AFTER_MS } from '../http/retry';

/** What became of one try. */
export interface TryOutcome<Result> {
	result: Result;
	/** The service said "too many requests" (HTTP 429), and perhaps when to come back. */
	refused?: { retryAfterMs: number | undefined };
	/** Whether the service accepted the start, as far as is known. */
	isTaken: boolean;
}

/** Why a start that waited at the gate may leave it. */
type Admission = 'go' | 'tooLate' | 'stopped';

/**
 * All starts of a node pass one gate. It is open until the service says "too many requests". From
 * then on one start at a time probes, and the others wait behind it, first come first served: a
 * service that allows so many runs at a time is asked again soon after one may have ended, and not
 * by each item for itself.
 */
export interface StartGate<Result> {
	/**
	 * Waits for this start's turn and runs the try.
	 * @param patience since when this start waits (epoch ms), and for how long it may be held back
	 *   (0: no limit)
	 * @param send is given the time (epoch ms) until which this start's patience reaches, if it is
	 *   sent now; Infinity: no limit
	 * @returns what became of the try; or that it was stopped, or that its patience ended, with the
	 *   last refusal of any start
	 */
	pass(
		patience: { sinceMs: number; limitMs: number },
		send: (deadlineMs: number) => Promise<TryOutcome<Result>>,
	): Promise<TryOutcome<Result> | { heldBackBy: Result } | 'stopped'>;
	/** A run has ended, or an answer is complete: another start may be allowed now. */
	released(): void;
}

/** Starts include uploads, and hundreds at once would only slow each other down. */
const MOST_AT_A_TIME = 20;
const SHORTEST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 15_000;
/**
 * The pause grows with the time since the last accepted start, so that a free place at the service
 * stays empty for at most this share of a run.
 */
const SHARE_OF_WAIT = 0.12;
/** Share of the usual time between two accepted starts that a pause lasts at least. */
const SHARE_OF_RHYTHM = 0.12;
/** Weight of the last interval in that usual time. */
const NEWEST_WEIGHT = 0.3;
/**
 * A try that was not refused after this long, or after three times as long as the last refusal
 * took, is taken for accepted: a long upload, or an answer that comes when the run has ended.
 */
const PRESUMED_ACCEPTED_MS = 100;
const PRESUMED_ACCEPTED_TRIES = 3;

interface Waiting {
	sinceMs: number;
	limitMs: number;
	admit(admission: Admission): void;
}

interface GateState<Result> {
	/** How many tries may be in progress at a time: all, or a growing few since the last refusal. */
	width: number;
	active: number;
	queue: Waiting[];
	/**
	 * No start in the queue loses its patience before this time, epoch ms. With ten thousand starts,
	 * checking each of them whenever one leaves took seconds.
	 */
	patientUntilMs: number;
	/** No try before this time, epoch ms. */
	opensMs: number;
	/** The service named the time itself, so that nothing opens the gate earlier. */
	isOpeningFixed: boolean;
	/**
	 * When a start was last accepted, or the first refusal came; undefined: nothing was ever refused.
	 */
	progressMs: number | undefined;
	lastRefusedMs: number;
	/** How long the last refusal took. */
	refusalTookMs: number;
	/** Usual time between two accepted starts, once there was a refusal. */
	rhythmMs: number;
	lastRefusal: Result | undefined;
}

export function createStartGate<Result>(clock: Clock, stop?: AbortSignal): StartGate<Result> {
	const state = openState<Result>();
	let wake = new AbortController();
	let wakesMs = Number.POSITIVE_INFINITY;
	const pump = () => {
		for (const { waiting, admission } of admissions(state, clock.now(), stop?.aborted ?? false))
			waiting.admit(admission);
		const changesMs = nextChangeMs(state);
		if (changesMs === wakesMs) return;
		wake.abort(PAUSE_OVER);
		wakesMs = changesMs;
		if (wakesMs === Number.POSITIVE_INFINITY) return;
		wake = new AbortController();
		const { signal } = wake;
		void clock.pause(wakesMs - clock.now(), signal).then(() => {
			if (signal.aborted) return;
			wakesMs = Number.POSITIVE_INFINITY;
			pump();
		});
	};
	if (stop) onAbort(stop, pump);

	return {
		pass: async (patience, send) => {
			const admission = await new Promise<Admission>((admit) => {
				join(state, { ...patience, admit });
				pump();
			});
			if (admission === 'tooLate' && state.lastRefusal !== undefined)
				return { heldBackBy: state.lastRefusal };
			if (admission !== 'go') return 'stopped';
			const deadlineMs = deadlineOf(patience, { progressMs: state.progressMs ?? patience.sinceMs });
			return await admitted(state, clock, async () => await send(deadlineMs), pump);
		},
		released: () => {
			if (state.isOpeningFixed || state.progressMs === undefined) return;
			state.opensMs = 0;
			pump();
		},
	};
}

function openState<Result>(): GateState<Result> {
	return {
		width: MOST_AT_A_TIME,
		active: 0,
		queue: [],
		patientUntilMs: Number.POSITIVE_INFINITY,
		opensMs: 0,
		isOpeningFixed: false,
		progressMs: undefined,
		lastRefusedMs: Number.NEGATIVE_INFINITY,
		refusalTookMs: 0,
		rhythmMs: 0,
		lastRefusal: undefined,
	};
}

/** A try whose turn it is. */
async function admitted<Result>(
	state: GateState<Result>,
	clock: Clock,
	send: () => Promise<TryOutcome<Result>>,
	pump: () => void,
): Promise<TryOutcome<Result>> {
	const sentMs = clock.now();
	let isActive = true;
	const leave = () => {
		if (isActive) state.active--;
		isActive = false;
	};
	const answered = new AbortController();
	if (state.width < MOST_AT_A_TIME)
		void clock.pause(presumedAcceptedMs(state), answered.signal).then(() => {
			leave();
			pump();
		});
	try {
		const outcome = await send();
		leave();
		if (outcome.refused) close(state, outcome, sentMs, clock);
		else if (outcome.isTaken) open(state, sentMs, clock.now());
		return outcome;
	} finally {
		leave();
		answered.abort(PAUSE_OVER);
		pump();
	}
}

function presumedAcceptedMs({ refusalTookMs }: Pick<GateState<unknown>, 'refusalTookMs'>): number {
	return Math.max(PRESUMED_ACCEPTED_MS, PRESUMED_ACCEPTED_TRIES * refusalTookMs);
}

function deadlineOf(
	{ sinceMs, limitMs }: Omit<Waiting, 'admit'>,
	{ progressMs }: Pick<GateState<unknown>, 'progressMs'>,
): number {
	return progressMs === undefined || limitMs === 0
		? Number.POSITIVE_INFINITY
		: Math.max(sinceMs, progressMs) + limitMs;
}

function join(state: GateState<unknown>, waiting: Waiting): void {
	state.queue.push(waiting);
	state.patientUntilMs = Math.min(state.patientUntilMs, deadlineOf(waiting, state));
}

/** Measures for every start in the queue when its patience ends. */
function measurePatience(state: GateState<unknown>): void {
	state.patientUntilMs = state.queue.reduce(
		(leastMs, waiting) => Math.min(leastMs, deadlineOf(waiting, state)),
		Number.POSITIVE_INFINITY,
	);
}

/** Which starts leave the queue now, and why. */
function admissions(state: GateState<unknown>, nowMs: number, isStopped: boolean) {
	if (isStopped) return leave(state, state.queue.length, 'stopped');
	const late = state.patientUntilMs <= nowMs ? leaveLate(state, nowMs) : [];
	const places = state.opensMs <= nowMs ? Math.max(0, state.width - state.active) : 0;
	const admitted = leave(state, places, 'go');
	state.active += admitted.length;
	return [...late, ...admitted];
}

function leave(state: GateState<unknown>, count: number, admission: Admission) {
	return state.queue.splice(0, count).map((waiting) => ({ waiting, admission }));
}

function leaveLate(state: GateState<unknown>, nowMs: number) {
	const isLate = (waiting: Waiting) => deadlineOf(waiting, state) <= nowMs;
	const late = state.queue.filter(isLate);
	state.queue = state.queue.filter((waiting) => !isLate(waiting));
	measurePatience(state);
	return late.map((waiting) => ({ waiting, admission: 'tooLate' as const }));
}

/** When a start may leave the queue although nothing else happens, epoch ms. */
function nextChangeMs(state: GateState<unknown>): number {
	if (state.queue.length === 0) return Number.POSITIVE_INFINITY;
	const opensMs = state.active < state.width ? state.opensMs : Number.POSITIVE_INFINITY;
	return Math.min(opensMs, state.patientUntilMs);
}

function close<Result>(
	state: GateState<Result>,
	{ result, refused }: TryOutcome<Result>,
	sentMs: number,
	clock: Clock,
): void {
	const nowMs = clock.now();
	const retryAfterMs = refused?.retryAfterMs;
	state.lastRefusal = result;
	if (state.progressMs === undefined) {
		state.progressMs = nowMs;
		measurePatience(state);
	}
	state.lastRefusedMs = nowMs;
	state.width = 1;
	state.refusalTookMs = nowMs - sentMs;
	const pauseMs = Math.min(
		LONGEST_PAUSE_MS,
		Math.max(
			SHORTEST_PAUSE_MS,
			2 * state.refusalTookMs,
			SHARE_OF_WAIT * (nowMs - state.progressMs),
			SHARE_OF_RHYTHM * state.rhythmMs,
		),
	);
	const opensMs =
		nowMs +
		(retryAfterMs === undefined
			? pauseMs * (0.75 + clock.random() / 2)
			: Math.min(retryAfterMs, LONGEST_RETRY_AFTER_MS));
	// Of several refusals of one moment the longest counts where the service named a time.
	state.opensMs = state.isOpeningFixed ? Math.max(state.opensMs, opensMs) : opensMs;
	state.isOpeningFixed ||= retryAfterMs !== undefined;
}

function open<Result>(state: GateState<Result>, sentMs: number, nowMs: number): void {
	if (state.progressMs === undefined) return;
	state.rhythmMs += NEWEST_WEIGHT * (nowMs - state.progressMs - state.rhythmMs);
	state.progressMs = nowMs;
	// A start that was on its way when another one was refused says nothing about the time after.
	if (sentMs < state.lastRefusedMs) return;
	state.opensMs = 0;
	state.isOpeningFixed = false;
	state.width = Math.min(MOST_AT_A_TIME, state.width + 1);
}
