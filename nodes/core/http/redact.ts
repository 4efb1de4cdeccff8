import { recordOf } from '../json';
import { LongInteger, readJson, writtenJson } from '../jsonText';
import { findSecrets, formsOf, holdsSecret } from './findSecrets';

/** Secrets, or a function that gives those of this moment: a token is renewed while it is used. */
export type Secrets = readonly string[] | (() => readonly string[]);

/**
 * Shorter secrets are not cut out. In results the limit is higher, since a short key may be part of
 * a word or link there, which must stay whole.
 */
const SHORTEST = { inMessages: 4, inResults: 8 };
const HIDDEN = '***';

type Hide = (part: string) => string;

/**
 * Cuts secrets out of a text that a user or a log will see, however JSON, addresses and HTML encode
 * them in it. In a text that is JSON they are cut out of its keys and values, so that it stays
 * JSON. A text without them is returned as it is.
 */
export function createRedactor(
	secrets: Secrets,
	place: keyof typeof SHORTEST = 'inMessages',
): Hide {
	const formsNow = () => {
		const all = [...new Set(typeof secrets === 'function' ? secrets() : secrets)];
		return all.filter(({ length }) => length >= SHORTEST[place]).flatMap(formsOf);
	};
	const fixed = typeof secrets === 'function' ? undefined : formsNow();
	return (text) => {
		const forms = fixed ?? formsNow();
		if (!holdsSecret(text, forms)) return text;
		const hide = (part: string) => (holdsSecret(part, forms) ? hidden(part, forms) : part);
		return hiddenInJson(text, hide) ?? hide(text);
	};
}

function hidden(text: string, forms: readonly string[]): string {
	const pieces: string[] = [];
	let shownUntil = 0;
	for (const [from, to] of findSecrets(text, forms).sort(([a], [b]) => a - b)) {
		if (from >= shownUntil) pieces.push(text.slice(shownUntil, from), HIDDEN);
		shownUntil = Math.max(shownUntil, to);
	}
	return [...pieces, text.slice(shownUntil)].join('');
}

/** undefined: the text is not JSON, so it has no keys and values. */
function hiddenInJson(text: string, hide: Hide): string | undefined {
	const read = readJson(text, { areDigitsMarked: true });
	return 'value' in read ? writtenJson(hiddenIn(read.value, hide)) : undefined;
}

function hiddenIn(value: unknown, hide: Hide): unknown {
	if (typeof value === 'string') return hide(value);
	if (typeof value === 'number' || value instanceof LongInteger) {
		const digits = String(value);
		return hide(digits) === digits ? value : HIDDEN;
	}
	if (Array.isArray(value)) return value.map((entry) => hiddenIn(entry, hide));
	const record = recordOf(value);
	return record === undefined
		? value
		: Object.fromEntries(
				Object.entries(record).map(([key, entry]) => [hide(key), hiddenIn(entry, hide)]),
			);
}
