import type { IBinaryKeyData, IDataObject, IExecuteFunctions } from 'n8n-workflow';
import { itemAt } from '../../../nodes/core/items/item';
import { existingGroupId, readGroupId } from '../../../nodes/Flowscale/inputs/groupId';
import { readInputs } from '../../../nodes/Flowscale/inputs/inputs';
import {
	declaredTypeOf,
	formTypeOf,
	labelOf,
	takesFile,
} from '../../../nodes/Flowscale/inputs/inputKind';
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
			declaredType: types[name] ?? 'string',
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

	it.each([
		['a value', '{ "text_1": {{ $json.prompt }} }'],
		['a whole', '{{ $json }}'],
		['a call', '{ "text_1": {{ JSON.stringify($json.prompt) }} }'],
	])('%s that is still an expression asks for the switch to Expression', (_, json) => {
		expect(() => read(asJson(json))).toThrow(
			expect.objectContaining({
				message: 'Inputs (JSON) still holds an expression as plain text',
				hint: 'Switch this field to Expression.',
			}) as Error,
		);
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
		['x', '3d', 'yes'],
		['x', 'image_url', 'no'],
		['image_51225', 'string', 'likely'],
		['mask', 'string', 'likely'],
		['images_3', 'string', 'likely'],
		['images_lora_trainer', 'string', 'perhaps'],
		['image_strength_12', 'string', 'perhaps'],
		['image_51225', 'int', 'no'],
		['image_url', 'string', 'no'],
		['imagery', 'string', 'no'],
		['prompt', 'string', 'no'],
	])('%s (%s): a file, %s', (name, type, likelihood) =>
		expect(takesFile({ name, type })).toBe(likelihood),
	);
	it.each([
		['int', 'string'],
		['float', 'number'],
		['boolean', 'options'],
		['json', 'object'],
		['list', 'array'],
		['image', 'string'],
		['string', 'string'],
		['combo', 'string'],
	])('%s is entered as %s', (type, shown) => expect(formTypeOf({ name: 'x', type })).toBe(shown));
	it.each([
		[{ name: 'text_51536', type: 'string' }, 'Text 51536'],
		[{ name: 'seed_51537', type: 'int' }, 'Seed 51537 (whole number)'],
		[{ name: 'image_22068', type: 'image' }, 'Image 22068 (image file)'],
		[{ name: 'video_30001', type: 'string' }, 'Video 30001 (video file)'],
		[{ name: 'x', type: 'image', label: 'Your photo' }, 'Your photo (image file)'],
		[{ name: 'x', type: 'image[]', label: 'Photos' }, 'Photos (image files)'],
		[{ name: 'refs', type: 'list[video]' }, 'Refs (video files)'],
		[{ name: 'images_12', type: 'string' }, 'Images 12 (image files)'],
		[{ name: 'upload', type: 'multi_file' }, 'Upload (files)'],
		[{ name: 'mode', type: 'combo', choices: ['a', 'b'] }, 'Mode'],
		[{ name: 'upscale_7', type: 'boolean' }, 'Upscale 7'],
		[{ name: 'denoise', type: 'slider' }, 'Denoise'],
		[{ name: 'tags', type: 'list' }, 'Tags (JSON list)'],
		[{ name: 'settings', type: 'json' }, 'Settings (JSON object)'],
		[{ name: '6.inputs.text', type: 'string', label: 'Prompt' }, 'Prompt'],
		[{ name: '__', type: 'string' }, '__'],
	])('%j is labelled %s', (input, label) => expect(labelOf(input)).toBe(label));
	it.each([
		['kept with the field', { declaredType: 'Image', displayName: 'x (string)' }, 'image'],
		['in the label of an earlier version', { displayName: 'a (b) (image)' }, 'image'],
		['in words', { displayName: 'Seed (whole number)', type: 'string' }, 'int'],
		['words for a file', { displayName: 'Photo (image file)', type: 'string' }, 'image file'],
		['nowhere', { displayName: 'renamed by hand' }, 'string'],
		['only as a field type', { displayName: 'Denoise (0 to 1)', type: 'number' }, 'number'],
	])('its declared type is read where it is %s', (_, field, type) =>
		expect(declaredTypeOf(field)).toBe(type),
	);
});

