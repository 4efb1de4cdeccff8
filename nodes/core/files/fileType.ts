import { namesInLink } from './link';

/**
 * File kinds that ComfyUI output nodes write (images, video, audio, 3D, text), and what browsers
 * call them.
 */
const TYPES: Readonly<Record<string, string>> = {
	png: 'image/png',
	jpg: 'image/jpeg',
	jpeg: 'image/jpeg',
	webp: 'image/webp',
	avif: 'image/avif',
	heif: 'image/heif',
	heic: 'image/heic',
	gif: 'image/gif',
	bmp: 'image/bmp',
	svg: 'image/svg+xml',
	exr: 'image/x-exr',
	tiff: 'image/tiff',
	tif: 'image/tiff',
	mp4: 'video/mp4',
	m4v: 'video/mp4',
	webm: 'video/webm',
	mkv: 'video/x-matroska',
	mov: 'video/quicktime',
	avi: 'video/x-msvideo',
	flac: 'audio/flac',
	wav: 'audio/wav',
	mp3: 'audio/mpeg',
	ogg: 'audio/ogg',
	oga: 'audio/ogg',
	aac: 'audio/aac',
	m4a: 'audio/mp4',
	opus: 'audio/opus',
	glb: 'model/gltf-binary',
	gltf: 'model/gltf+json',
	obj: 'model/obj',
	stl: 'model/stl',
	ply: 'model/ply',
	fbx: 'application/octet-stream',
	usdz: 'model/vnd.usdz+zip',
	txt: 'text/plain',
	json: 'application/json',
	csv: 'text/csv',
	html: 'text/html',
	xml: 'application/xml',
	pdf: 'application/pdf',
	zip: 'application/zip',
	safetensors: 'application/octet-stream',
};
export const ANY_TYPE = 'application/octet-stream';

/** Other names that hosts and browsers give to types of the table. */
const ALIASES: Readonly<Record<string, string>> = {
	'image/jpg': 'image/jpeg',
	'image/pjpeg': 'image/jpeg',
	'image/x-png': 'image/png',
	'audio/x-wav': 'audio/wav',
	'audio/wave': 'audio/wav',
	'audio/vnd.wave': 'audio/wav',
	'audio/mp3': 'audio/mpeg',
	'audio/x-flac': 'audio/flac',
	'audio/x-m4a': 'audio/mp4',
	'video/x-m4v': 'video/mp4',
	'application/x-zip-compressed': 'application/zip',
	'text/json': 'application/json',
	'text/xml': 'application/xml',
};

const ENDING = /\.([a-z0-9]{1,12})$/i;

/** MIME type after the file name's extension; null when the extension says nothing. */
export function mimeTypeOfName(filename: string): string | null {
	const extension = ENDING.exec(filename)?.[1].toLowerCase();
	return extension !== undefined && Object.hasOwn(TYPES, extension) ? TYPES[extension] : null;
}

/**
 * The same for the file that a link leads to: outputs may be named without an extension, files in a
 * store have one, in the link's path or in its query (ComfyUI's own
 * `/view?filename=Anim_00001.mp4&type=output`).
 */
export function mimeTypeOfLink(link: string): string | null {
	const types = namesInLink(link).map(mimeTypeOfName);
	return types.find((type) => type !== null) ?? null;
}

/**
 * The file's name that a link holds: of a known kind, wherever it stands, else one with any
 * extension, which the query is believed for before the path (`/view.php?file=net.pth`). undefined
 * where nothing has an extension.
 */
export function fileNameOfLink(link: string): string | undefined {
	const names = namesInLink(link).filter((name) => ENDING.test(name));
	const [inPath] = namesInLink(link.replace(/\?.*$/s, ''));
	return (
		names.find((name) => mimeTypeOfName(name) !== null) ??
		names.find((name) => name !== inPath) ??
		names[0]
	);
}

/**
 * A MIME type as a service or host wrote it, without its parameters; undefined when it is no MIME
 * type, or one that says nothing.
 */
export function tellingType(received: string | null | undefined): string | undefined {
	const type = /^[\w.+-]+\/[\w.+-]+/.exec(received?.trim() ?? '')?.[0].toLowerCase();
	return type === undefined || SAYS_NOTHING.test(type) ? undefined : type;
}

/** Types by which hosts say that they know no type, or that a browser shall save the file. */
const SAYS_NOTHING =
	/\/(?:octet-stream|(?:x-)?binary|(?:x-)?unknown|(?:x-)?download|(?:x-)?force-download)$/;

