import { readEvents } from '../../../../../nodes/core/http/eventStream';
import { isNothing, parsedJson, recordOf, textOf } from '../../../../../nodes/core/json';
import { tooDeepIn } from '../../../../../nodes/core/jsonText';
import {
	type LogEvent,
	readAnswer,
	readErrorText,
	readLogEvent,
	readPiece,
	valueAt,
	type WorkflowAnswer,
} from './api';
import { splitEvents } from './splitEvents';

/** The result comes in a single event, which may contain images as text. */
const LONGEST_EVENT_CHARS = 32 * 1024 * 1024;

const NO_REASON = 'no reason given';

/** What a stream brought, however it ended. */
export interface StreamEnd {
	/** undefined: the stream ended without a result. */
	answer: WorkflowAnswer | undefined;
	/** The service's words, where it said that the workflow failed. */
	error: string | undefined;
	/**
	 * Text and reasoning pieces, joined by the node that wrote them, in the order the nodes began.
	 */
	texts: Map<string, string>;
	reasonings: Map<string, string>;
	log: LogEvent[];
}

export interface StreamListener {
	onText(node: string, text: string): void;
	/** A node has ended, so that no more text of it comes. */
	onNodeEnd(node: string): void;
}

/** What there is of an answer before its first byte. */
export const nothingYet = (): StreamEnd => ({
	answer: undefined,
	error: undefined,
	texts: new Map(),
	reasonings: new Map(),
	log: [],
});

/**
 * Reads a streamed answer up to its result. Events of unknown names are kept as log. Never rejects.
 * @param redact cuts the key out of each event
 */
export async function readAnswerStream(
	stream: AsyncIterable<Uint8Array>,
	listener: StreamListener,
	redact = (text: string) => text,
): Promise<StreamEnd> {
	const end = nothingYet();
	let unnamed: WorkflowAnswer | undefined;
	for await (const { event = 'message', data: received, isCut = false } of readEvents(
		splitEvents(stream),
		undefined,
		LONGEST_EVENT_CHARS,
	)) {
		const data = redact(received);
		const value = parsedJson(data);
		switch (event.toLowerCase()) {
			case 'stream': {
				const { node, content, reasoning } = readPiece(value);
				append(end.texts, node, content);
				append(end.reasonings, node, reasoning);
				if (content !== '') listener.onText(node, content);
				break;
			}
			case 'output':
				// Half a result does not count as one, but it may be the only text that arrived.
				if (isCut && value === undefined) {
					if (end.texts.size === 0) append(end.texts, '', data);
					return end;
				}
				end.answer = readAnswer(value);
				if (end.answer === undefined)
					end.error =
						tooDeepIn(data) ?? readErrorText(value) ?? 'its result event contains no output';
				return end;
			case 'error':
				end.error = reasonOf(value, data);
				return end;
			default: {
				if (data === '') break;
				// Some proxies leave out the names of events: the last result counts, unless one has its name.
				if (event === 'message') unnamed = readAnswer(value) ?? unnamed;
				const entry = readLogEvent(event, data);
				end.log.push(entry);
				if (entry.type === 'finish_node' && entry.node !== null)
					listener.onNodeEnd(String(valueAt(value, 'node')));
			}
		}
	}
	return { ...end, answer: unnamed };
}

/** Why a workflow failed, in the words of its error event. */
function reasonOf(value: unknown, data: string): string {
	if (isNothing(value === undefined ? data : value)) return NO_REASON;
	const reason = readErrorText(value) ?? textOf(value) ?? data.trim();
	// The event of a node that gives no reason still has the node's number and a type.
	const rest = Object.entries(recordOf(value) ?? { reason }).filter(
		([key]) => !/^(node|type)$/i.test(key),
	);
	return isNothing(rest.map(([, entry]) => entry)) ? NO_REASON : reason;
}

function append(texts: Map<string, string>, node: string, text: string): void {
	if (text !== '') texts.set(node, (texts.get(node) ?? '') + text);
}
