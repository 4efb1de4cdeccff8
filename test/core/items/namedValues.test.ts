import type { Item } from '../../../nodes/core/items/item';
import { LongInteger, writtenJson } from '../../../nodes/core/jsonText';
import { type NamedValuesForm, readNamedValues } from '../../../nodes/core/items/namedValues';

const form: NamedValuesForm = {
	mode: 'mode',
	pairs: 'pairs',
	entry: 'pair',
	json: 'json',
	word: 'Input',
	namePlaceholder: '',
	jsonPlaceholder: '',
	hint: '',
};

/** An item with these parameters. */
const itemOf = (parameters: Record<string, unknown>) => {
	const raw = (name: string, fallback: unknown) => parameters[name] ?? fallback;
	const context = { getNode: () => ({ parameters }) };
	return { raw, choice: raw, context } as unknown as Item;
};
const pair = (value: unknown, type = 'auto') =>
	readNamedValues(itemOf({ pairs: { pair: [{ name: 'a', value, type }] } }), form).a;

test.each<[unknown, unknown]>([
	['a red fox', 'a red fox'],
	['', ''],
	['42', 42],
	['4.50', 4.5],
	['-1', -1],
	['007', '007'],
	['1e3', '1e3'],
	['1.0', 1],
	['-20.00', -20],
	['12e4567', '12e4567'],
	['1e-5', 0.00001],
	['99999999999999999999.0', '99999999999999999999.0'],
	['true', true],
	['"quoted"', '"quoted"'],
	['null', 'null'],
	['[1, 2]', [1, 2]],
	['{"b": 1}', { b: 1 }],
	['{broken', '{broken'],
	['18446744073709551615', new LongInteger('18446744073709551615')],
	['[9007199254740993]', [new LongInteger('9007199254740993')]],
	[7, 7],
	[false, false],
	[null, ''],
	[undefined, ''],
	[{ b: 1 }, { b: 1 }],
])('a value entered as %j is sent as %j', (entered, sent) => expect(pair(entered)).toEqual(sent));

test.each<[unknown, string]>([
	['42', '42'],
	['true', 'true'],
	[42, '42'],
	[{ b: 1 }, '{"b":1}'],
	[new Date(0), '1970-01-01T00:00:00.000Z'],
	[null, ''],
])('as text, %j is %j', (entered, sent) => expect(pair(entered, 'text')).toBe(sent));

test('JSON keeps its types', () =>
	expect(
		readNamedValues(itemOf({ mode: 'json', json: '{"a":"42","b":42,"c":null}' }), form),
	).toEqual({ a: '42', b: 42, c: null }));

test.each(['18446744073709551615', '-9007199254740993', '0.1', '1e3'])(
	'JSON with the number %s is sent as it was written, at any depth',
	(digits) => {
		const json = `{"seed":${digits},"a":[{"b":${digits}}]}`;
		expect(writtenJson(readNamedValues(itemOf({ mode: 'json', json }), form))).toBe(
			digits === '1e3' ? json.replaceAll('1e3', '1000') : json,
		);
	},
);

test.each(['__proto__', 'constructor', 'prototype', 'toString'])(
	'a value named %s is one like any other, entered as a pair or as JSON',
	(name) => {
		const asPair = readNamedValues(itemOf({ pairs: { pair: [{ name, value: '1' }] } }), form);
		const nested = `{"${name}":{"${name}":[{"${name}":1}]}}`;
		const asJson = readNamedValues(itemOf({ mode: 'json', json: nested }), form);
		expect(JSON.stringify([asPair, asJson])).toBe(`[{"${name}":1},${nested}]`);
	},
);

test.each([
	[
		'a name twice',
		{
			pairs: {
				pair: [
					{ name: 'a', value: 1 },
					{ name: 'a', value: 2 },
				],
			},
		},
		'Input "a" has two values',
	],
	['no name', { pairs: { pair: [{ name: ' ', value: 1 }] } }, 'Input 1 has no name'],
	['JSON that is none', { mode: 'json', json: '{' }, 'Inputs (JSON) is not a JSON object'],
	['a list', { mode: 'json', json: [] }, 'Inputs (JSON) is not a JSON object'],
])('refuses %s', (_, parameters, message) =>
	expect(() => readNamedValues(itemOf(parameters), form)).toThrow(message),
);

