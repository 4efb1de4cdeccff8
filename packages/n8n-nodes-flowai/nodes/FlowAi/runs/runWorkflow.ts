import { ExecutionCancelledError, ServiceError } from '../../../../../nodes/core/errors';
import { type LinkedSignal, linkSignals, timeLimit } from '../../../../../nodes/core/async/signals';
import { isNetworkFailure } from '../../../../../nodes/core/http/http';
import { sendOnceSafely, type StartEnd } from '../../../../../nodes/core/starting/sendOnceSafely';
import { classifyStart } from '../../../../../nodes/core/starting/startOutcome';
import type { StreamEnd, StreamListener } from '../api/answerStream';
import { runRequest } from '../api/api';
import { readResult, textOf, tooLate, uncertain } from './readResult';
import type { Outcome, RunOrder, Sending, Session } from './session';

const NOBODY: StreamListener = { onText: () => undefined, onNodeEnd: () => undefined };

/**
 * Runs a workflow and reads its answer, in whichever form it comes. It is sent by the one rule for
 * a safe start: once, and again only when it certainly never arrived.
 * @throws ServiceError | ExecutionCancelledError; UncertainRun where the workflow may have run all
 *   the same
 */
export async function runWorkflow(
	session: Session,
	sending: Sending,
	order: RunOrder,
	listener: StreamListener = NOBODY,
): Promise<StreamEnd> {
	const { abort, clock } = session;
	const { gate } = sending;
	let limit = linkSignals();
	const send = async (deadlineMs: number) => {
		// Time spent waiting for Max Requests per Second does not count towards Timeout.
		const leftMs = deadlineMs - clock.now();
		await sending.requestRate(abort);
		if (abort.aborted) throw new ExecutionCancelledError();
		limit.release();
		limit = linkSignals(Number.isFinite(leftMs) ? timeLimit(leftMs) : undefined);
		return await sendOnce(session, order, limit.signal);
	};
	const patienceMs = order.timeoutMs;
	try {
		const end = await sendOnceSafely<Outcome>({ gate, clock, stop: abort, patienceMs, send });
		return await endOf(session, sending, order, end, limit, listener);
	} finally {
		limit.release();
	}
}

/** One try. A refusal is read to its end at once, since it may be reported more than once. */
async function sendOnce(session: Session, order: RunOrder, signal: AbortSignal): Promise<Outcome> {
	const request = runRequest(order.workflowId, order.input, order.isStreamed);
	const result = await session.transport.openOnce({ ...request, signal, idleMs: 0 });
	if (isNetworkFailure(result) || classifyStart(result) === 'answered') return result;
	const { status, headers } = result;
	return { status, headers, text: await textOf(session, result) };
}

/** The result of a request that was sent. @throws what else became of it */
async function endOf(
	session: Session,
	{ gate }: Sending,
	order: RunOrder,
	{ result, verdict, isHeldBackTooLong }: StartEnd<Outcome>,
	{ signal }: LinkedSignal,
	listener: StreamListener,
): Promise<StreamEnd> {
	if (isHeldBackTooLong) throw heldBack(order, failureOf(session, result));
	if (verdict === 'notReached' || verdict === 'refused') throw failureOf(session, result);
	try {
		if (signal.aborted) throw tooLate(order);
		if (!('stream' in result)) throw uncertain(failureOf(session, result));
		return await readResult(session, order, result, signal, listener);
	} finally {
		gate.released();
	}
}

function failureOf({ transport }: Session, result: Outcome): ServiceError {
	if (isNetworkFailure(result)) return transport.networkError(result);
	return transport.failureOf({ ...result, text: 'text' in result ? result.text : '' });
}

function heldBack({ timeoutMs }: RunOrder, refusal: ServiceError): ServiceError {
	return new ServiceError(
		`FlowAI accepted no further request for ${timeoutMs / 1000} s: ${refusal.message}`,
		{
			...refusal.facts,
			hint: 'The workflow was not run for this item. Lower Max Concurrent or Max Requests per Second, or raise Timeout.',
		},
	);
}
