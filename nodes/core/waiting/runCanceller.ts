import { type Clock, within } from '../async/clock';
import { createLimiter, type Limiter } from '../async/limiter';
import { hasStatus, ServiceError } from '../errors';
import { LONGEST_RETRY_AFTER_MS, pauseBeforeRetry } from '../http/retry';
import type { KnownRun } from '../runs/run';

const CANCELS_AT_A_TIME = 20;
/**
 * How long a cancel is tried: after Stop no item waits for it, and a run that continues costs
 * money.
 */
const LONGEST_CANCEL_MS = 180_000;
const DOUBTFUL_TRIES = 3;

/**
 * Whether a cancel was refused in a way that may pass in a moment: the service does not recognise
 * the key or the run.
 */
export const isDoubtfulRefusal = (error: unknown): boolean => hasStatus(error, 401, 403, 404);

/** One of the tries of a cancel. */
export interface CancelTry {
	/** Whether it is the first since somebody asked: what an earlier request met does not count. */
	isFirst: boolean;
	/**
	 * The service has accepted the cancel. Called where the try itself takes longer, since it waits
	 * for what becomes of the cancel.
	 */
	onAccepted(): void;
}

export interface CancellerParts {
	/**
	 * Sends one cancel, also after Stop.
	 * @returns the run where the cancel was refused because it has ended
	 * @throws ServiceError
	 */
	cancel(runId: string, cancelTry: CancelTry): Promise<KnownRun | undefined>;
	/** As messages call the service. */
	serviceName: string;
	/** Runs may join what is cancelled: after a cancel that was accepted, the next one is sent, too. */
	isGroup?: boolean;
	/** What n8n's log says of a cancel that failed; by default of a run's. */
	cancelFailure?(runId: string, error: Error): string;
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
	isGroup?: boolean;
	/**
	 * Resolves once it is known what became of the cancel, or after `patienceMs`. Never rejects; what
	 * fails is logged, and is tried again when somebody asks again.
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
	/** Cancels that are in progress, or were accepted. */
	known: Map<string, Cancelling>;
}

interface Cancelling {
	/** When somebody asked last, epoch ms. */
	askedMs: number;
	isAccepted: boolean;
	outcome: Promise<CancelOutcome>;
}

export function createRunCanceller(parts: CancellerParts): RunCanceller {
	const state: CancellerState = {
		...parts,
		limit: createLimiter(CANCELS_AT_A_TIME),
		heldUntilMs: 0,
		known: new Map(),
	};
	return {
		isGroup: parts.isGroup,
		cancel: async (runId, patienceMs) => {
			const cancelling = state.known.get(runId) ?? beginCancel(state, runId);
			cancelling.askedMs = parts.clock.now();
			return await within(parts.clock, patienceMs, cancelling.outcome, () =>
				cancelling.isAccepted ? 'accepted' : 'pending',
			);
		},
	};
}

function beginCancel(state: CancellerState, runId: string): Cancelling {
	const cancelling: Cancelling = {
		askedMs: state.clock.now(),
		isAccepted: false,
		outcome: Promise.resolve('pending'),
	};
	state.known.set(runId, cancelling);
	cancelling.outcome = cancelRun(state, runId, cancelling);
	return cancelling;
}

async function cancelRun(
	state: CancellerState,
	runId: string,
	cancelling: Cancelling,
): Promise<CancelOutcome> {
	const outcome = await state.limit(async () => await cancelUntil(state, runId, cancelling));
	if (outcome instanceof Error || state.isGroup) state.known.delete(runId);
	if (outcome instanceof Error) {
		state.warn(
			state.cancelFailure?.(runId, outcome) ??
				`A run could not be cancelled at ${state.serviceName}: ${outcome.message} (run ${runId})`,
		);
	}
	return outcome;
}

/** Tries again while the failure may pass and there is time. */
async function cancelUntil(
	state: CancellerState,
	runId: string,
	cancelling: Cancelling,
): Promise<CancelOutcome> {
	const { clock } = state;
	const onAccepted = () => {
		cancelling.isAccepted = true;
	};
	for (let tries = 1; ; tries++) {
		await clock.pause(state.heldUntilMs - clock.now());
		const sentMs = clock.now();
		const error = await state.cancel(runId, { isFirst: tries === 1, onAccepted }).catch(asError);
		if (!(error instanceof Error)) return error ?? 'accepted';
		cancelling.isAccepted = false;
		// A request that came meanwhile, such as that of Stop, is entitled to its tries.
		if (cancelling.askedMs > sentMs) tries = 0;
		const isOver = clock.now() - cancelling.askedMs > LONGEST_CANCEL_MS;
		if (!mayPass(error, tries) || isOver) return error;
		const retryAfterMs = error instanceof ServiceError ? error.facts.retryAfterMs : undefined;
		if (retryAfterMs !== undefined)
			state.heldUntilMs = Math.max(
				state.heldUntilMs,
				clock.now() + Math.min(retryAfterMs, LONGEST_RETRY_AFTER_MS),
			);
		else await clock.pause(pauseBeforeRetry(tries, undefined, clock.random()));
	}
}

/** @param tries 0: somebody has asked since the try that failed was sent */
function mayPass(error: Error, tries: number): boolean {
	if (tries === 0) return true;
	if (!(error instanceof ServiceError)) return false;
	return error.facts.isRetryable === true || (isDoubtfulRefusal(error) && tries < DOUBTFUL_TRIES);
}

const asError = (error: unknown) => (error instanceof Error ? error : new Error(String(error)));
