import { createParser, type EventSourceMessage } from 'eventsource-parser';

/** One server-sent event. After a break the stream continues after this `id`. */
export interface ServerEvent {
	id: string | undefined;
	event: string | undefined;
	data: string;
	/**
	 * The stream ended before the blank line that ends an event, so the event may be complete or cut
	 * anywhere.
	 */
	isCut?: true;
}

/**
 * Events that report progress are short. A stream that writes more than this without finishing an
 * event is no event stream.
 */
const LONGEST_EVENT_CHARS = 1024 * 1024;

/**
 * The events of an open response, as they arrive; the generator ends when the stream does, for
 * whatever reason, since a poll confirms what the events say. A reader that stops closes the
 * stream.
 * @param onActivity called with every chunk, keep-alive comments included
 * @param longestChars for streams that carry results
 */
export async function* readEvents(
	stream: AsyncIterable<Uint8Array>,
	onActivity: () => void = () => undefined,
	longestChars = LONGEST_EVENT_CHARS,
): AsyncGenerator<ServerEvent> {
	const ready: EventSourceMessage[] = [];
	const parser = createParser({ onEvent: (event) => ready.push(event) });
	const decoder = new TextDecoder();
	let pending = 0;
	try {
		for await (const chunk of stream) {
			onActivity();
			const text = decoder.decode(chunk, { stream: true });
			pending += text.length;
			parser.feed(text);
			if (ready.length > 0) pending = 0;
			for (const { id, event, data } of ready.splice(0)) yield { id, event, data };
			if (pending > longestChars) return;
		}
	} catch {
		// A stream that breaks off has ended.
	}
	parser.feed(`${decoder.decode()}\n\n`);
	// The stream cannot continue after an ID that was cut off.
	for (const { event, data } of ready) yield { id: undefined, event, data, isCut: true };
}
