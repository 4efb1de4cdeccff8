import type { IBinaryKeyData, IDataObject } from 'n8n-workflow';
import { itemAt } from '../../../nodes/core/items/item';
import { readInputs } from '../../../nodes/Flowscale/inputs/inputs';
import {
	declaredTypeIn,
	formTypeOf,
	labelOf,
	takesFile,
} from '../../../nodes/Flowscale/api/workflows';
import { executeContext } from '../../harness/executeContext';

const file = { data: '', mimeType: 'image/png' };
const read = (parameters: IDataObject, binary: IBinaryKeyData = {}, json: IDataObject = {}) =>
	readInputs(itemAt(executeContext([parameters], { binary, json }), 0));
const asJson = (inputsJson: unknown, more: IDataObject = {}): IDataObject => ({
	inputMode: 'json',
	inputsJson: inputsJson as string,
	...more,
});
const rows = (...file: Array<[string, string]>): IDataObject => ({
	files: { file: file.map(([parameter, binaryField]) => ({ parameter, binaryField })) },
});
const form = (value: IDataObject, types: Record<string, string> = {}): IDataObject => ({
	inputMode: 'fields',
	inputs: {
		mappingMode: 'defineBelow',
		value,
		schema: Object.keys(value).map((name) => ({
			id: name,
			displayName: labelOf({ name, type: types[name] ?? 'string' }),
		})),
	},
});

describe('inputs as JSON', () => {
	it.each<[string, unknown, Record<string, string | string[]>]>([
		['texts', '{"a":"x"}', { a: 'x' }],
		['an object from an expression', { a: 'x' }, { a: 'x' }],
		[
			'numbers and booleans',
			'{"a":7.5,"b":true,"c":false,"d":0}',
			{ a: '7.5', b: 'true', c: 'false', d: '0' },
		],
		['a list, sent one by one', '{"a":["x",2]}', { a: ['x', '2'] }],
		['an empty list, not sent', '{"a":[]}', {}],
		['an object, sent as JSON', '{"a":{"b":1}}', { a: '{"b":1}' }],
		['null, not sent', '{"a":null}', {}],
		[
			'a date from an expression, as its ISO time',
			{ a: new Date(0), b: { at: new Date(0) } },
			{ a: '1970-01-01T00:00:00.000Z', b: '{"at":"1970-01-01T00:00:00.000Z"}' },
		],
		['an empty text, sent', '{"a":""}', { a: '' }],
		['nothing', '  ', {}],
		[
			'names that every object has',
			'{"constructor":"x","toString":"y"}',
			{ constructor: 'x', toString: 'y' },
		],
		[
			'integers that JavaScript would round, with all digits',
			'{"seed":18446744073709551615,"list":[-9007199254740993,"\\"12345678901234567890"],"short":9007199254740991,"part":0.12345678901234567,"text":"12345678901234567890 \\\\","more":1e30}',
			{
				seed: '18446744073709551615',
				list: ['-9007199254740993', '"12345678901234567890'],
				short: '9007199254740991',
				part: String(Number('0.12345678901234567')),
				text: '12345678901234567890 \\',
				more: '1e+30',
			},
		],
	])('%s', (_, json, texts) => expect(read(asJson(json))).toEqual({ texts, files: [] }));

	it.each<[string, unknown]>([
		['a list', '[1]'],
		['a text', '"x"'],
		['a number', '5'],
		['null', 'null'],
		['broken', '{"a":'],
		['a word', 'x'],
		['undefined from an expression', null],
	])('%s is refused', (_, json) => {
		expect(() => read(asJson(json))).toThrow('Inputs (JSON) is not a JSON object');
	});

	it('refuses the one name that would be lost', () => {
		expect(() => read(asJson('{"__proto__":["x"]}'))).toThrow(
			'No parameter can be named "__proto__"',
		);
	});
});

