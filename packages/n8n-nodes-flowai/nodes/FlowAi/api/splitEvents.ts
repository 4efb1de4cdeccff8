const NAME = 'event:';
const DATA = 'data:';
const LINE_ENDS = /(?<=\n)/;

/**
 * Turns an event stream into the form that its standard requires. The vendor's page shows events
 * without blank lines between them, and a standard parser would read all of them as one. Where a
 * name follows an event that already has a name and data, the blank line is therefore inserted. A
 * standard parser also drops an event without data, but an error may come without a reason, so an
 * empty data line is inserted. Only the first letters of a line are held back.
 */
export async function* splitEvents(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
	/** How the current line begins; undefined once that is known. */
	let head: string | undefined = '';
	const event = createEventState();
	for await (const chunk of stream) {
		let text = '';
		// One character for each byte, so that a character of several bytes may be cut anywhere.
		for (const part of Buffer.from(chunk).toString('latin1').split(LINE_ENDS)) {
			const line: string = (head ?? '') + part;
			const isKnown: boolean =
				head === undefined || line.endsWith('\n') || line.length >= NAME.length;
			if (isKnown) text += head === undefined ? part : event.begin(line);
			head = part.endsWith('\n') ? '' : isKnown ? undefined : line;
		}
		if (text !== '') yield Buffer.from(text, 'latin1');
	}
	const rest = (head ?? '') + event.end(head === '');
	if (rest !== '') yield Buffer.from(rest, 'latin1');
}

/** What the current event has so far. */
function createEventState() {
	let hasName = false;
	let hasData = false;
	return {
		/** The beginning of a line, with what is inserted before it. */
		begin: (line: string): string => {
			const isName = line.startsWith(NAME);
			const isJoined = isName && hasName && hasData;
			const isBlank = line.trim() === '';
			const isOver = isJoined || isBlank;
			const added = isJoined ? '\n' : isBlank && hasName && !hasData ? `${DATA}\n` : '';
			hasName = isName || (hasName && !isOver);
			hasData = line.startsWith(DATA) || (hasData && !isOver);
			return added + line;
		},
		/** What is inserted at the end of the stream. */
		end: (isAtLineStart: boolean): string =>
			hasName && !hasData ? `${isAtLineStart ? '' : '\n'}${DATA}` : '',
	};
}
