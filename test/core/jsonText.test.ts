import fc from 'fast-check';
import { asText, parsedJson, parsedUserJson, recordOf, textOf } from '../../nodes/core/json';
import { DEEPEST_JSON, LongInteger, readJson, writtenJson } from '../../nodes/core/jsonText';

const SEED = '18446744073709551615';

describe('JSON of a service', () => {
	it.each<[string, string, unknown]>([
		['a seed of 64 bits', `{"seed": ${SEED}}`, { seed: SEED }],
		['a negative one', `[-${SEED}]`, [`-${SEED}`]],
		['the largest number that is exact', '9007199254740991', 9007199254740991],
		['the next one', '9007199254740992', '9007199254740992'],
		['a number of many decimals', '0.12345678901234567890', 0.12345678901234568],
		['an exponent', '[1e3, 1.5E-2, 1e21]', [1000, 0.015, 1e21]],
		['digits in a text', `["${SEED}", "NaN \\" ${SEED}", "a\\\\"]`, [SEED, `NaN " ${SEED}`, 'a\\']],
		['Python’s NaN', '{"a": NaN, "b": [Infinity, -Infinity]}', { a: null, b: [null, null] }],
		['NaN of other libraries', '[nan, -nan, inf, -inf]', [null, null, null, null]],
		['a number beyond all numbers', '[1e400, -1E999]', [null, null]],
		['a byte order mark', '\uFEFF{"a":1}', { a: 1 }],
		['true, false and null', ' [true,false,null] ', [true, false, null]],
		['a key that looks like a number', `{"${SEED}": 1, "NaN": 2}`, { [SEED]: 1, NaN: 2 }],
		['a page', '<html>', undefined],
		['half of it', '{"a": [', undefined],
		['a text without end', `"${'\\'.repeat(9)}`, undefined],
		['nothing', '', undefined],
		['undefined', '[undefined]', undefined],
		['a number with a zero in front', `[0${SEED}]`, undefined],
	])('%s', (_, text, value) => expect(parsedJson(text)).toEqual(value));

	it('is read down to 200 levels, and refused below', () => {
		const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
		expect(readJson(nested(DEEPEST_JSON))).toHaveProperty('value');
		expect([DEEPEST_JSON + 1, 10_000].map((levels) => readJson(nested(levels)))).toEqual([
			{ problem: 'tooDeep' },
			{ problem: 'tooDeep' },
		]);
		expect(readJson(`["${'['.repeat(1_000)}"]`)).toHaveProperty('value');
		expect(readJson('{"a":'.repeat(300))).toEqual({ problem: 'tooDeep' });
		expect(readJson(']'.repeat(300))).toEqual({ problem: 'notJson' });
	});

	it('every JSON value comes back as JSON.parse gives it', () => {
		const isExact = (value: unknown): boolean =>
			typeof value === 'number'
				? !Number.isInteger(value) || Number.isSafeInteger(value)
				: typeof value !== 'object' || value === null || Object.values(value).every(isExact);
		fc.assert(
			fc.property(
				fc.jsonValue({ maxDepth: 6 }).filter(isExact),
				fc.constantFrom(0, 1, '\t'),
				(value, space) => {
					const text = JSON.stringify(value, null, space);
					expect(parsedJson(text)).toEqual(JSON.parse(text));
					expect(writtenJson(parsedUserJson(text))).toBe(JSON.stringify(JSON.parse(text)));
				},
			),
		);
	});

	it('no text is JSON that JSON.parse refuses, and none is refused that it takes', () => {
		const scraps = [
			'"',
			'\\',
			'\\u',
			'e000',
			'{',
			'}',
			'[',
			']',
			',',
			':',
			'1',
			'-',
			'.',
			'e',
			' ',
		];
		fc.assert(
			fc.property(
				fc.array(fc.constantFrom(...scraps, SEED, 'true', 'null', 'NaN', '\ue000'), {
					maxLength: 12,
				}),
				(parts) => {
					const text = parts.join('');
					const isJson = (() => {
						try {
							JSON.parse(text);
							return true;
						} catch {
							return false;
						}
					})();
					expect('value' in readJson(text, { isStrict: true })).toBe(isJson);
					expect('value' in readJson(text, { isStrict: true, areDigitsMarked: true })).toBe(isJson);
				},
			),
			{ numRuns: 2_000 },
		);
	});

	it('takes time in proportion to its length', () => {
		const took = (text: string) => {
			const began = performance.now();
			readJson(text, { areDigitsMarked: true });
			return performance.now() - began;
		};
		const hostile = ['\\', '\\"', '"', '[', '1', '-', 'e', 'N', `${SEED},`, '\ue000'];
		for (const unit of hostile) {
			const small = Math.max(5, took(unit.repeat(20_000)));
			expect([unit, took(unit.repeat(200_000)) < 100 * small]).toEqual([unit, true]);
		}
	});
});

describe('JSON that a user entered', () => {
	it('goes out with the digits that were entered', () => {
		const text = `{"seed":${SEED},"list":[-${SEED},"${SEED}",1.5],"__proto__":{"a":${SEED}},"\\ue000":"\ue001"}`;
		expect(writtenJson(parsedUserJson(text))).toBe(text.replace('\\ue000', '\ue000'));
	});
	it('cannot hold NaN', () => {
		expect([parsedUserJson('{"a": NaN}'), parsedUserJson('[1e400]')]).toEqual([
			undefined,
			[Infinity],
		]);
	});
	it('any digits survive, anywhere, beside any text', () => {
		const value = fc.letrec((tie) => ({
			any: fc.oneof(
				fc.bigInt().map((big) => (big > -(2n ** 53n) && big < 2n ** 53n ? Number(big) : big)),
				fc.string({ unit: 'binary' }),
				fc.array(tie('any'), { maxLength: 4 }),
				fc.dictionary(fc.string({ unit: 'binary' }), tie('any'), { maxKeys: 4 }),
			),
		})).any;
		fc.assert(
			fc.property(value, (given) => {
				const text = writtenJson(given);
				expect(writtenJson(parsedUserJson(text))).toBe(text);
			}),
		);
	});
	it('a long integer is a text wherever it is shown', () => {
		const long = new LongInteger(SEED);
		expect([`${long}`, textOf(long), asText(long), asText([long]), recordOf(long)]).toEqual([
			SEED,
			SEED,
			SEED,
			`[${SEED}]`,
			undefined,
		]);
		expect(JSON.stringify({ seed: long })).toBe(`{"seed":"${SEED}"}`);
	});
	it('what JSON does not know is written as JSON.stringify does', () => {
		expect(
			[undefined, NaN, new Date(0), { a: undefined }, [undefined], 12n].map(writtenJson),
		).toEqual(['null', 'null', '"1970-01-01T00:00:00.000Z"', '{}', '[null]', '12']);
	});
});
