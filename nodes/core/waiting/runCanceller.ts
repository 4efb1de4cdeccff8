import type { Clock } from '../async/clock';
import { createLimiter, type Limiter } from '../async/limiter';
import { ServiceError } from '../errors';
import { LONGEST_RETRY_AFTER_MS, pauseBeforeRetry } from '../http/retry';
import type { KnownRun } from '../runs/run';

const CANCELS_AT_A_TIME = 20;
/**
 * How long a cancel is tried: after Stop no item waits for it, and a run that continues costs
 * money.
 */
const LONGEST_CANCEL_MS = 180_000;
/**
 * Refusals that may be temporary: a key or a run that the service does not recognise at this
 * moment.
 */
const DOUBTFUL_STATUSES = [401, 403, 404];
const DOUBTFUL_TRIES = 3;

export interface CancellerParts {
	/**
	 * Sends one cancel, also after Stop.
	 * @returns the run where the cancel was refused because it has ended
	 * @throws ServiceError
	 */
	cancel(runId: string): Promise<KnownRun | undefined>;
	/** As messages call the service. */
	serviceName: string;
	clock: Clock;
	warn(text: string): void;
}

/**
 * `pending`: not accepted yet; it is tried further in the background. A run: it has ended, so there
 * is nothing to cancel.
 */
export type CancelOutcome = 'accepted' | 'pending' | KnownRun | Error;

/** Cancels runs at the service. What it has begun outlives the node's execution, within bounds. */
export interface RunCanceller {
	/**
	 * Resolves once it is known what became of the cancel, or after `patienceMs`. Never rejects; what
	 * fails is logged.
	 */
	cancel(runId: string, patienceMs: number): Promise<CancelOutcome>;
}

interface CancellerState extends CancellerParts {
	limit: Limiter;
	/**
	 * The service asked for patience until then (epoch ms): all cancels wait, since each would be
	 * refused.
	 */
	heldUntilMs: number;
	inProgress: Map<string, Promise<CancelOutcome>>;
}

export function createRunCanceller(parts: CancellerParts): RunCanceller {
	const state: CancellerState = {
		...parts,
		limit: createLimiter(CANCELS_AT_A_TIME),
		heldUntilMs: 0,
		inProgress: new Map(),
	};
	return {
		cancel: async (runId, patienceMs) => {
			const known = state.inProgress.get(runId);
			const cancelling = known ?? cancelRun(state, runId);
			state.inProgress.set(runId, cancelling);
			return await withinMs(cancelling, patienceMs, parts.clock);
		},
	};
}

async function cancelRun(state: CancellerState, runId: string): Promise<CancelOutcome> {
	const askedMs = state.clock.now();
	const outcome = await state.limit(async () => await cancelUntil(state, runId, askedMs));
	if (outcome instanceof Error)
		state.warn(
			`A run could not be cancelled at ${state.serviceName}: ${outcome.message} (run ${runId})`,
		);
	return outcome;
}

/** Tries again while the failure may pass and there is time. */
async function cancelUntil(
	state: CancellerState,
	runId: string,
	askedMs: number,
): Promise<CancelOutcome> {
	const { clock } = state;
	for (let tries = 1; ; tries++) {
		await clock.pause(state.heldUntilMs - clock.now());
		const error = await state.cancel(runId).catch(asError);
		if (!(error instanceof Error)) return error ?? 'accepted';
		if (!mayPass(error, tries) || clock.now() - askedMs > LONGEST_CANCEL_MS) return error;
		const retryAfterMs = error instanceof ServiceError ? error.facts.retryAfterMs : undefined;
		if (retryAfterMs !== undefined)
			state.heldUntilMs = Math.max(
				state.heldUntilMs,
				clock.now() + Math.min(retryAfterMs, LONGEST_RETRY_AFTER_MS),
			);
		else await clock.pause(pauseBeforeRetry(tries, undefined, clock.random()));
	}
}

function mayPass(error: Error, tries: number): boolean {
	if (!(error instanceof ServiceError)) return false;
	const { isRetryable, status } = error.facts;
	return (
		isRetryable === true || (DOUBTFUL_STATUSES.includes(status ?? 0) && tries < DOUBTFUL_TRIES)
	);
}

async function withinMs(
	cancelling: Promise<CancelOutcome>,
	patienceMs: number,
	clock: Clock,
): Promise<CancelOutcome> {
	const answered = new AbortController();
	const patience = clock.pause(patienceMs, answered.signal).then((): CancelOutcome => 'pending');
	const outcome = await Promise.race([cancelling, patience]);
	answered.abort();
	return outcome;
}

const asError = (error: unknown) => (error instanceof Error ? error : new Error(String(error)));
