/**
 * How files of the kinds that ComfyUI writes begin: MIME type, bytes as Latin-1 text, and where
 * these stand.
 */
const SIGNATURES: ReadonlyArray<[mimeType: string, text: string, offset?: number]> = [
	['image/png', '\x89PNG\r\n\x1a\n'],
	['image/jpeg', '\xff\xd8\xff'],
	['image/gif', 'GIF8'],
	['image/webp', 'WEBP', 8],
	['image/bmp', 'BM'],
	['image/tiff', 'II*\0'],
	['image/tiff', 'MM\0*'],
	['image/x-exr', 'v/1\x01'],
	['image/avif', 'ftypavif', 4],
	['image/avif', 'ftypavis', 4],
	['image/heic', 'ftypheic', 4],
	['image/heic', 'ftypheix', 4],
	['image/heif', 'ftypmif1', 4],
	['audio/mp4', 'ftypM4A ', 4],
	['video/quicktime', 'ftypqt  ', 4],
	['video/mp4', 'ftyp', 4],
	['audio/wav', 'WAVE', 8],
	['video/x-msvideo', 'AVI ', 8],
	['audio/flac', 'fLaC'],
	['audio/ogg', 'OggS'],
	['audio/mpeg', 'ID3'],
	['model/gltf-binary', 'glTF'],
	['application/zip', 'PK\x03\x04'],
	['application/zip', 'PK\x05\x06'],
	['application/pdf', '%PDF-'],
];
/** Whether files of this kind begin with such bytes, so that a text is none. */
export const hasSignature = (mimeType: string): boolean =>
	SIGNATURES.some(([known]) => known === mimeType);

/** Bytes that all of these decisions need at most. */
const HEAD_BYTES = 4_096;

/**
 * MIME type of a file by its first bytes; null when they say nothing. Given whole, a JSON text is
 * known for certain.
 */
export function mimeTypeOfBytes(bytes: Uint8Array): string | null {
	return binaryTypeOf(bytes) ?? textTypeOf(bytes);
}

/** The same for kinds that are not text. */
export function binaryTypeOf(bytes: Uint8Array): string | null {
	const head = Buffer.from(bytes.subarray(0, HEAD_BYTES)).toString('latin1');
	const isAt = (text: string, offset = 0) => head.startsWith(text, offset);
	// Both RIFF kinds and BMP are short words that a text might begin with, too.
	const isRiff = isAt('RIFF');
	const found = SIGNATURES.find(
		([, text, offset]) =>
			isAt(text, offset) && (offset !== 8 || isRiff) && (text !== 'BM' || head.includes('\0')),
	);
	if (found !== undefined) return found[0];
	if (isAt('\x1aE\xdf\xa3')) return head.includes('webm') ? 'video/webm' : 'video/x-matroska';
	// Frames of MP3 (layer III) and AAC without a container.
	if (/^\xff[\xfb\xfa\xf3\xf2]/.test(head)) return 'audio/mpeg';
	return /^\xff[\xf1\xf9]/.test(head) ? 'audio/aac' : null;
}

/** What kind of text the bytes are; null for anything that is not text. */
export function textTypeOf(bytes: Uint8Array): string | null {
	const text = textIn(bytes.subarray(0, HEAD_BYTES));
	if (text === undefined || text === '') return null;
	const start = text.trimStart().slice(0, 1_000);
	if (/^<(!doctype\s+html|html|head|body)\b/i.test(start)) return 'text/html';
	if (/^<svg\b/i.test(start)) return 'image/svg+xml';
	if (/^<(\?xml|error|[a-z][\w:.-]*[\s>/])/i.test(start))
		return text.includes('<svg') ? 'image/svg+xml' : 'application/xml';
	if (!/^(\{\s*["}]|\[\s*["{[\d\]-])/.test(start)) return 'text/plain';
	return bytes.length <= HEAD_BYTES && !isJson(text) ? 'text/plain' : 'application/json';
}

function isJson(text: string): boolean {
	try {
		JSON.parse(text);
		return true;
	} catch {
		return false;
	}
}

/** The bytes as UTF-8 text, a character cut at the end left out; undefined when they are none. */
function textIn(bytes: Uint8Array): string | undefined {
	try {
		const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
		return [...'\0\x01\x02\x03\x04\x05\x06\x07\x08\x0e\x0f'].some((c) => text.includes(c))
			? undefined
			: text.replace(/^\uFEFF/, '');
	} catch {
		return undefined;
	}
}