describe('files', () => {
	it('several under one name, in order', () => {
		expect(
			read(asJson('{}', rows(['image', 'a, b'], ['mask', 'a'])), { a: file, b: file }),
		).toEqual({
			texts: {},
			files: [
				['image', 'a'],
				['image', 'b'],
				['mask', 'a'],
			],
		});
	});
	it.each<[string, IDataObject, string]>([
		['a field that is not there', rows(['image', 'nope']), 'The item has no binary field "nope"'],
		['no parameter', rows(['', 'a']), 'File 1 names no parameter'],
		['no field', rows(['image', ' , ']), 'The name of a binary field is empty'],
		[
			'one parameter twice',
			rows(['image', 'a'], ['image', 'a']),
			'Parameter "image" has two values',
		],
		[
			'a parameter that has a text too',
			{ ...rows(['a', 'a']), inputsJson: '{"a":"x"}' },
			'Parameter "a" has two values',
		],
	])('refused with %s', (_, parameters, message) => {
		expect(() => read({ ...asJson('{}'), ...parameters }, { a: file })).toThrow(message);
	});
});

describe('the form', () => {
	it('sends what is filled in, and leaves what is empty to the workflow', () => {
		expect(
			read(form({ a: 'x', b: '', c: null, d: 0, e: false } as unknown as IDataObject)),
		).toEqual({ texts: { a: 'x', d: '0', e: 'false' }, files: [] });
	});
	it.each<[string, string, string, string, unknown]>([
		[
			'a field of a file type is a file',
			'p',
			'image',
			'data',
			{ texts: {}, files: [['p', 'data']] },
		],
		[
			'a web address is sent as text',
			'p',
			'image',
			'https://x/a.png',
			{ texts: { p: 'https://x/a.png' }, files: [] },
		],
		[
			'a data URI is sent as text',
			'p',
			'image',
			'data:image/png;base64,AA',
			{ texts: { p: 'data:image/png;base64,AA' }, files: [] },
		],
		[
			'a name of a loader, with a binary field',
			'image_51225',
			'string',
			'data',
			{ texts: {}, files: [['image_51225', 'data']] },
		],
		[
			'a name of a loader, with any text',
			'image_51225',
			'string',
			'a fox',
			{ texts: { image_51225: 'a fox' }, files: [] },
		],
		[
			'a name of a loader, with a word that every object has',
			'image_51225',
			'string',
			'constructor',
			{ texts: { image_51225: 'constructor' }, files: [] },
		],
		[
			'a text that happens to name a binary field',
			'prompt',
			'string',
			'data',
			{ texts: { prompt: 'data' }, files: [] },
		],
	])('%s', (_, name, type, value, inputs) =>
		expect(read(form({ [name]: value }, { [name]: type }), { data: file })).toEqual(inputs),
	);

	it('refuses a file parameter whose field is not there', () => {
		expect(() => read(form({ p: 'nope' }, { p: 'image' }), { data: file })).toThrow(
			'The item has no binary field "nope"',
		);
	});
	it('maps the item’s own fields where that is chosen', () => {
		const inputs = {
			mappingMode: 'autoMapInputData',
			value: null,
			schema: [
				{ id: 'a', displayName: 'a (string)' },
				{ id: 'b', displayName: 'b (string)' },
			],
		};
		expect(
			read({ inputMode: 'fields', inputs } as unknown as IDataObject, {}, { a: 'x', c: 'y' }),
		).toEqual({ texts: { a: 'x' }, files: [] });
	});
});

describe('what a parameter takes', () => {
	it.each([
		['x', 'image', 'yes'],
		['x', 'video_upload', 'yes'],
		['image_51225', 'string', 'perhaps'],
		['mask', 'string', 'perhaps'],
		['image_url', 'string', 'no'],
		['imagery', 'string', 'no'],
		['prompt', 'string', 'no'],
	])('%s (%s): a file, %s', (name, type, likelihood) =>
		expect(takesFile({ name, type })).toBe(likelihood),
	);
	it.each([
		['int', 'number'],
		['float', 'number'],
		['boolean', 'boolean'],
		['json', 'object'],
		['list', 'array'],
		['image', 'string'],
		['string', 'string'],
		['combo', 'string'],
	])('%s is entered as %s', (type, shown) => expect(formTypeOf({ name: 'x', type })).toBe(shown));
	it('keeps its declared type in its label, whatever its name', () => {
		expect(
			['a', 'a (b)', ''].map((name) => declaredTypeIn(labelOf({ name, type: 'image' }))),
		).toEqual(['image', 'image', 'image']);
		expect(declaredTypeIn('renamed by hand')).toBe('string');
	});
});
