import { readText } from '../../../../../nodes/core/http/byteStream';
import { ServiceError, ExecutionCancelledError } from '../../../../../nodes/core/errors';
import { isNetworkFailure, type StreamAnswer } from '../../../../../nodes/core/http/http';
import { classifyStart } from '../../../../../nodes/core/starting/startOutcome';
import { parsedJson } from '../../../../../nodes/core/json';
import { linkSignals } from '../../../../../nodes/core/async/signals';
import { pauseBeforeRetry, READ_TRIES, retryAfterMs } from '../../../../../nodes/core/http/retry';
import { timeLimit } from '../../../../../nodes/core/async/signals';
import { openAnswer } from '../api/detectFormat';
import { readAnswerStream, type StreamEnd, type StreamListener } from '../api/answerStream';
import { readAnswer, readErrorText, runRequest } from '../api/api';
import type { Session } from './session';

/** One run, already checked. */
export interface RunOrder {
	workflowId: string;
	input: Record<string, unknown>;
	isStreamed: boolean;
	/** From the request to the last byte of its answer; 0: none */
	timeoutMs: number;
}

const LONGEST_TEXT_BYTES = 64 * 1024 * 1024;
const LONGEST_REMAINDER = 2_000;
const NOT_AGAIN = 'The workflow may have run all the same, so it was not sent again.';
const nothing = { onText: () => undefined, onNodeEnd: () => undefined };

/** Runs a workflow and reads its answer, in whichever form it comes. Sent once, and again only when it certainly never arrived. */
export async function runWorkflow(
	session: Session,
	order: RunOrder,
	listener: StreamListener = nothing,
): Promise<StreamEnd> {
	const { clock, stop, transport } = session;
	for (let tries = 1; ; tries++) {
		const limit = linkSignals(order.timeoutMs > 0 ? timeLimit(order.timeoutMs) : undefined);
		try {
			const request = runRequest(order.workflowId, order.input, order.isStreamed);
			const result = await transport.openOnce({ ...request, signal: limit.signal, idleMs: 0 });
			if (limit.signal.aborted) throw tooLate(order);
			const verdict = classifyStart(result);
			if (!isNetworkFailure(result) && verdict === 'answered')
				return await readResult(session, order, result, limit.signal, listener);
			const failure = isNetworkFailure(result)
				? transport.networkError(result)
				: transport.failureOf({ ...result, text: await textOf(session, result) });
			if (verdict === 'uncertain')
				throw new ServiceError(failure.message, {
					...failure.facts,
					hint: [failure.facts.hint, NOT_AGAIN].filter(Boolean).join(' '),
				});
			if (verdict === 'refused' || tries >= READ_TRIES) throw failure;
			const askedMs = isNetworkFailure(result)
				? undefined
				: retryAfterMs(result.headers['retry-after'], clock.now());
			await clock.pause(pauseBeforeRetry(tries, askedMs, clock.random()), stop);
		} finally {
			limit.release();
		}
	}
}

async function readResult(
	session: Session,
	order: RunOrder,
	{ headers, stream }: StreamAnswer,
	limit: AbortSignal,
	listener: StreamListener,
): Promise<StreamEnd> {
	const { redact, stop, transport } = session;
	const { isEvents, bytes } = await openAnswer(stream, headers['content-type']);
	const end = isEvents
		? await readAnswerStream(bytes, listener, redact)
		: await readWhole(session, bytes);
	if (stop.aborted) throw new ExecutionCancelledError();
	if (end.error !== undefined)
		throw transport.failureInWords(end.error, { hint: remainder(session, end) });
	if (end.answer !== undefined) return end;
	if (limit.aborted) throw tooLate(order, remainder(session, end));
	throw new ServiceError('FlowAI ended its answer before the result came', {
		hint: [NOT_AGAIN, remainder(session, end)].filter(Boolean).join(' '),
	});
}

/** The standard answer, also where a stream was asked for. */
async function readWhole(
	{ redact }: Session,
	bytes: AsyncIterable<Uint8Array>,
): Promise<StreamEnd> {
	const end: StreamEnd = {
		answer: undefined,
		error: undefined,
		texts: new Map(),
		reasonings: new Map(),
		log: [],
	};
	const text = await readText(bytes, LONGEST_TEXT_BYTES).catch(() => undefined);
	if (text === undefined) return end;
	const body = parsedJson(redact(text));
	const answer = readAnswer(body);
	if (answer !== undefined) return { ...end, answer };
	if (body !== undefined)
		return { ...end, error: readErrorText(body) ?? 'its answer holds no output' };
	return text.trim() === ''
		? end
		: { ...end, error: `its answer is not JSON: ${text.slice(0, 200)}` };
}

async function textOf({ redact }: Session, { stream }: StreamAnswer): Promise<string> {
	return await readText(stream, LONGEST_TEXT_BYTES).then(redact, () => '');
}

function tooLate({ timeoutMs }: RunOrder, more?: string): ServiceError {
	return new ServiceError(`FlowAI did not finish its answer within ${timeoutMs / 1000} s`, {
		hint: ['The workflow may go on at the service. Raise Timeout, or set it to 0.', more]
			.filter(Boolean)
			.join(' '),
	});
}

/** What had arrived of an answer that will not be completed: it was paid for. */
function remainder({ redact }: Session, { texts }: StreamEnd): string | undefined {
	const text = [...texts.values()].join('\n\n');
	return text === ''
		? undefined
		: `Received until then: ${redact(text).slice(0, LONGEST_REMAINDER)}`;
}
