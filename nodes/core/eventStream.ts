import { createParser, type EventSourceMessage } from 'eventsource-parser';
import type { ByteStream } from './byteStream';

/** One server-sent event. `id` is what to go on from after a break. */
export interface ServerEvent {
	id: string | undefined;
	event: string | undefined;
	data: string;
}

/** An event stream that writes more than this without finishing an event is not one, where events only tell of progress. */
const LONGEST_EVENT_CHARS = 1024 * 1024;

/**
 * The events of an open response, as they arrive; ends with the stream, however it ends: what matters is confirmed by a look.
 * @param onActivity called with every chunk, keep-alive comments included
 * @param longestChars for streams that carry results
 */
export async function* readEvents(stream: ByteStream, onActivity: () => void = () => undefined, longestChars = LONGEST_EVENT_CHARS): AsyncGenerator<ServerEvent> {
	const ready: EventSourceMessage[] = [];
	const parser = createParser({ onEvent: (event) => ready.push(event) });
	const decoder = new TextDecoder();
	let pending = 0;
	try {
		for await (const chunk of stream as AsyncIterable<Uint8Array>) {
			onActivity();
			const text = decoder.decode(chunk, { stream: true });
			pending += text.length;
			parser.feed(text);
			if (ready.length > 0) pending = 0;
			for (const { id, event, data } of ready.splice(0)) yield { id, event, data };
			if (pending > longestChars) return;
		}
	} catch {
		return;
	} finally {
		stream.destroy();
	}
}
