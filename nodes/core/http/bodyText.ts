/** How many bytes of an answer say in which encoding its text is. */
const FIRST_BYTES = 2;

/**
 * The text of an answer's bytes. JSON is UTF-8 (RFC 8259, 8.1), but servers on .NET and Windows send
 * UTF-16, and older PHP and Java send Latin-1, with or without saying so. A text that is valid UTF-8
 * is taken for that, whatever its header says, since frameworks add `charset=ISO-8859-1` by default.
 * @param contentType the answer's header, for its charset
 */
export function bodyText(bytes: Uint8Array, contentType = ''): string {
	const wide = wideEncodingOf(bytes);
	if (wide !== undefined) return new TextDecoder(wide).decode(bytes);
	const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
	if (!text.includes('\ufffd') || isUtf8(bytes)) return text;
	const declared = declaredDecoder(contentType);
	if (declared !== undefined) return declared.decode(bytes);
	// Other characters outside of ASCII show that it is UTF-8 with a broken byte in it.
	return /[^\p{ASCII}\ufffd]/u.test(text) ? text : new TextDecoder('windows-1252').decode(bytes);
}

/** A text may hold the replacement character itself, such as what became of half an emoji. */
function isUtf8(bytes: Uint8Array): boolean {
	try {
		new TextDecoder('utf-8', { fatal: true }).decode(bytes);
		return true;
	} catch {
		return false;
	}
}

/** UTF-16 by its byte order mark, or by the zero byte of its first character. */
function wideEncodingOf(bytes: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
	if (bytes.length < FIRST_BYTES) return undefined;
	const [first, second] = bytes;
	if ((first === 0xff && second === 0xfe) || (first !== 0 && second === 0)) return 'utf-16le';
	if ((first === 0xfe && second === 0xff) || (first === 0 && second !== 0)) return 'utf-16be';
	return undefined;
}

/** undefined: UTF-8, none, or one that nobody knows. */
function declaredDecoder(contentType: string): InstanceType<typeof TextDecoder> | undefined {
	const label = /charset\s*=\s*["']?([\w.:-]{1,40})/i.exec(contentType)?.[1] ?? 'utf-8';
	try {
		const decoder = new TextDecoder(label);
		return decoder.encoding === 'utf-8' ? undefined : decoder;
	} catch {
		return undefined;
	}
}