/** Inputs of the first of several items that differ by parameters and files. */
const readFirst = (
	name: string,
	type: string,
	values: string[],
	binaries: IBinaryKeyData[],
): unknown => {
	const context = executeContext(
		values.map((value) => form({ [name]: value }, { [name]: type })),
		{ binaries },
	);
	return readInputs(itemAt(context, 0));
};

describe('an item that came without its file', () => {
	it.each<[string, string, string, string[], IBinaryKeyData[]]>([
		['another item has such a field', 'image_1', 'string', ['pic7', 'pic7'], [{}, { pic7: file }]],
		[
			'another item has it under any name',
			'image_1',
			'string',
			['my cat', 'my cat'],
			[{}, { 'my cat': file }],
		],
		['the name is n8n’s default', 'image_1', 'string', ['data'], [{}]],
		['the name is a usual one', 'video_1', 'string', ['photo_2'], [{}]],
		['one of two is there', 'image_1', 'string', ['a, b'], [{ a: file }]],
		['another item sends a file', 'image_1', 'string', ['before', 'after'], [{}, { after: file }]],
		['the type demands one', 'x', 'image', ['anything'], [{}]],
		['the name only resembles a loader’s', 'images_lora', 'string', ['data'], [{ a: file }]],
	])('is refused where %s', (_, name, type, values, binaries) =>
		expect(() => readFirst(name, type, values, binaries)).toThrow('The item has no binary field'),
	);
	it.each<[string, string, string[], IBinaryKeyData[]]>([
		['a text with blanks', 'image_1', ['a fox', 'after'], [{}, { after: file }]],
		['a file on the service’s disk', 'image_1', ['example.png', 'after'], [{}, { after: file }]],
		['a word where no item has files', 'image_1', ['portrait', 'landscape'], [{}, {}]],
		['a usual name in another parameter', 'prompt', ['data', 'data'], [{}, { data: file }]],
		['a word in a parameter that resembles a loader', 'image_size', ['large'], [{ data: file }]],
	])('is not suspected in %s', (_, name, values, binaries) =>
		expect(readFirst(name, 'string', values, binaries)).toEqual({
			texts: { [name]: values[0] },
			files: [],
		}),
	);
});

describe('a file given by n8n’s description of it', () => {
	const photo = {
		id: 'filesystem-v2:a/b/1',
		data: 'filesystem-v2',
		mimeType: 'image/png',
		fileName: 'a.png',
	};
	const mask = { ...photo, id: 'filesystem-v2:a/b/2', fileName: 'b.png' };
	/** `$binary` leaves the content out. */
	const shown = (file: typeof photo): IDataObject => {
		const rest: IDataObject = { ...file };
		delete rest.data;
		return rest;
	};
	const binary = { photo, mask };
	it.each<[string, unknown, string[]]>([
		['one', shown(photo), ['photo']],
		['a list', [shown(photo), shown(mask)], ['photo', 'mask']],
		['a list of names', ['photo', 'mask'], ['photo', 'mask']],
		['a list of both', [shown(mask), 'photo'], ['mask', 'photo']],
		['all of the item', { photo: shown(photo), mask: shown(mask) }, ['photo', 'mask']],
		['written out', JSON.stringify(shown(mask)), ['mask']],
	])('is uploaded from a form field: %s', (_, value, fields) =>
		expect(read(form({ image_1: value as string }), binary)).toEqual({
			texts: {},
			files: fields.map((field) => ['image_1', field]),
		}),
	);
	it('is uploaded from JSON inputs and under Files, whatever the parameter is called', () => {
		const parameters = {
			...asJson({ anything: shown(photo) }),
			files: { file: [{ parameter: 'other', binaryField: [shown(mask), 'photo'] }] },
		};
		expect(read(parameters as unknown as IDataObject, binary)).toEqual({
			texts: {},
			files: [
				['anything', 'photo'],
				['other', 'mask'],
				['other', 'photo'],
			],
		});
	});
	it.each<[string, unknown, string]>([
		[
			'of another item',
			{ ...shown(photo), id: 'elsewhere' },
			'a file that is not a field of this item',
		],
		['deep in an object', { a: [{ b: shown(photo) }] }, 'a file that is not a field of this item'],
		['beside a web address', [shown(photo), 'https://x/a.png'], 'it mixes files and web addresses'],
		['beside a name that is none', [shown(photo), 'nope'], 'The item has no binary field "nope"'],
	])('is refused, and never sent as text: %s', (_, value, message) => {
		expect(() => read(form({ image_1: value as string }), binary)).toThrow(message);
		expect(() => read(asJson({ image_1: value }), binary)).toThrow(message);
	});
	it('is refused where two files look the same', () => {
		const same = { data: 'AA==', mimeType: 'image/png', fileName: 'a.png' };
		expect(() =>
			read(form({ image_1: { mimeType: 'image/png', fileName: 'a.png' } }), { a: same, b: same }),
		).toThrow('the item has two files that look the same');
	});
});

