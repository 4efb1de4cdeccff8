import { cpuUsage } from '../../../simulator/platform';
import fc from 'fast-check';
import { createRedactor } from '../../../nodes/core/http/redact';

test.each([
	['inMessages', 'k3y', 'the k3y'],
	['inMessages', 'demo', 'the ***'],
	// A short one may be a part of any word of a result, or of a link, which must stay whole.
	['inResults', 'demo', 'the demo'],
	['inResults', 'long-key', 'the ***'],
] as const)('%s the key "%s" is shown as "%s"', (place, key, received) => {
	expect(createRedactor([key], place)(`the ${key}`)).toBe(received);
	expect(createRedactor(() => [key], place)(`the ${key}`)).toBe(received);
});

const KEY = 'fs/k3y&with+"signs"=';

describe('the key is hidden', () => {
	it.each([
		['as it is', KEY],
		['in JSON', 'fs/k3y&with+\\"signs\\"='],
		['in JSON of PHP', 'fs\\/k3y&with+\\"signs\\"='],
		['in JSON of Go', 'fs/k3y\\u0026with+\\"signs\\"='],
		['in JSON of Rails', 'fs/k3y\\u0026with+\\u0022signs\\u0022='],
		['in JSON, in capitals', 'fs\\u002Fk3y\\u0026with\\u002B\\u0022signs\\u0022\\u003D'],
		['in JSON inside of JSON', 'fs\\\\/k3y\\\\u0026with+\\\\\\"signs\\\\\\"='],
		['in HTML', 'fs/k3y&amp;with+&quot;signs&quot;='],
		['in HTML, by numbers', 'fs&#47;k3y&#038;with&#x2b;&#34;signs&#X22;&#61;'],
		['in HTML, by names', 'fs&sol;k3y&amp;with&plus;&quot;signs&QUOT;&equals;'],
		['in HTML inside of HTML', 'fs/k3y&amp;amp;with+&amp;quot;signs&amp;#34;='],
		['in an address', 'fs%2fk3y%26with%2B%22signs%22%3D'],
		['in an address, each letter', '%66%73%2F%6b%33%79%26with%2b%22signs%22%3d'],
		['in an address inside of an address', 'fs%252fk3y%2526with%252B%2522signs%2522%253D'],
		['in an address in HTML', 'fs&#37;2Fk3y%26with&percnt;2B%22signs%22%3D'],
		['in scripts', 'fs\\x2fk3y\\x26with\\u{2b}\\x22signs\\x22\\x3d'],
		['as an escape whose letters are escaped', '%5C%75%30%30%36%36s/k3y&with+%22signs%22='],
	])('%s', (_, written) => {
		const redact = createRedactor([KEY], 'inResults');
		expect(redact(`before (${written}) behind`)).not.toContain('signs');
		expect(redact(`before ${written} behind`)).toBe('before *** behind');
	});

	it.each(['', 'a', 'ab', 'user:'])('in base64, behind %j', (before) => {
		const redact = createRedactor([KEY], 'inResults');
		for (const kind of ['base64', 'base64url'] as const) {
			const text = Buffer.from(`${before}${KEY} behind`).toString(kind);
			const shown = redact(`{"header": "${text}"}`);
			expect(shown).toContain('***');
			// No more than the signs that the key shares with its neighbours are left of it.
			const [left = '', right = ''] = shown.slice(12, -2).split('***');
			const rest = Buffer.from(left, 'base64').toString() + Buffer.from(right, kind).toString();
			expect(rest).not.toContain('signs');
			expect(left.length + right.length).toBeLessThanOrEqual(text.length - 24);
		}
	});

	it.each(['hex', 'HEX'])('in digits: %s', (kind) => {
		const digits = Buffer.from(KEY).toString('hex');
		const text = kind === 'hex' ? digits : digits.toUpperCase();
		expect(createRedactor([KEY], 'inResults')(`0x${text}.`)).toBe('0x***.');
	});

	it('in keys, texts and numbers of a JSON answer, which stays one', () => {
		const redact = createRedactor(['12345678', KEY], 'inResults');
		const text = `{"n": 12345678, "long": 18446744073709551615, "${JSON.stringify(KEY).slice(1, -1)}": "a\\n12345678", "b": 1.5}`;
		expect(redact(text)).toBe('{"n":"***","long":18446744073709551615,"***":"a\\n***","b":1.5}');
	});
	it('though it begins with the letter of an escape', () => {
		const redact = createRedactor(['nabcdefgh', '41bcdefgh'], 'inResults');
		expect(JSON.parse(redact('["\\nabcdefgh", "\\u0041bcdefgh", "nabcdefgh"]'))).toEqual([
			'\nabcdefgh',
			'Abcdefgh',
			'***',
		]);
	});
	it('and an answer without it is left as it is, to the byte', () => {
		const text = '{"a": [1.50, "fs\\/k3y%26", "&amp;"], "b": NaN }\n';
		expect(createRedactor([KEY], 'inResults')(text)).toBe(text);
	});
});

