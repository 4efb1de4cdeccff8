/** Field names of an event stream, and the colon of its comments. */
const FIELDS = ['event:', 'data:', 'id:', 'retry:', ':'];
/** White space before an answer, such as keep-alive lines, is read up to this length. */
const LONGEST_HEAD_BYTES = 64 * 1024;

/**
 * The form of an answer by how it begins, since proxies and frameworks give streams and JSON types
 * of their own; by its type where the beginning says nothing. A reader that stops closes the
 * stream.
 */
export async function openAnswer(
	stream: AsyncIterable<Uint8Array>,
	contentType = '',
): Promise<{ isEvents: boolean; bytes: AsyncIterable<Uint8Array> }> {
	const source = stream[Symbol.asyncIterator]();
	const decoder = new TextDecoder();
	const head: Uint8Array[] = [];
	let text = '';
	let form = formOf(text);
	while (form === undefined && text.length < LONGEST_HEAD_BYTES) {
		// For the reader, a stream that breaks has ended.
		const next = await source.next().catch(() => undefined);
		if (next === undefined || next.done) break;
		head.push(next.value);
		text += decoder.decode(next.value, { stream: true });
		form = formOf(text);
	}
	const isTyped = /^text\/event-stream/i.test(contentType);
	return {
		isEvents: form === undefined || form === 'neither' ? isTyped : form === 'events',
		bytes: resumed(head, source),
	};
}

/** undefined: too little has arrived to decide. */
function formOf(head: string): 'events' | 'json' | 'neither' | undefined {
	const text = head.trimStart();
	if (FIELDS.some((field) => text.startsWith(field))) return 'events';
	if (FIELDS.some((field) => field.startsWith(text))) return undefined;
	return /^[{[]/.test(text) ? 'json' : 'neither';
}

async function* resumed(
	head: Uint8Array[],
	source: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
	try {
		yield* head;
		for (let next = await source.next(); !next.done; next = await source.next()) yield next.value;
	} finally {
		await source.return?.();
	}
}
