import { cleanText, ExecutionCancelledError, ServiceError } from '../../../../../nodes/core/errors';
import { readText } from '../../../../../nodes/core/http/byteStream';
import type { StreamAnswer } from '../../../../../nodes/core/http/http';
import { parsedJson } from '../../../../../nodes/core/json';
import { tooDeepIn } from '../../../../../nodes/core/jsonText';
import {
	nothingYet,
	readAnswerStream,
	type StreamEnd,
	type StreamListener,
} from '../api/answerStream';
import { readAnswer, readErrorText } from '../api/api';
import { openAnswer } from '../api/detectFormat';
import type { RunOrder, Session } from './session';

const LONGEST_TEXT_BYTES = 64 * 1024 * 1024;
const LONGEST_REMAINDER = 2_000;
/** Whatever it says, the request was taken, and its result is still to come. */
const ACCEPTED = 202;
export const NOT_AGAIN = 'The workflow may have run all the same, so it was not sent again.';

/**
 * A request that may have arrived brought no clear answer, so it must not be sent again
 * automatically.
 */
export class UncertainRun extends ServiceError {}

/**
 * The result in an answer, whole or as a stream.
 * @param limit aborted when the item's Timeout is over
 * @throws ServiceError | UncertainRun | ExecutionCancelledError
 */
export async function readResult(
	session: Session,
	order: RunOrder,
	{ status, headers, stream }: StreamAnswer,
	limit: AbortSignal,
	listener: StreamListener,
): Promise<StreamEnd> {
	const { redact, stop, transport } = session;
	const contentType = headers['content-type'];
	const { isEvents, bytes } = await openAnswer(stream, contentType);
	const end = isEvents
		? await readAnswerStream(bytes, listener, redact)
		: await readWhole(session, { status, contentType }, bytes);
	if (stop.aborted) throw new ExecutionCancelledError();
	if (end.error !== undefined)
		throw transport.failureInWords(end.error, { hint: remainder(session, end) });
	if (end.answer !== undefined) return end;
	if (limit.aborted) throw tooLate(order, remainder(session, end));
	throw new UncertainRun('FlowAI ended its answer before the result came', {
		hint: [NOT_AGAIN, remainder(session, end)].filter(Boolean).join(' '),
	});
}

/**
 * The standard answer, also where a stream was asked for.
 * @throws UncertainRun for one that is neither a result nor says that the workflow failed: a page of
 *   a gateway, half an answer, a word that the request was accepted
 */
async function readWhole(
	{ redact, transport }: Session,
	{ status, contentType }: { status: number; contentType?: string },
	bytes: AsyncIterable<Uint8Array>,
): Promise<StreamEnd> {
	const end = nothingYet();
	const received = await readText(bytes, LONGEST_TEXT_BYTES, contentType).catch(() => undefined);
	if (received === undefined) return end;
	const text = redact(received);
	const body = parsedJson(text);
	const answer = readAnswer(body);
	if (answer !== undefined) return { ...end, answer };
	const words = readErrorText(body);
	if (words !== undefined && status !== ACCEPTED) return { ...end, error: words };
	if (text.trim() === '') return end;
	const noJson = tooDeepIn(text) ?? `its answer is not JSON: ${cleanText(text, 200)}`;
	const noOutput = ['its answer contains no output', words].filter(Boolean).join(': ');
	const what = body === undefined ? noJson : noOutput;
	throw uncertain(transport.failureInWords(what, { status }));
}

/** The workflow may have run. FlowAI does not document whether its 500 says that it did. */
export function uncertain({ message, facts }: ServiceError): UncertainRun {
	const hint = [facts.hint, NOT_AGAIN].filter(Boolean).join(' ');
	return new UncertainRun(message, { ...facts, hint });
}

/** The text of a refusing answer; empty if it breaks off. */
export async function textOf(
	{ redact }: Session,
	{ stream, headers }: StreamAnswer,
): Promise<string> {
	const text = readText(stream, LONGEST_TEXT_BYTES, headers['content-type']);
	return await text.then(redact, () => '');
}

export function tooLate({ timeoutMs }: RunOrder, more?: string): UncertainRun {
	return new UncertainRun(`FlowAI did not finish its answer within ${timeoutMs / 1000} s`, {
		hint: ['The workflow may continue at FlowAI. Raise Timeout, or set it to 0.', more]
			.filter(Boolean)
			.join(' '),
	});
}

/** The part of an incomplete answer that arrived, since it was paid for. */
function remainder({ redact }: Session, { texts }: StreamEnd): string | undefined {
	const text = [...texts.values()].join('\n\n');
	return text === ''
		? undefined
		: `Received until then: ${redact(text).slice(0, LONGEST_REMAINDER)}`;
}
