/** Names that HTML has for characters of ASCII. */
const ENTITIES: Readonly<Record<string, string>> = {
	Tab: '\t',
	NewLine: '\n',
	excl: '!',
	quot: '"',
	QUOT: '"',
	num: '#',
	dollar: '$',
	percnt: '%',
	amp: '&',
	AMP: '&',
	apos: "'",
	lpar: '(',
	rpar: ')',
	ast: '*',
	midast: '*',
	plus: '+',
	comma: ',',
	period: '.',
	sol: '/',
	colon: ':',
	semi: ';',
	lt: '<',
	LT: '<',
	equals: '=',
	gt: '>',
	GT: '>',
	quest: '?',
	commat: '@',
	lsqb: '[',
	lbrack: '[',
	bsol: '\\',
	rsqb: ']',
	rbrack: ']',
	Hat: '^',
	lowbar: '_',
	UnderBar: '_',
	grave: '`',
	lcub: '{',
	lbrace: '{',
	verbar: '|',
	vert: '|',
	rcub: '}',
	rbrace: '}',
};

/**
 * Escapes of JSON (and scripts), of addresses, and of HTML. Each begins with its own character and
 * has a bounded length.
 */
const JSON_ESCAPE = String.raw`\\u\{(?<braced>[0-9a-f]{1,6})\}|\\u(?<unicode>[0-9a-f]{4})|\\x(?<byte>[0-9a-f]{2})|\\(?<plain>["'\\/bfnrt])`;
const URL_ESCAPE = '(?<percents>(?:%[0-9a-f]{2}){1,200})';
const HTML_ESCAPE =
	'&#x0{0,6}(?<hexadecimal>[0-9a-f]{1,6});|&#0{0,6}(?<decimal>[0-9]{1,7});|&(?<named>[a-z]{2,20});';
const ONE_KIND = [JSON_ESCAPE, URL_ESCAPE, HTML_ESCAPE].map((escape) => new RegExp(escape, 'gi'));
const ANY_KIND = new RegExp([JSON_ESCAPE, URL_ESCAPE, HTML_ESCAPE].join('|'), 'gi');
/**
 * A backslash that is encoded in another way, or stands before another kind of escape. Two
 * backslashes are one, so there it matters which kind is decoded first; everywhere else all kinds
 * can be decoded at once.
 */
const MIXED = /%5c|&#(?:0{0,6}92|x0{0,6}5c);|&bsol;|\\u005c|\\[%&]/i;
/** The orders of decoding are tried in texts of this length at most: messages and single values. */
const LONGEST_MIXED = 100_000;
const CONTROLS: Readonly<Record<string, string>> = {
	b: '\b',
	f: '\f',
	n: '\n',
	r: '\r',
	t: '\t',
};
/** How many encodings may lie inside of each other. */
const MOST_LAYERS = 6;
const MOST_ORDERED_LAYERS = 5;

type Groups = Partial<Record<string, string>>;

function decodedEscape(escape: string, groups: Groups): string {
	const { braced, unicode, byte, plain, percents, hexadecimal, decimal, named } = groups;
	if (plain !== undefined) return CONTROLS[plain] ?? plain;
	if (percents !== undefined) return decodedBytes(percents);
	if (named !== undefined) return Object.hasOwn(ENTITIES, named) ? ENTITIES[named] : escape;
	const code =
		decimal === undefined
			? Number.parseInt(braced ?? unicode ?? byte ?? hexadecimal ?? '', 16)
			: Number(decimal);
	return code <= 0x10ffff ? String.fromCodePoint(code) : escape;
}

/** UTF-8, or else the old one byte for each character. */
function decodedBytes(percents: string): string {
	const bytes = Buffer.from(percents.replaceAll('%', ''), 'hex');
	const text = bytes.toString('utf8');
	return text.includes('\ufffd') ? bytes.toString('latin1') : text;
}

const decoded = (text: string, kind = ANY_KIND) =>
	text.replace(kind, (escape: string, ...rest: unknown[]) =>
		decodedEscape(escape, rest.at(-1) as Groups),
	);

/**
 * The forms of a secret at any layer of encoding. A secret that contains escapes itself is decoded
 * together with the text around it.
 */
export function formsOf(secret: string): string[] {
	const forms = new Set([secret]);
	for (let depth = 0; depth < MOST_LAYERS; depth++) forms.add(decoded([...forms].at(-1) ?? ''));
	// Web forms write blanks as plus signs.
	const written = [...forms].flatMap((form) =>
		form.includes(' ') ? [form, form.replaceAll(' ', '+')] : form,
	);
	return [...written, ...encodedForms(secret)];
}