describe('a form field is read as it was entered', () => {
	const typed = (value: unknown, type: string, written?: string) =>
		readInputs(
			itemAt(
				executeContext([form({ p: value as string }, { p: type })], {
					written: { inputs: { value: { p: written ?? '' } } },
				}),
				0,
			),
		).texts;
	it.each<[unknown, string, string | string[]]>([
		['18446744073709551615', 'int', '18446744073709551615'],
		[' 42 ', 'int', '42'],
		[42, 'int', '42'],
		[0, 'int', '0'],
		['7.0', 'int', '7'],
		['1e3', 'int', '1000'],
		['7.5', 'float', '7.5'],
		[7.5, 'number', '7.5'],
		[1e21, 'float', '1e+21'],
		[true, 'boolean', 'true'],
		['FALSE', 'boolean', 'false'],
		[0, 'boolean', 'false'],
		['{"a":12345678901234567890}', 'json', '{"a":12345678901234567890}'],
		[{ a: 1 }, 'json', '{"a":1}'],
		['["x",2]', 'list', ['x', '2']],
		[['x', 2], 'list', ['x', '2']],
		[5, 'string', '5'],
	])('%j in a field of type %s is sent as %j', (value, type, text) =>
		expect(typed(value, type)).toEqual({ p: text }),
	);
	it.each(['int', 'float', 'boolean', 'json', 'list', 'image'])(
		'an empty cell in a field of type %s is not sent',
		(type) => {
			for (const value of ['', ' ', null, undefined]) expect(typed(value, type)).toEqual({});
		},
	);
	it.each<[unknown, string, string]>([
		['twelve', 'int', "expects a number but got 'twelve'"],
		[7.5, 'int', "expects a whole number but got '7.5'"],
		['0x1f', 'float', "expects a number but got '0x1f'"],
		[true, 'float', "expects a number but got 'true'"],
		[Number.NaN, 'string', "expects a number but got 'NaN'"],
		['maybe', 'boolean', "expects true or false but got 'maybe'"],
		['[1]', 'json', "expects a JSON object but got '[1]'"],
		['x', 'list', "expects a list but got 'x'"],
		[18446744073709552000, 'int', 'is larger than a number can be'],
		['{{ $json.prompt }}', 'string', 'it still holds an expression as plain text'],
		['a fox [object Object]', 'string', 'an object stands in the text'],
	])('%j in a field of type %s is refused by name', (value, type, reason) =>
		expect(() => typed(value, type)).toThrow(
			new RegExp(`^Invalid input for 'p': .*${reason.replace('[', '\\[')}`),
		),
	);
	it('digits that an expression spells out are read from there', () => {
		expect(typed(18446744073709552000, 'int', '={{ 18446744073709551615 }}')).toEqual({
			p: '18446744073709551615',
		});
		const context = executeContext([asJson({ seed: 18446744073709552000 })], {
			written: { inputsJson: '={{ { seed: 18446744073709551615 } }}' },
		});
		expect(readInputs(itemAt(context, 0)).texts).toEqual({ seed: '18446744073709551615' });
	});
});

