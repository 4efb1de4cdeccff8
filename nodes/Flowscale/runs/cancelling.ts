import type { Clock } from '../../core/async/clock';
import { ofRun, ServiceError } from '../../core/errors';
import type { KnownRun } from '../../core/runs/run';
import { CANCEL_REQUESTED, type FlowscaleApi } from '../api/api';
import { unknownRunError } from './findRun';

/** What became of a run that was to be cancelled. */
export interface CancelResult {
	run_id: string;
	cancelled: boolean;
	message: string;
}

/**
 * Flowscale accepts a cancel and carries it out later; the run is checked until it has ended, for
 * 15 seconds at most.
 */
export const PAUSES_MS = [0, 500, 1_000, 2_000, 4_000, 7_500];
/** A refused cancel says itself what is the matter. */
const PAUSES_AFTER_REFUSAL_MS = [0, 500];
/**
 * A service that forgets a cancelled run says 404 from then on, a gateway that does not reach it for
 * a moment only.
 */
const CHECKS_UNTIL_GONE = 4;

type LastCheck = { run?: KnownRun } | { error: unknown };

/**
 * Cancels a run and checks what became of it: a run may complete although its cancel was accepted,
 * and what cancelling an ended run answers is not documented.
 * @throws ServiceError when the cancel was refused and the run has not ended, or is not known
 */
export async function cancelAndCheck(
	api: FlowscaleApi,
	runId: string,
	clock: Clock,
	stop?: AbortSignal,
): Promise<CancelResult> {
	const answer = await api
		.cancel(runId)
		.then((text) => text || CANCEL_REQUESTED)
		.catch((error: unknown) => orRefusal(ofRun(error, { run_id: runId })));
	const isRefused = answer instanceof Error;
	const last = await untilEnded(
		api,
		runId,
		isRefused ? PAUSES_AFTER_REFUSAL_MS : PAUSES_MS,
		clock,
		stop,
	);
	if (isRefused && 'run' in last && last.run === undefined) throw unknownRunError(runId);
	if (isRefused && !('run' in last && last.run?.finished)) throw answer;
	return { run_id: runId, ...resultOf(answer, last) };
}

const DETACHED = { isDetached: true, tries: 1 };

/**
 * Sends one cancel, also after Stop. A refusal may be that of a run that has ended, and an empty
 * answer may be a gateway's, so the run itself is then checked.
 * @returns the run where the cancel was refused and it has ended
 * @throws ServiceError, retryable where an empty answer has cancelled nothing yet
 */
export async function sendCancel(
	api: FlowscaleApi,
	runId: string,
	clock: Clock,
): Promise<KnownRun | undefined> {
	const answer = await api.cancel(runId, DETACHED).catch(orRefusal);
	if (answer instanceof Error) {
		if (isBusy(answer)) throw answer;
		const found = await api.run(runId, {}, DETACHED).catch(() => null);
		if (!found?.run.finished) throw answer;
		return found.run;
	}
	if (answer !== '' || (await isGone(api, runId, clock))) return undefined;
	throw emptyCancelError(runId);
}

/** A cancel with an empty answer, perhaps of a gateway, whose run continues. */
export const emptyCancelError = (runId: string): ServiceError =>
	new ServiceError('Flowscale gave the cancel an empty answer, and the run continues', {
		isRetryable: true,
		runId,
	});

/** Whether the run has ended, or the service, asked several times, does not know it (any more). */
async function isGone(api: FlowscaleApi, runId: string, clock: Clock): Promise<boolean> {
	for (const pauseMs of PAUSES_MS.slice(0, CHECKS_UNTIL_GONE)) {
		await clock.pause(pauseMs);
		const found = await api.run(runId, {}, DETACHED);
		if (found !== null) return found.run.finished;
	}
	return true;
}

/**
 * The run as it was last seen; without a run where the service, asked several times, does not know
 * it (any more).
 */
async function untilEnded(
	api: FlowscaleApi,
	runId: string,
	pausesMs: number[],
	clock: Clock,
	stop?: AbortSignal,
): Promise<LastCheck> {
	let last: { run?: KnownRun } = {};
	let unknown = 0;
	for (const pauseMs of pausesMs) {
		if (pauseMs > 0) await clock.pause(pauseMs, stop);
		if (stop?.aborted) return last;
		const seen = await api.run(runId).then(
			(found) => ({ run: found?.run }),
			(error: unknown) => ({ error }),
		);
		if ('error' in seen || seen.run?.finished) return seen;
		unknown = seen.run === undefined ? unknown + 1 : 0;
		if (unknown >= CHECKS_UNTIL_GONE) return seen;
		last = seen.run === undefined && last.run !== undefined ? last : seen;
	}
	return last;
}

function resultOf(answer: string | ServiceError, last: LastCheck): Omit<CancelResult, 'run_id'> {
	const text = answer instanceof Error ? answer.message : answer;
	if ('error' in last)
		return { cancelled: true, message: `${text} (the run could not be read afterwards)` };
	const { run } = last;
	if (run?.state === 'cancelled') return { cancelled: true, message: text };
	// A service that forgets a cancelled run has cancelled it.
	if (run === undefined)
		return { cancelled: true, message: `${text} (the run was not found afterwards)` };
	if (!run.finished)
		return {
			cancelled: false,
			message: `Flowscale accepted the cancel, but the run has not ended yet (state ${run.state}). Check it again with Run > Get`,
		};
	const isExplained = answer instanceof Error || EXPLAINS.test(text);
	return {
		cancelled: false,
		message: isExplained ? text : `The run was not cancelled: it ended as ${run.state}`,
	};
}

/**
 * The service's text says itself that nothing was cancelled ("Run already completed"); any other
 * may speak of success, also one such as "Cancelled successfully, nothing else to do".
 */
const EXPLAINS = /^(?!.*\bsuccess).*\b(already|not|cannot|can't|too late|no longer|nothing)\b/is;

/**
 * Whether a gateway refused, or the service is in trouble, so that another try may succeed. A 500
 * does not count: a service may refuse the cancel of an ended run with it.
 */
const isBusy = ({ facts: { isRetryable, status } }: ServiceError): boolean =>
	isRetryable === true && status !== 500;

/** Refusals that say nothing of the run: the key, or the number of requests. */
const NOT_OF_THE_RUN = [401, 403, 407, 429];

/**
 * A refusal after which the run itself is checked: which status the cancel of an ended run gets is
 * not documented, and an error in a 200 or a 500 may mean the same as a 409.
 */
function orRefusal(error: unknown): ServiceError {
	const status = error instanceof ServiceError ? error.facts.status : undefined;
	if (status !== undefined && !NOT_OF_THE_RUN.includes(status)) return error as ServiceError;
	throw error;
}
