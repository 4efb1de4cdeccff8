const NAME = 'event:';
const DATA = 'data:';
const LINE_ENDS = /(?<=\n)/;

/**
 * The vendor's page shows its events without blank lines between them, and read by the rules they would all be one: where a name
 * follows an event that has name and data already, the blank line is put in. No more than the first letters of a line is held back.
 */
export async function* splitEvents(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
	/** How the current line begins; undefined once that is told. */
	let head: string | undefined = '';
	let hasName = false;
	let hasData = false;
	const begun = (line: string): string => {
		const isName = line.startsWith(NAME);
		const isJoined = isName && hasName && hasData;
		const isOver = isJoined || line.trim() === '';
		hasName = isName || (hasName && !isOver);
		hasData = line.startsWith(DATA) || (hasData && !isOver);
		return isJoined ? `\n${line}` : line;
	};
	for await (const chunk of stream) {
		let text = '';
		// One letter for each byte, so that letters of several bytes may be cut anywhere.
		for (const part of Buffer.from(chunk).toString('latin1').split(LINE_ENDS)) {
			const line: string = (head ?? '') + part;
			const isTold: boolean =
				head === undefined || line.endsWith('\n') || line.length >= NAME.length;
			if (isTold) text += head === undefined ? part : begun(line);
			head = part.endsWith('\n') ? '' : isTold ? undefined : line;
		}
		if (text !== '') yield Buffer.from(text, 'latin1');
	}
	if (head) yield Buffer.from(head, 'latin1');
}