describe('Map Automatically', () => {
	const auto = (schema: string[], json: IDataObject) =>
		read(
			{
				inputMode: 'fields',
				inputs: {
					mappingMode: 'autoMapInputData',
					value: null,
					schema: schema.map((id) => ({ id, displayName: id })),
				},
			} as unknown as IDataObject,
			{},
			json,
		);
	it('is refused where no input is known', () =>
		expect(() => auto([], { a: 'x' })).toThrow('the inputs of this workflow are not known'));
	it('is refused where nothing matches', () =>
		expect(() => auto(['a'], { A: 'x' })).toThrow('No field of the item has the name of an input'));
	it('leaves an empty cell to the workflow', () =>
		expect(auto(['a', 'b'], { a: '', b: 'x' })).toEqual({ texts: { b: 'x' }, files: [] }));
});

describe('JSON that breaks says where, and what to do', () => {
	const hintOf = (json: string, written?: string): string | undefined => {
		try {
			readInputs(
				itemAt(executeContext([asJson(json)], { written: { inputsJson: written ?? json } }), 0),
			);
		} catch (error) {
			return (error as { hint?: string }).hint;
		}
		return 'not refused';
	};
	it.each<[string, string]>([
		['{"a": "x\ny"}', 'line 1, character 9: a line break inside a text'],
		['{"a": "a "red" fox"}', 'line 1, character 11: "red"'],
		['{"seed": , "b": 1}', 'line 1, character 10: a value is missing'],
		['{"a": 1,\n "b": 2,\n}', 'line 2, character 8: an extra comma before }'],
		["{'a': 1}", 'line 1, character 2: single quotes'],
		['{"a": [object Object]}', 'line 1, character 8: "object'],
		['{"a": undefined}', 'line 1, character 7: "undefined" stands here'],
		['{"a": "x"', 'line 1, character 10: the text ends too early'],
	])('%j', (json, place) => {
		expect(hintOf(json)).toContain(`It breaks at ${place}`);
		expect(hintOf(json)).toContain('JSON.stringify');
	});
	it('an expression that gives nothing starts no run without inputs', () =>
		expect(hintOf('', '={{ $json.nothing }}')).toContain('an empty text for this item'));
});

it('a file for a parameter that the form does not know is refused, with the known ones', () =>
	expect(() => read({ ...form({ a: 'x' }), ...rows(['b', 'data']) }, { data: file })).toThrow(
		'The workflow has no input "b"',
	));

describe('the group', () => {
	const groupOf = (groupId: string, type = 'flowscale', executionId?: string) => {
		const context = executeContext([{ groupId }, { groupId }], {
			more: {
				getNode: () => ({ type }) as ReturnType<IExecuteFunctions['getNode']>,
				getExecutionId: () => executionId as string,
			},
		});
		return [0, 1].map((index) => readGroupId(itemAt(context, index)));
	};
	it.each([
		['is sent as it is', 'nightly', 'flowscale', ['nightly', 'nightly']],
		['is left out when empty', '', 'flowscale', [undefined, undefined]],
		['is the execution’s for a tool', '', 'flowscaleTool', ['n8n-23', 'n8n-23']],
	])('%s', (_, groupId, type, groups) => expect(groupOf(groupId, type, '23')).toEqual(groups));
	it.each([
		['n8n-__UNKNOWN__', 'flowscale'],
		['n8n-undefined', 'flowscale'],
		['n8n-', 'flowscale'],
		['', 'flowscaleTool'],
		['night-__UNKNOWN__', 'flowscale'],
	])('%j of a %s without an execution ID is one of its own', (groupId, type) => {
		const [first, second] = groupOf(groupId, type);
		expect(first).toMatch(/^(n8n|night)-[\da-f-]{36}$/);
		expect(second).toBe(first);
		expect(groupOf(groupId, type)).not.toContain(first);
	});
	it.each(['n8n-__UNKNOWN__', '__UNKNOWN__-night', 'n8n-undefined', 'n8n-null', 'n8n-'])(
		'%j is no group that runs could be read from, waited for or cancelled in',
		(groupId) => {
			expect(() => existingGroupId(groupId)).toThrow(`Group ID is "${groupId}": n8n knows no`);
			expect(existingGroupId('n8n-231')).toBe('n8n-231');
			expect(existingGroupId('')).toBe('');
		},
	);
});
