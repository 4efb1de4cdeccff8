import { createParser, type EventSourceMessage } from 'eventsource-parser';

/** One server-sent event. `id` is what to go on from after a break. */
export interface ServerEvent {
	id: string | undefined;
	event: string | undefined;
	data: string;
	/**
	 * The stream ended before the blank line that ends an event: it may be whole all the same, or cut
	 * anywhere.
	 */
	isCut?: true;
}

/**
 * An event stream that writes more than this without finishing an event is not one, where events
 * only tell of progress.
 */
const LONGEST_EVENT_CHARS = 1024 * 1024;

/**
 * The events of an open response, as they arrive; ends with the stream, however it ends: what
 * matters is confirmed by a look. Whoever stops reading closes the stream.
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
		// It broke off: the same as an end.
	}
	parser.feed(`${decoder.decode()}\n\n`);
	// A cut id would be a wrong place to go on from.
	for (const { event, data } of ready) yield { id: undefined, event, data, isCut: true };
}