/**
 * MIME type of an item's file that is uploaded: n8n's own, unless it says nothing
 * (`application/octet-stream` of a store that knew no better), then the one that the name's
 * extension stands for.
 */
export function mimeTypeOfUpload(fileName: string, received: string | undefined): string {
	const type = tellingType(received);
	if (type === undefined) return mimeTypeOfName(fileName) ?? ANY_TYPE;
	return Object.hasOwn(ALIASES, type) ? ALIASES[type] : type;
}

/** Extension for a file whose name has none, so that other apps know what to do with it. */
export function extensionFor(mimeType: string): string | undefined {
	const type = Object.hasOwn(ALIASES, mimeType) ? ALIASES[mimeType] : mimeType;
	return Object.keys(TYPES).find((extension) => TYPES[extension] === type && type !== ANY_TYPE);
}

/**
 * Whether a name ends in an extension: a known one, or two to four letters. `clip 2024.05.01` and
 * `hero.v2` have none.
 */
export function hasExtension(name: string): boolean {
	return mimeTypeOfName(name) !== null || /\.[a-z]{2,4}$/i.test(name);
}

/** The name with the extension of its type, where it has none. */
export function withExtension(name: string, mimeType: string | null): string {
	const extension = mimeType === null ? undefined : extensionFor(mimeType);
	if (extension === undefined || hasExtension(name)) return name;
	// `photo.` and `photo.png ` are slips.
	const bare = withoutEdges(name, 'end');
	return hasExtension(bare) ? bare : `${bare}.${extension}`;
}

const LONGEST_NAME = 200;
/** Disks take 255 bytes; the next program may add a few. */
const LONGEST_NAME_BYTES = 240;
/** Only the two ends of a longer name are read, so that a hostile name cannot take long. */
const LONGEST_READ_NAME = 1_000;
const LONGEST_EXTENSION = 13;

/**
 * A service's file name made safe for a binary field and whatever disk it ends on: no path, no
 * control characters, at most 200 characters and 240 bytes with its extension kept, never empty.
 */
export function safeFileName(filename: string, mimeType: string | null): string {
	const plain = safeCharacters(lastPart(filename));
	const named = withExtension(plain === '' ? 'output' : plain, mimeType);
	const whole = RESERVED.test(named) ? `_${named}` : named;
	const extension = ENDING.exec(whole.slice(-LONGEST_EXTENSION))?.[0] ?? '';
	return shortened(whole, extension);
}

/** Names of devices, which Windows takes for no file's, whatever follows the dot. */
const RESERVED = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;

/** The name cut between two characters so that disks take it, with its extension kept. */
function shortened(name: string, extension = ''): string {
	const isShort = (text: string) =>
		text.length <= LONGEST_NAME && Buffer.byteLength(text) <= LONGEST_NAME_BYTES;
	if (isShort(name)) return name;
	const characters = [...name.slice(0, Math.min(LONGEST_NAME, name.length - extension.length))];
	while (!isShort(characters.join('') + extension)) characters.pop();
	return characters.join('') + extension;
}

/**
 * A user's name for a file, without its extension: the path's slashes become `_` rather than cut
 * off what stands before them. Empty when nothing of it is left.
 */
export function safeBaseName(name: string): string {
	const plain = shortened(safeCharacters(name.replace(/[\\/]/g, '_')));
	return mimeTypeOfName(plain) === null ? plain : plain.replace(ENDING, '');
}

function lastPart(path: string): string {
	return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}

function safeCharacters(name: string): string {
	const short =
		name.length > LONGEST_READ_NAME
			? `${name.slice(0, LONGEST_READ_NAME - 100)}${name.slice(-100)}`
			: name;
	return withoutEdges(short.replace(/[\p{Cc}\p{Cf}\p{Cs}<>:"|?*]/gu, ''));
}

/**
 * Without dots and blanks at both ends, or at the last. A regular expression for the end takes a time that grows
 * with the square of their number.
 */
function withoutEdges(text: string, side: 'both' | 'end' = 'both'): string {
	const isEdge = (place: number) => /[.\s]/.test(text.charAt(place));
	let [start, end] = [0, text.length];
	while (side === 'both' && start < end && isEdge(start)) start++;
	while (end > start && isEdge(end - 1)) end--;
	return text.slice(start, end);
}
