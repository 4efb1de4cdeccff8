import type { Rest } from './connectRest';
import type { Item } from './execution';

/** What the first bytes of a file say: a link or an error page saved as a file would not do. */
const signatures: Array<[kind: string, pattern: RegExp]> = [
	['png', /^\x89PNG/],
	['mp4', /^....ftyp/s],
	['wav', /^RIFF....WAVE/s],
	['zip', /^PK/],
];

export const kindOf = (bytes: Buffer): string => {
	const head = bytes.subarray(0, 12).toString('latin1');
	return signatures.find(([, pattern]) => pattern.test(head))?.[0] ?? `unknown: ${head}`;
};

/** The kind of every file of every item, fetched as the editor’s "Download" does. */
export const fileKinds = async (rest: Rest, items: Item[]): Promise<string[]> => {
	const fields = items.flatMap(({ binary }) => Object.values(binary ?? {}));
	return await Promise.all(fields.map(async (field) => kindOf(await rest.binary(field))));
};
