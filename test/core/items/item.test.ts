import { itemAt } from '../../../nodes/core/items/item';
import { executeContext } from '../../harness/executeContext';

const item = (value: unknown) => itemAt(executeContext([{ p: value as string }]), 0);

describe('a number', () => {
	it.each([
		['a number', 5, 5],
		['a numeric text', ' 2.5 ', 2.5],
		['the least', 1, 1],
		['nothing set', undefined, 600],
	])('%s is taken', (_, value, amount) => {
		expect(item(value).amount('p', 'Timeout', 600, 1)).toBe(amount);
	});
	it.each([
		['negative', -1],
		['too small', 0],
		['empty', ''],
		['blanks', '  '],
		['null, which would be 0: no limit', null],
		['a list, which would be 0', []],
		['a word', 'soon'],
		['true', true],
		['infinity', Infinity],
		['not a number', NaN],
		['an object', {}],
	])('%s is refused by name', (_, value) => {
		expect(() => item(value).amount('p', 'Timeout', 600, 1)).toThrow(
			'Timeout must be a number of at least 1',
		);
	});
});

describe('an expression that n8n did not evaluate is named with its field', () => {
	const left = item('{{ $json.value }}');
	it.each<[string, () => unknown]>([
		['a text', () => left.text('p', 'Group ID')],
		['an ID', () => left.id('p', 'Group ID')],
		['a locator', () => left.locator('p', 'Group ID')],
		['a number', () => left.amount('p', 'Group ID', 1, 0)],
		['a choice', () => left.choice('p', 'Group ID', ['a', 'b'])],
		['one of several choices', () => left.choices('p', 'Group ID', ['a', 'b'])],
		[
			'an optional text',
			() => itemAt(executeContext([{ groupId: '{{ 1 }}' }]), 0).optionalText('groupId', 'Group ID'),
		],
	])('in %s', (_, read) =>
		expect(read).toThrow('Group ID still holds an expression as plain text'),
	);
});

describe('an id', () => {
	it.each([
		['text', 'a-1', 'a-1'],
		['number', 17, '17'],
		['blanks around', ' a ', 'a'],
		['a path, which is encoded later', 'a/../b', 'a/../b'],
	])('%s', (_, value, id) => expect(item(value).id('p', 'Run ID')).toBe(id));
	it.each([
		['empty', '', 'Run ID is empty'],
		['blank', '   ', 'Run ID is empty'],
		['null', null, 'Run ID is empty'],
		['undefined', undefined, 'Run ID is empty'],
		['an object', {}, 'Run ID is empty'],
		['a list', ['a'], 'Run ID is empty'],
		['a line break', 'a\r\nX: y', 'Run ID contains control characters'],
		['a null byte', 'a\u0000', 'Run ID contains control characters'],
		['half a character', 'a\ud800', 'Run ID contains control characters'],
		['dots', '..', 'Run ID is not an ID: ..'],
		['one dot', '.', 'Run ID is not an ID: .'],
		['too long', 'a'.repeat(201), `Run ID is not an ID: ${'a'.repeat(40)}`],
	])('%s is refused', (_, value, message) =>
		expect(() => item(value).id('p', 'Run ID')).toThrow(message),
	);
});

describe('other readers', () => {
	it.each([
		['true', true, true],
		['false', false, false],
		['a word', 'yes', false],
		['one', 1, false],
	])('flag: %s', (_, value, flag) => expect(item(value).flag('p', true)).toBe(flag));
	it('flag: nothing set', () => expect(item(undefined).flag('p', true)).toBe(true));
	it.each([
		['text', ' g ', 'g'],
		['null', null, ''],
		['number', 5, '5'],
		['nothing', undefined, ''],
	])('optional text: %s', (_, value, text) =>
		expect(item(value).optionalText('p', 'P')).toBe(text),
	);
	it.each([
		['one of them', 'b', 'b'],
		['nothing set', undefined, 'a'],
	])('choice: %s', (_, value, choice) =>
		expect(item(value).choice('p', 'Mode', ['a', 'b'])).toBe(choice),
	);
	it.each([
		['another word', 'B', 'Mode cannot be "B"'],
		['null', null, 'Mode cannot be "null"'],
	])('choice: %s is refused', (_, value, message) =>
		expect(() => item(value).choice('p', 'Mode', ['a', 'b'])).toThrow(message),
	);
	it.each([
		['several', ['b', 'a'], ['b', 'a']],
		['one', 'b', ['b']],
		['null', null, []],
		['nothing set', undefined, []],
	])('choices: %s', (_, value, choices) =>
		expect(item(value).choices('p', 'Modes', ['a', 'b'])).toEqual(choices),
	);
	it('choices: another word is refused', () =>
		expect(() => item(['a', 'c']).choices('p', 'Modes', ['a', 'b'])).toThrow(
			'Modes cannot be "c"',
		));
});

describe('a binary field', () => {
	it('is handed out', () => {
		const data = { data: '', mimeType: 'image/png' };
		expect(itemAt(executeContext([{}], { binary: { data } }), 0).binary('data')).toBe(data);
	});
	it.each([
		[
			'others are there',
			{ a: { data: '', mimeType: '' }, b: { data: '', mimeType: '' } },
			'Its binary fields: a, b.',
		],
		['there are none', {}, 'It has none at all. Check the node before this one.'],
	])('that is missing is named, with what is there: %s', (_, binary, hint) => {
		let error: unknown;
		try {
			itemAt(executeContext([{}], { binary }), 0).binary('data');
		} catch (caught) {
			error = caught;
		}
		expect(error).toMatchObject({ message: 'The item has no binary field "data"', hint });
	});
});
