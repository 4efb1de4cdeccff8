import { ExecutionCancelledError, ServiceError } from '../../../../../nodes/core/errors';
import { linkSignals, timeLimit } from '../../../../../nodes/core/async/signals';
import { isNetworkFailure, type StreamAnswer } from '../../../../../nodes/core/http/http';
import type { NetworkFailure } from '../../../../../nodes/core/http/networkError';
import { pauseBeforeRetry, READ_TRIES, retryAfterMs } from '../../../../../nodes/core/http/retry';
import { classifyStart } from '../../../../../nodes/core/starting/startOutcome';
import type { StreamEnd, StreamListener } from '../api/answerStream';
import { runRequest } from '../api/api';
import { NOT_AGAIN, readResult, textOf, tooLate, UncertainRun } from './readResult';
import type { RunOrder, Sending, Session } from './session';

const NOBODY: StreamListener = { onText: () => undefined, onNodeEnd: () => undefined };

type Outcome = StreamAnswer | NetworkFailure;

/**
 * Runs a workflow and reads its answer, in whichever form it comes. Sent once, and again only when
 * it certainly never arrived: with 429 as long as Timeout allows, otherwise four times.
 * @throws ServiceError | ExecutionCancelledError; UncertainRun where the workflow may have run all
 *   the same
 */
export async function runWorkflow(
	session: Session,
	sending: Sending,
	order: RunOrder,
	listener: StreamListener = NOBODY,
): Promise<StreamEnd> {
	const { clock, stop } = session;
	const sinceMs = clock.now();
	let refusal: ServiceError | undefined;
	for (let tries = 1; ; ) {
		const deadlineMs = await sending.admission.enter(sinceMs, order.timeoutMs);
		if (deadlineMs === 'stopped') throw new ExecutionCancelledError();
		if (deadlineMs === 'tooLate') throw heldBack(order, refusal);
		const tried = await tryOnce(session, sending, order, deadlineMs, listener);
		if ('end' in tried) return tried.end;
		const { failure, askedMs } = tried;
		if (failure.facts.status === 429) {
			refusal = failure;
			continue;
		}
		if (tries >= READ_TRIES) throw failure;
		const pauseMs = pauseBeforeRetry(tries++, askedMs, clock.random());
		if (clock.now() + pauseMs >= deadlineMs) throw failure;
		await clock.pause(pauseMs, stop);
	}
}

/**
 * One try: its result, or why it certainly never arrived. @throws what else may have become of it
 */
async function tryOnce(
	session: Session,
	{ admission, requestRate }: Sending,
	order: RunOrder,
	deadlineMs: number,
	listener: StreamListener,
): Promise<{ end: StreamEnd } | { failure: ServiceError; askedMs: number | undefined }> {
	const { abort, clock, transport } = session;
	let isRefused = false;
	// Time that the user's own rate costs does not count against Timeout.
	const leftMs = deadlineMs - clock.now();
	await requestRate(abort);
	const limit = linkSignals(Number.isFinite(leftMs) ? timeLimit(leftMs) : undefined);
	try {
		if (abort.aborted) throw new ExecutionCancelledError();
		const request = runRequest(order.workflowId, order.input, order.isStreamed);
		const result = await transport.openOnce({ ...request, signal: limit.signal, idleMs: 0 });
		if (limit.signal.aborted) throw tooLate(order);
		const verdict = classifyStart(result);
		if (!isNetworkFailure(result) && verdict === 'answered')
			return { end: await readResult(session, order, result, limit.signal, listener) };
		const failure = await failureOf(session, result);
		if (verdict === 'uncertain') throw uncertain(failure);
		if (verdict === 'refused') throw failure;
		isRefused = failure.facts.status === 429;
		const askedMs = isNetworkFailure(result)
			? undefined
			: retryAfterMs(result.headers['retry-after'], clock.now(), result.headers.date);
		if (isRefused) admission.refused(askedMs);
		return { failure, askedMs };
	} finally {
		limit.release();
		if (!isRefused) admission.ended();
	}
}

async function failureOf(session: Session, result: Outcome): Promise<ServiceError> {
	return isNetworkFailure(result)
		? session.transport.networkError(result)
		: session.transport.failureOf({ ...result, text: await textOf(session, result) });
}

/** A 500 is FlowAI's answer for a workflow that failed; whatever else is not clear may have run. */
function uncertain({ message, facts }: ServiceError): ServiceError {
	const hint = [facts.hint, NOT_AGAIN].filter(Boolean).join(' ');
	return facts.status === 500
		? new ServiceError(message, { ...facts, hint })
		: new UncertainRun(message, { ...facts, hint });
}

function heldBack({ timeoutMs }: RunOrder, refusal: ServiceError | undefined): ServiceError {
	const text = `FlowAI took no further request for ${timeoutMs / 1000} s`;
	return new ServiceError(refusal === undefined ? text : `${text}: ${refusal.message}`, {
		...refusal?.facts,
		hint: 'The workflow was not run for this item. Lower Max Concurrent or Max Requests per Second, or raise Timeout.',
	});
}