test.each<[string, unknown, string, string]>([
	[
		'a line break',
		'{"a": "x\ny"}',
		'',
		'It breaks at line 1, character 9: a line break inside a text',
	],
	['a quotation mark', '{"a": "say "hi""}', '', 'a quotation mark inside a text?'],
	['an empty expression', '{"a": , "b": 1}', '', 'does an expression return nothing?'],
	['a trailing comma', '{"a": 1,}', '', 'an extra comma before }'],
	['single quotes', "{'a': 1}", '', 'single quotes'],
	['the advice', '{', '', 'JSON.stringify($json.text) }}, or choose Using Fields Below.'],
	['an expression that gives an empty text', ' ', '={{ $json.a }}', 'gives an empty text'],
	['an expression that gives null', null, '={{ $json.a }}', 'The expression gives nothing'],
])('JSON with %s is refused with its place and advice', (_, json, written, hint) => {
	const context = { getNode: () => ({ parameters: { json: written } }) };
	const raw = (name: string) => (name === 'json' ? json : 'json');
	const item = { raw, choice: () => 'json', context } as unknown as Item;
	const refused = () => readNamedValues(item, form);
	expect(refused).toThrow('Inputs (JSON) is not a JSON object');
	expect(refused).toThrow(
		expect.objectContaining({ hint: expect.stringContaining(hint) as string }) as Error,
	);
});

describe('a text of JSON that is an expression alone', () => {
	/** @param gives what each expression gives by itself */
	const read = (written: string, json: string, gives: Record<string, unknown>) => {
		const evaluated: string[] = [];
		const evaluateExpression = (expression: string, index: number) => {
			evaluated.push(`${expression} of item ${index}`);
			return gives[expression];
		};
		const context = { evaluateExpression, getNode: () => ({ parameters: { json: written } }) };
		const raw = (name: string) => (name === 'json' ? json : 'json');
		const item = { index: 7, raw, choice: () => 'json', context } as unknown as Item;
		const values = () => readNamedValues(item, form);
		return { values, evaluated };
	};

	it.each<[string, string, string, Record<string, unknown>, string, string]>([
		[
			'a value',
			'={ "a": "{{ $json.x }}", "b": 1 }',
			'{ "a": "", "b": 1 }',
			{},
			"Invalid input for 'a'",
			'Check the names in {{ $json.x }}. If it may be empty, write {{ $json.x ?? "" }}.',
		],
		[
			'the second of two',
			'={ "a": "{{ $json.x }}", "b": " {{ $json["y"] }} " }',
			'{ "a": "", "b": "  " }',
			{ '{{ $json.x }}': '' },
			"Invalid input for 'b'",
			'{{ $json["y"] ?? "" }}',
		],
		[
			'one within an object',
			'={ "a": { "deep": "{{ $json.x }}" } }',
			'{ "a": { "deep": "" } }',
			{ '{{ $json.x }}': null },
			"Invalid input for 'deep'",
			'{{ $json.x ?? "" }}',
		],
		[
			'one of a list',
			'={ "a": ["x", "{{ $json.x }}"] }',
			'{ "a": ["x", ""] }',
			{},
			"Invalid input for 'Inputs (JSON)'",
			'{{ $json.x ?? "" }}',
		],
		[
			'a long one',
			`={ "a": "{{ $json.${'x'.repeat(90)} }}" }`,
			'{ "a": "" }',
			{},
			"Invalid input for 'a'",
			'Check the names in the expression.',
		],
	])('is refused where it gives nothing: %s', (_, written, json, gives, message, hint) => {
		const { values, evaluated } = read(written, json, gives);
		expect(values).toThrow(`${message}: its expression gives nothing for this item`);
		expect(values).toThrow(
			expect.objectContaining({ hint: expect.stringContaining(hint) as string }) as Error,
		);
		expect(evaluated.every((one) => one.endsWith('of item 7'))).toBe(true);
	});

	it.each([
		[
			'an empty text that is written',
			'={ "a": "", "b": "{{ $json.x }}" }',
			{ '{{ $json.x }}': 'fox' },
			'{"a":"","b":"fox"}',
		],
		['an empty text of the item', '={ "a": "{{ $json.x }}" }', { '{{ $json.x }}': '' }, '{"a":""}'],
		[
			'a text around it',
			'={ "a": "{{ $json.x }}", "b": " of {{ $json.y }}" }',
			{ '{{ $json.x }}': '' },
			'{"a":"","b":" of "}',
		],
	])('sends %s', (_, written, gives, sent) =>
		expect(writtenJson(read(written, sent, gives).values())).toBe(sent),
	);

	it('is evaluated only where the JSON has an empty text', () => {
		const { values, evaluated } = read('={ "a": "{{ $json.x }}" }', '{ "a": "fox" }', {});
		expect([values(), evaluated]).toEqual([{ a: 'fox' }, []]);
	});
});

