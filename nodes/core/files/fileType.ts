/** File kinds that ComfyUI output nodes write (images, video, audio, 3D, text), and what browsers call them. */
const TYPES: Readonly<Record<string, string>> = {
	png: 'image/png',
	jpg: 'image/jpeg',
	jpeg: 'image/jpeg',
	webp: 'image/webp',
	avif: 'image/avif',
	heif: 'image/heif',
	heic: 'image/heic',
	gif: 'image/gif',
	svg: 'image/svg+xml',
	exr: 'image/x-exr',
	tiff: 'image/tiff',
	mp4: 'video/mp4',
	webm: 'video/webm',
	mkv: 'video/x-matroska',
	mov: 'video/quicktime',
	avi: 'video/x-msvideo',
	flac: 'audio/flac',
	wav: 'audio/wav',
	mp3: 'audio/mpeg',
	ogg: 'audio/ogg',
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
	zip: 'application/zip',
	safetensors: 'application/octet-stream',
};
const ANY = 'application/octet-stream';

/** MIME type after the file name's extension; null when the extension says nothing. */
export function mimeTypeOfName(filename: string): string | null {
	const extension = /\.([a-z0-9]{1,12})$/i.exec(filename)?.[1].toLowerCase();
	return extension !== undefined && Object.hasOwn(TYPES, extension) ? TYPES[extension] : null;
}

/** The same for the file that a link leads to: outputs may be named without an extension, files in a store have one. */
export function mimeTypeOfLink(link: string): string | null {
	return mimeTypeOfName(link.split(/[?#]/)[0]);
}

/**
 * MIME type of a download: the extension is trusted first, since object stores often answer `binary/octet-stream`; for a name
 * without one the link's extension helps then. A header that is no MIME type at all is ignored.
 */
export function mimeTypeOf(filename: string, header: string | undefined, link = ''): string {
	const received = /^[\w.+-]+\/[\w.+-]+/.exec(header?.trim() ?? '')?.[0].toLowerCase();
	const isTelling = received !== undefined && !received.endsWith('/octet-stream');
	return mimeTypeOfName(filename) ?? (isTelling ? received : (mimeTypeOfLink(link) ?? ANY));
}

/** Extension for a file whose name has none, so that other apps know what to do with it. */
export function extensionFor(mimeType: string): string | undefined {
	return Object.keys(TYPES).find((extension) => TYPES[extension] === mimeType && mimeType !== ANY);
}

const LONGEST_NAME = 200;

/**
 * A service's file name made safe for a binary field and whatever disk it ends on: no path, no control characters,
 * at most 200 characters with its extension kept, never empty.
 */
export function safeFileName(filename: string, mimeType: string | null): string {
	const last = filename.split(/[\\/]/).at(-1) ?? '';
	const plain = last.replace(/[\p{Cc}\p{Cf}<>:"|?*]/gu, '').replace(/^[.\s]+|[.\s]+$/g, '');
	const named = plain === '' ? 'output' : plain;
	const extension =
		mimeTypeOfName(named) === null && mimeType !== null ? extensionFor(mimeType) : undefined;
	const whole =
		extension === undefined || /\.[a-z0-9]{1,12}$/i.test(named) ? named : `${named}.${extension}`;
	if (whole.length <= LONGEST_NAME) return whole;
	const ending = /\.[a-z0-9]{1,12}$/i.exec(whole)?.[0] ?? '';
	return `${whole.slice(0, LONGEST_NAME - ending.length)}${ending}`;
}