/** One layer of encoding: each character as it is or encoded, in a random spelling. */
const layers = {
	json: (character: string, choice: number) => {
		const code = character.charCodeAt(0).toString(16).padStart(4, '0');
		const unicode = `\\u${choice % 2 ? code.toUpperCase() : code}`;
		if (choice < 4) return unicode;
		if ('"\\'.includes(character)) return `\\${character}`;
		return character === '/' && choice < 8 ? '\\/' : character;
	},
	url: (character: string, choice: number) => {
		const bytes = [...Buffer.from(character)].map((byte) => byte.toString(16).padStart(2, '0'));
		const written = bytes.map((byte) => `%${choice % 2 ? byte.toUpperCase() : byte}`).join('');
		return choice < 5 || /[%&+ ]/.test(character) ? written : character;
	},
	html: (character: string, choice: number) => {
		const names: Record<string, string> = { '&': 'amp', '"': 'quot', '<': 'lt', "'": 'apos' };
		const code = character.charCodeAt(0);
		if (choice < 2) return `&#${code};`;
		if (choice < 4)
			return `&#x${choice % 2 ? code.toString(16).toUpperCase() : code.toString(16)};`;
		return character in names ? `&${names[character]};` : character;
	},
};

test('however a random key is encoded, up to four times, nothing of it is left', () => {
	const key = fc.string({ unit: 'grapheme-ascii', minLength: 8, maxLength: 40 }).filter(
		// No issuer makes keys with backslashes; one of few characters is found in any text.
		(text) => text === text.trim() && !/\*\*\*|\\/.test(text) && new Set(text).size > 4,
	);
	const encodings = fc.array(fc.constantFrom<keyof typeof layers>('json', 'url', 'html'), {
		maxLength: 4,
	});
	fc.assert(
		fc.property(key, encodings, fc.infiniteStream(fc.nat(15)), (secret, names, choices) => {
			const written = names.reduce(
				(text, name) =>
					[...text].map((part) => layers[name](part, choices.next().value as number)).join(''),
				secret,
			);
			const redact = createRedactor([secret], 'inResults');
			expect(redact(`(${written})`)).not.toContain(written);
			expect(redact(`(${written})`).length).toBeLessThan(12);
			const answer = JSON.stringify({ [`k ${written}`]: [written], n: 1 });
			const values = JSON.parse(redact(answer)) as Record<string, unknown>;
			expect(JSON.stringify(values).replace(/[\s(){}[\]":,kn1]/g, '')).toMatch(/^\*+$/);
		}),
		{ numRuns: 500 },
	);
});

test('hostile text takes time in proportion to its length', () => {
	const redact = createRedactor([KEY, 'fs-%%%%%%%%', '\\\\\\\\\\\\\\\\', '&&&&&&&&&'], 'inResults');
	const took = (text: string) => {
		// Time that the process computes: a busy machine does not make it longer.
		const began = cpuUsage();
		redact(text);
		const ended = cpuUsage();
		return (ended.user + ended.system - began.user - began.system) / 1_000;
	};
	for (const unit of [
		'\\',
		'%',
		'%25',
		'&',
		'&amp;',
		'&#',
		'fs%2',
		'\\u00',
		'0',
		'f',
		'&#0',
		' ',
	]) {
		const small = Math.max(10, took(unit.repeat(10_000)));
		expect([unit, took(unit.repeat(100_000)) < 100 * small]).toEqual([unit, true]);
	}
});