test('an empty field is no values; a long integer of an expression’s object keeps its digits', () => {
	const read = (json: unknown, written: string) => {
		const context = { getNode: () => ({ parameters: { json: written } }) };
		const raw = () => json;
		const item = { raw, choice: () => 'json', context } as unknown as Item;
		return writtenJson(readNamedValues(item, form));
	};
	expect(read('', '')).toBe('{}');
	const digits = '18446744073709551615';
	expect(read({ seed: Number(digits) }, `={{ { seed: ${digits} } }}`)).toBe(`{"seed":${digits}}`);
	expect(() => read({ seed: Number(digits) }, '={{ $json }}')).toThrow('without losing digits');
});

describe('a value as the user wrote it', () => {
	const photo = { mimeType: 'image/png', fileName: 'a.png', fileSize: '9 kB', id: 'filesystem:7' };
	/** @param value what n8n gives for it */
	const read = (written: unknown, value: unknown, type = 'auto') => {
		const collection = (entry: unknown) => ({ pair: [{ name: 'a', value: entry, type }] });
		const context = {
			getNode: () => ({ parameters: { pairs: collection(written) } }),
			getInputData: () => [{ json: {}, binary: { photo } }],
			helpers: { assertBinaryData: (_: number, field: string) => ({ photo })[field] },
		};
		const raw = () => collection(value);
		const item = { index: 0, raw, choice: () => 'fields', context } as unknown as Item;
		return writtenJson(readNamedValues(item, form).a);
	};
	const digits = '18446744073709551615';

	it.each([
		[
			'keeps its digits where the expression spells them out',
			`={{ ${digits} }}`,
			Number(digits),
			digits,
		],
		[
			'is text where it quotes an expression',
			'={{ $json.text }}',
			'write {{ $json.a }}',
			'"write {{ $json.a }}"',
		],
		[
			'is an object although it describes some file',
			'={{ $json.a }}',
			{ ...photo, id: 'other' },
			JSON.stringify({ ...photo, id: 'other' }),
		],
	])('%s', (_, written, value, sent) => expect(read(written, value)).toBe(sent));

	it('keeps its digits as text, too', () =>
		expect(read(`={{ ${digits} }}`, Number(digits), 'text')).toBe(`"${digits}"`));

	it.each<[string, unknown, unknown, string]>([
		['a number that lost its digits', '={{ $json.seed }}', Number(digits), 'without losing digits'],
		[
			'a number that is none',
			'={{ $json.a / $json.b }}',
			Number.NaN,
			"expects a number but got 'NaN'",
		],
		['a number without end', '={{ 1 / 0 }}', Number.POSITIVE_INFINITY, "got 'Infinity'"],
		['an expression that gives null', '={{ $json.a }}', null, 'its expression gives nothing'],
		[
			'an expression that gives undefined',
			'={{ $json.a }}',
			undefined,
			'its expression gives nothing',
		],
		['an expression in a fixed field', 'a {{ $json.a }}', 'a {{ $json.a }}', 'as plain text'],
		['a file of the item', '={{ $binary.photo }}', photo, 'it holds the file "photo"'],
		[
			'a file within an object',
			'={{ { b: [$binary.photo] } }}',
			{ b: [photo] },
			'it holds the file "photo"',
		],
		[
			'a file as text',
			'={{ JSON.stringify($binary.photo) }}',
			JSON.stringify(photo),
			'it holds the file "photo"',
		],
	])('is refused where it is %s', (_, written, value, message) => {
		expect(() => read(written, value)).toThrow(message);
		if (message !== 'as plain text') expect(() => read(written, value, 'text')).toThrow(message);
	});
});

it('JSON with a number that is none is refused', () => {
	const context = { getNode: () => ({ parameters: { json: '={{ { a: 0 / 0 } }}' } }) };
	const item = { raw: () => ({ a: Number.NaN }), choice: () => 'json', context } as unknown as Item;
	expect(() => readNamedValues(item, form)).toThrow("Invalid input for 'a': expects a number");
});