/** Shorter ones are no secret, or would be found by chance. */
const SHORTEST_ENCODED = 8;

/**
 * A secret in base64 (at each of the three places where it may begin within other bytes, without
 * the signs that it shares with them) and in hexadecimal digits, as debug pages show a header.
 */
function encodedForms(secret: string): string[] {
	if (secret.length < SHORTEST_ENCODED) return [];
	const bytes = Buffer.from(secret, 'utf8');
	const inBase64 = [0, 1, 2].map((before) => {
		const encoded = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
		const from = Math.ceil((before * 8) / 6);
		return encoded.slice(from, Math.floor(((before + bytes.length) * 8) / 6));
	});
	const inUrls = inBase64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'));
	const hexadecimal = bytes.toString('hex');
	return [...new Set([...inBase64, ...inUrls, hexadecimal, hexadecimal.toUpperCase()])];
}

/** Whether a text holds one of these forms at any layer of encoding. Linear to the text. */
export function holdsSecret(text: string, forms: readonly string[]): boolean {
	const isHeld = (layer: string) => forms.some((form) => layer.includes(form));
	for (const layer of layersOf(text, (layer) => layer, decoded)) if (isHeld(layer)) return true;
	return false;
}

/**
 * A text and its decoded layers: first all kinds of escapes at once, repeatedly, and then, where
 * that may have been wrong, each kind in every order.
 */
function* layersOf<L>(
	text: L,
	textOf: (layer: L) => string,
	decode: (layer: L, kind: RegExp) => L,
): Generator<L> {
	let isMixed = false;
	for (
		let depth = 0, layer = text, previous = '';
		depth <= MOST_LAYERS && (depth === 0 || textOf(layer) !== previous);
		depth++, previous = textOf(layer), layer = decode(layer, ANY_KIND)
	) {
		isMixed ||= textOf(layer).length <= LONGEST_MIXED && MIXED.test(textOf(layer));
		yield layer;
	}
	if (!isMixed) return;
	const visited = new Set<string>();
	// Breadth first, so that each layer is reached at its least depth.
	for (
		let depth = 0, layers = [text];
		depth <= MOST_ORDERED_LAYERS;
		depth++, layers = layers.flatMap((from) => ONE_KIND.map((kind) => decode(from, kind)))
	) {
		layers = layers.filter((from) => !visited.has(textOf(from)) && visited.add(textOf(from)));
		yield* layers;
	}
}

/**
 * A layer of a text: what it says, and where in the text each of its characters begins; one more
 * place marks the end.
 */
interface Layer {
	text: string;
	places: number[];
}

/** Ranges of a text (from, to) that hold one of these forms at any layer of encoding. */
export function findSecrets(text: string, forms: readonly string[]): Array<[number, number]> {
	const whole: Layer = { text, places: Array.from({ length: text.length + 1 }, (_, at) => at) };
	const found: Array<[number, number]> = [];
	for (const layer of layersOf(whole, (part) => part.text, decodedLayer))
		for (const form of forms) found.push(...placesOf(form, layer));
	return found;
}

function placesOf(form: string, { text, places }: Layer): Array<[number, number]> {
	const found: Array<[number, number]> = [];
	for (let at = text.indexOf(form); at !== -1; at = text.indexOf(form, at + form.length))
		found.push([places[at], places[at + form.length]]);
	return found;
}

function decodedLayer({ text, places }: Layer, kind: RegExp): Layer {
	const parts: string[] = [];
	const next: number[] = [];
	let copied = 0;
	const copyUntil = (end: number) => {
		parts.push(text.slice(copied, end));
		for (let at = copied; at < end; at++) next.push(places[at]);
	};
	for (const match of text.matchAll(kind)) {
		copyUntil(match.index);
		const [escape] = match;
		const plain = decodedEscape(escape, match.groups ?? {});
		parts.push(plain);
		// Each percent-encoded byte of an address is a character of three places, so that only the
		// bytes of the secret are cut out.
		const step = /^%/.test(escape) && plain.length * 3 === escape.length ? 3 : 0;
		for (let at = 0; at < plain.length; at++) next.push(places[match.index + at * step]);
		copied = match.index + escape.length;
	}
	copyUntil(text.length);
	return { text: parts.join(''), places: [...next, places[text.length]] };
}
