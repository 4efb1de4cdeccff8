import { dataOf, listOf, recordOf, textAt, textOf } from '../../nodes/core/json';
import { createRun, isFinished, percentOf, stateOf, timeOf } from '../../nodes/core/runs/run';

describe('what came over the wire', () => {
	it.each([
		['object', {}, true],
		['list', [], false],
		['null', null, false],
		['text', 'x', false],
		['nothing', undefined, false],
	])('%s is a record: %p', (_, value, isRecord) =>
		expect(recordOf(value) !== undefined).toBe(isRecord),
	);
	it.each([
		['list', [1], [1]],
		['object', { length: 1 }, []],
		['text', 'abc', []],
		['nothing', undefined, []],
	])('%s as list', (_, value, list) => expect(listOf(value)).toEqual(list));
	it.each([
		['text', 'x', 'x'],
		['empty text', '', undefined],
		['number', 5, '5'],
		['zero', 0, '0'],
		['infinity', Infinity, undefined],
		['boolean', true, undefined],
		['object', {}, undefined],
	])('%s as text', (_, value, text) => expect(textOf(value)).toBe(text));

	it('is read by its own keys only', () => {
		expect(textAt({ a: '', b: 'x' }, 'a', 'b')).toBe('x');
		expect(
			textAt(Object.create({ a: 'inherited' }) as Record<string, unknown>, 'a'),
		).toBeUndefined();
		expect(textAt({}, 'constructor', '__proto__', 'toString')).toBeUndefined();
		expect(textAt(undefined, 'a')).toBeUndefined();
	});

	it('cannot change what objects are', () => {
		const data = dataOf(
			Object.entries(JSON.parse('{"__proto__":{"polluted":1},"constructor":2,"a":3}') as object),
		);
		expect([data, Object.getPrototypeOf(data), ({} as { polluted?: number }).polluted]).toEqual([
			{ constructor: 2, a: 3 },
			Object.prototype,
			undefined,
		]);
	});
});

describe('progress', () => {
	it.each<[unknown, number | null]>([
		[0, 0],
		[45, 45],
		[33.333, 33.3],
		[100, 100],
		[250, 100],
		[0.5, 50],
		['0.25', 25],
		['45', 45],
		['45 %', 45],
		['0.5%', 0.5],
		[{ value: 5, max: 1000 }, 0.5],
		[{ value: 5, max: 20 }, 25],
		[{ value: 5 }, null],
		[-1, null],
		[NaN, null],
		[null, null],
		[undefined, null],
		[true, null],
		['', null],
		['half', null],
		['1e5', null],
		[[], null],
	])('%j is %p percent', (received, percent) => expect(percentOf(received)).toBe(percent));
});

describe('a run that ended with a word that nobody knows', () => {
	const completed_at = '2024-01-15T10:32:45Z';
	it.each([
		['moderated', completed_at, true],
		['partially_completed', completed_at, true],
		['moderated', null, false],
		['unknown', completed_at, false],
		['running', completed_at, false],
		['uploading', completed_at, false],
		['moderated', '0', false],
		['moderated', '-1', false],
		['moderated', 'None', false],
		['moderated', '0001-01-01T00:00:00Z', false],
		['moderated', 'Mon, 15 Jan 2024 10:32:45 GMT', true],
		['moderated', '2024-01-15T10:32:45 UTC', true],
	])('%s at %p: ended is %p', (status, end, isFinished) => {
		expect(createRun({ status, completed_at: end }).finished).toBe(isFinished);
	});
});

describe('a status word', () => {
	it.each([
		['completed', 'succeeded'],
		['COMPLETED', 'succeeded'],
		[' Success ', 'succeeded'],
		['done', 'succeeded'],
		['failed', 'failed'],
		['Error', 'failed'],
		['canceled', 'cancelled'],
		['cancelled', 'cancelled'],
		['timed-out', 'timed_out'],
		['TIMEOUT', 'timed_out'],
		['Run Timeout', 'timed_out'],
		['canceling', 'running'],
		['queued', 'queued'],
		['pending', 'queued'],
		['in_progress', 'running'],
		['In Progress', 'running'],
		['Cold Starting', 'unknown'],
		['', 'unknown'],
		['constructor', 'unknown'],
	])('%p means %s', (word, state) => expect(stateOf(word)).toBe(state));
	it('ends a run or does not', () => {
		expect(
			(
				['queued', 'running', 'unknown', 'succeeded', 'failed', 'cancelled', 'timed_out'] as const
			).map(isFinished),
		).toEqual([false, false, false, true, true, true, true]);
	});
});

describe('a run’s duration', () => {
	it.each([
		['both told', '2024-01-15T10:30:15Z', '2024-01-15T10:32:45Z', 150],
		['in parts of a second, without zone', '2024-01-15 10:30:15.250', '2024-01-15 10:30:16', 0.75],
		['in different zones', '2024-01-15T10:30:00Z', '2024-01-15T12:30:01+02:00', 1],
		['not begun', null, null, null],
		['not over', '2024-01-15T10:30:15Z', null, null],
		['unreadable', 'soon', '2024-01-15T10:32:45Z', null],
	])('%s', (_, started_at, completed_at, seconds) =>
		expect(createRun({ started_at, completed_at }).duration_seconds).toBe(seconds),
	);

	it('reads a bare day as UTC', () => expect(timeOf('2024-01-15')).toBe(Date.UTC(2024, 0, 15)));
});
