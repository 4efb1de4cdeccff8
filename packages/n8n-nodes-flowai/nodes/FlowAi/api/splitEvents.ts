const NAME = 'event:';
const DATA = 'data:';
const LINE_ENDS = /(?<=\n)/;

/**
 * Puts an event stream into the form that its rules want. The vendor's page shows its events
 * without blank lines between them, and read by the rules they would all be one: where a name
 * follows an event that has name and data already, the blank line is put in. An event without data
 * would be dropped, and an error may well come without a reason: an empty data line is put in. No
 * more than the first letters of a line is held back.
 */
export async function* splitEvents(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
	/** How the current line begins; undefined once that is known. */
	let head: string | undefined = '';
	const event = createEventState();
	for await (const chunk of stream) {
		let text = '';
		// One letter for each byte, so that letters of several bytes may be cut anywhere.
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
		/** The beginning of a line, with what is put in before it. */
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
		/** What is put in at the end of the stream. */
		end: (isAtLineStart: boolean): string =>
			hasName && !hasData ? `${isAtLineStart ? '' : '\n'}${DATA}` : '',
	};
}
