/**
 * Longest part of a name that is compared with others; a hostile one must not cost more than its
 * share.
 */
const LONGEST_COMPARED = 256;

/** Some file stores decompose the accents of a name, others compose them. */
const composed = (name: string) => name.normalize('NFC');
const lastPart = (path: string) => path.slice(path.lastIndexOf('/') + 1);
/** The ending of a file name with its dot, or nothing. */
const endingOf = (name: string) => /\.[a-z0-9]{1,12}$/i.exec(name.slice(-13))?.[0] ?? '';

/**
 * Names that a file may be listed under, the longest first. Outputs are named with or without
 * extension, and a batch adds a counter: `prefix`, `prefix.png`, `prefix_000001.png`, all of them
 * also as `prefix` or `prefix.png`.
 */
function* namesFor(filename: string): Generator<string> {
	yield filename;
	const ending = endingOf(filename);
	for (let cut = Math.min(filename.length, LONGEST_COMPARED) - 1; cut > 0; cut--) {
		const mark = filename.charAt(cut);
		if (mark !== '.' && mark !== '_') continue;
		const stem = filename.slice(0, cut);
		yield stem;
		if (mark === '_' && ending !== '') yield `${stem}${ending}`;
	}
}

/**
 * Which of a run's output names a file belongs to; undefined: none. `prefix_2.png` belongs to
 * `prefix_2` where that is a name itself, to `prefix` otherwise. A folder (ComfyUI's `sub/prefix`)
 * may be there with one of the two only.
 */
export type OwnerOf = (filename: string) => string | undefined;

export function indexNames(names: readonly string[]): OwnerOf {
	const known = new Map(names.map((name) => [composed(name), name]));
	const withoutFolder = new Map(
		names.filter((name) => name.includes('/')).map((name) => [composed(lastPart(name)), name]),
	);
	return (filename) => {
		const hasFolder = filename.includes('/');
		const whole = composed(filename);
		for (const name of namesFor(whole)) if (known.has(name)) return known.get(name);
		for (const name of namesFor(hasFolder ? lastPart(whole) : whole)) {
			const owner = hasFolder ? known.get(name) : withoutFolder.get(name);
			if (owner !== undefined) return owner;
		}
		return undefined;
	};
}
