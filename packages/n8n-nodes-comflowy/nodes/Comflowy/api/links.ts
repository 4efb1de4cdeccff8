import { mimeTypeOfName } from '../../../../../nodes/core/files/fileType';

/**
 * Query parameters that name the file, as in ComfyUI's
 * `/view?filename=a.png&subfolder=&type=output`.
 */
const NAMES = ['filename', 'file_name', 'file', 'name', 'path', 'key', 'object', 'f'];
const EXTENSION = /\.[A-Za-z0-9]{1,12}$/;
/** For links that are paths: any host serves to take them apart. */
const BASE = 'http://relative.invalid';

const partsOf = (link: string): URL | undefined =>
	/^data:/i.test(link) || !URL.canParse(link, BASE) ? undefined : new URL(link, BASE);

/**
 * The file's name: the end of the path, or a parameter of the query; undefined where neither looks
 * like one.
 */
export function fileNameIn(link: string): string | undefined {
	const parts = partsOf(link);
	if (parts === undefined) return undefined;
	const disposition = [...parts.searchParams].find(([name]) => /content-disposition$/i.test(name));
	const named = NAMES.flatMap((name) => parts.searchParams.get(name) ?? []);
	const inPath = decoded(lastOf(parts.pathname));
	const candidates = [
		...(mimeTypeOfName(inPath) === null ? [] : [inPath]),
		...named.map(lastOf),
		/filename="?([^";]+)/i.exec(disposition?.[1] ?? '')?.[1] ?? '',
		inPath,
	];
	return candidates.find((name) => EXTENSION.test(name));
}

const lastOf = (path: string) => path.split(/[\\/]/).at(-1) ?? '';

function decoded(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}
