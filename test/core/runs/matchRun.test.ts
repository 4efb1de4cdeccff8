import type { IDataObject } from 'n8n-workflow';
import {
	isCreatedAfter,
	isSameRun,
	requestKey,
	runKey,
	runsWithFiles,
} from '../../../nodes/core/runs/matchRun';
import { aRun } from '../../harness/runs';

const order = { workflowId: 'w', texts: { prompt: 'a fox', steps: '20' }, fileNames: ['image'] };
const received = (inputs: IDataObject, workflow_id: string | null = 'w') =>
	aRun('r', { workflow_id, inputs });

describe('a run is the same', () => {
	it.each([
		['with the same texts', received({ prompt: 'a fox', steps: '20' })],
		['with a number told as number', received({ prompt: 'a fox', steps: 20 })],
		['whatever the order', received({ steps: '20', prompt: 'a fox' })],
		[
			'whatever is told of its files',
			received({ prompt: 'a fox', steps: '20', image: 'uploads/1.png' }),
		],
	])('%s', (_, run) => expect(isSameRun(run, order)).toBe(true));

	it.each([
		['another workflow', received({ prompt: 'a fox', steps: '20' }, 'v')],
		['a workflow that is not told', received({ prompt: 'a fox', steps: '20' }, null)],
		['another text', received({ prompt: 'a wolf', steps: '20' })],
		['another letter case', received({ prompt: 'A fox', steps: '20' })],
		['a blank more', received({ prompt: 'a fox ', steps: '20' })],
		['one text missing', received({ prompt: 'a fox' })],
		['one text more', received({ prompt: 'a fox', steps: '20', seed: '1' })],
		['no inputs told', received({})],
		[
			'an inherited name only',
			received(
				Object.assign(Object.create({ steps: '20' }) as IDataObject, { prompt: 'a fox', x: '' }),
			),
		],
	])('not with %s', (_, run) => expect(isSameRun(run, order)).toBe(false));

	it.each<[string, unknown, string | string[], boolean]>([
		['a boolean', true, 'true', true],
		['a boolean as Python writes it', 'True', 'True', true],
		['another boolean', true, 'false', false],
		['null for an empty text', null, '', true],
		['null for a text', null, 'x', false],
		['an object as JSON', { a: 1 }, '{"a":1}', true],
		['a list', ['a', 'b'], ['a', 'b'], true],
		['the last of a list', 'b', ['a', 'b'], true],
		['the first of a list', 'a', ['a', 'b'], false],
		['a shorter list', ['a'], ['a', 'b'], false],
		['lines, as a form breaks them', 'a\r\nb\r\n', 'a\nb\n', true],
		['lines that ended in CR', 'a\nb', 'a\rb', true],
		['a line more', 'a\r\n\r\nb', 'a\nb', false],
		['another number', 20.5, '20', false],
		['blanks for zero', ' ', '0', false],
		['digits with a zero in front', '07', '7', false],
		['digits with a zero behind', '1.5', '1.50', false],
		['an exponent', '100', '1e2', false],
		['a hexadecimal number', '31', '0x1f', false],
		['a JSON number for digits with a zero in front', 7, '07', true],
		['a JSON number for digits with a zero behind', 1.5, '1.50', true],
		['a JSON number for an exponent', 100, '1e2', true],
		['a JSON number for hexadecimal digits', 31, '0x1f', false],
		['a JSON number for a word', 1, 'true', false],
		['a seed beyond 2^53, as text', '18446744073709551615', '18446744073709551615', true],
		['the seed beside it, as text', '18446744073709551614', '18446744073709551615', false],
		['a JSON number that lost the seed’s digits', 2 ** 64, '18446744073709551615', false],
		['a JSON number that happens to keep them', 2 ** 64, '18446744073709551616', true],
		['half an emoji, as a form sends it', 'a \ufffd', 'a \ud83d', true],
		['a whole emoji', 'a \u{1f98a}', 'a \u{1f98a}', true],
		['half an emoji for another text', 'a \ufffd', 'a b', false],
		['a text that the service trimmed', 'a fox', '  a fox \n', true],
		['a text that Python trimmed', 'a fox', '\u001ca fox\u0085', true],
		['a text whose end the service trimmed', ' a fox', ' a fox\n', true],
		['a text that the service normalised', 'caf\u00e9', 'cafe\u0301', true],
		['a text that the service trimmed and normalised', 'caf\u00e9', ' cafe\u0301 ', true],
		['a text that nobody normalised', 'cafe\u0301', 'caf\u00e9', false],
		['blanks that were not sent', ' a fox', 'a fox', false],
		['JSON that Python wrote again', '{"a": 1, "b": ["x y"]}', '{"a":1,"b":["x y"]}', true],
		['JSON with another text', '{"a": "x  y"}', '{"a":"x y"}', false],
		[
			'JSON whose seed differs by one',
			'{"s": 18446744073709551615}',
			'{"s":18446744073709551614}',
			false,
		],
		['JSON as an object', { a: 1, b: ['x y'] }, '{"a": 1, "b": ["x y"]}', true],
		[
			'JSON with its keys in another order',
			'{"b":{"d":2,"c":1},"a":0}',
			'{"a":0,"b":{"c":1,"d":2}}',
			true,
		],
		[
			'an object with its keys in another order',
			{ b: { d: 2, c: 1 }, a: 0 },
			'{"a":0,"b":{"c":1,"d":2}}',
			true,
		],
		['JSON whose list has another order', '[2,1]', '[1,2]', false],
		['JSON with another key', '{"a":1,"c":2}', '{"a":1,"b":2}', false],
		['JSON as Python escapes it', '{"a": "caf\\u00e9"}', '{"a":"café"}', true],
		[
			'JSON that a database normalised',
			{ a: 'caf\u00e9', n: 1.5 },
			'{"a":"cafe\u0301","n":1.50}',
			true,
		],
		['JSON with half an emoji', { a: '\ufffd' }, '{"a":"\\ud83d"}', true],
		[
			'an object that keeps the digits of a seed',
			{ s: '18446744073709551615' },
			'{"s":18446744073709551615}',
			true,
		],
		['a prompt in braces with a blank more', '{a b|c} fox', '{ab|c} fox', false],
		['a prompt in brackets with a blank more', '[cat:dog :0.5]', '[cat:dog:0.5]', false],
		['a prompt in braces', '{day|night} city', '{day|night} city', true],
		['a list as JSON', '["a", "b"]', ['a', 'b'], true],
		['a list as JSON in another order', '["b", "a"]', ['a', 'b'], false],
		['a list of numbers', [1, 2.5], ['1', '2.5'], true],
		['a list of one text, as that text', 'a', ['a'], true],
		['zero with a sign', 0, '-0', true],
		['zero with a sign, as JavaScript shows it', -0, '-0', true],
		['zero with a sign, as a text without it', '0', '-0', false],
		['a number beyond 1e21', 1e21, '1e+21', true],
		['a number beyond 1e21, as Python shows it', 1e21, '1e21', true],
		['another number beyond 1e21', 1.1e21, '1e21', false],
		['a sum with its last digits', 0.1 + 0.2, '0.30000000000000004', true],
		['a sum without its last digits', 0.3, '0.30000000000000004', false],
	])('%s', (_, value, sent, isSame) => {
		const run = received({ p: value as string });
		const request = { workflowId: 'w', texts: { p: sent }, fileNames: [] };
		expect(isSameRun(run, request)).toBe(isSame);
		// What is the same is found by its key.
		const key = requestKey(request);
		expect(isSame && key !== undefined ? runKey(run, []) : key).toBe(key);
	});

	it('by a name of which half a character was sent', () =>
		expect(
			isSameRun(received({ 'p\ufffd': 'x' }), {
				workflowId: 'w',
				texts: { 'p\ud83d': 'x' },
				fileNames: [],
			}),
		).toBe(true));

	it.each([
		['that the service normalised', 'gr\u00f6\u00dfe', 'gro\u0308\u00dfe'],
		['that n8n normalised', 'gro\u0308\u00dfe', 'gr\u00f6\u00dfe'],
	])('by a name %s', (_, shown, sent) => {
		const run = received({ [shown]: 'x', photo: 'uploads/1.png' });
		const request = { workflowId: 'w', texts: { [sent]: 'x' }, fileNames: ['photo'] };
		expect(isSameRun(run, request)).toBe(true);
		expect(runKey(run, request.fileNames)).toBe(requestKey(request));
		const file = received({ [shown]: 'uploads/1.png' });
		const upload = { workflowId: 'w', texts: {}, fileNames: [sent] };
		expect(isSameRun(file, upload)).toBe(true);
		expect(runsWithFiles([file, received({})], [sent])).toEqual([file]);
	});

	it('a thousand prompts in braces have a thousand keys', () => {
		const keys = Array.from({ length: 1_000 }, (_, index) =>
			requestKey({ workflowId: 'w', texts: { p: `{day|night} ${index}` }, fileNames: [] }),
		);
		expect(new Set(keys).size).toBe(1_000);
	});

	it('with a text of 50,000 blanks in a moment', () => {
		const text = `a${' '.repeat(50_000)}b`;
		expect(
			isSameRun(received({ p: text }), {
				workflowId: 'w',
				texts: { p: `${text} ` },
				fileNames: [],
			}),
		).toBe(true);
	});
});

describe('a run was created after a start was sent', () => {
	const sentAt = Date.UTC(2026, 0, 1, 12, 0, 10, 700);
	it.each([
		['later', '2026-01-01T12:00:11Z', true],
		['in the same second, told without its part', '2026-01-01T12:00:10Z', true],
		['two seconds before, as clocks go', '2026-01-01T12:00:09Z', true],
		['three seconds before', '2026-01-01T12:00:07Z', false],
		['an hour before', '2026-01-01T11:00:10Z', false],
		['later, in another zone', '2026-01-01T14:00:11+02:00', true],
		['later, in UTC without saying so', '2026-01-01T12:00:11', true],
		['nobody knows when', null, false],
		['at a time that is none', 'yesterday', false],
	])('%s', (_, created_at, isAfter) =>
		expect(isCreatedAfter(aRun('r', { created_at }), sentAt, 2_000)).toBe(isAfter),
	);
});
