import { readEvents, type ServerEvent } from '../../../nodes/core/http/eventStream';
import { Readable } from '../../../simulator/platform';

async function eventsOf(chunks: Array<string | Uint8Array>): Promise<ServerEvent[]> {
	const events: ServerEvent[] = [];
	for await (const event of readEvents(Readable.from(chunks.map((chunk) => Buffer.from(chunk)))))
		events.push(event);
	return events;
}
const event = (data: string, id?: string, name?: string): ServerEvent => ({
	id,
	event: name,
	data,
});

describe('an event stream', () => {
	it.each<[string, string[], ServerEvent[]]>([
		['one event', ['data: x\n\n'], [event('x')]],
		[
			'id, name and data',
			['id: 7\nevent: run_status\ndata: {"a":1}\n\n'],
			[event('{"a":1}', '7', 'run_status')],
		],
		['several lines of data', ['data: a\ndata: b\n\n'], [event('a\nb')]],
		['cut anywhere', ['da', 'ta: ', 'x', '\n', '\nda', 'ta: y\n\n'], [event('x'), event('y')]],
		['carriage returns', ['data: x\r\n\r\ndata: y\r\n\r\n'], [event('x'), event('y')]],
		['keep-alive comments', [': hello\n\n', 'data: x\n\n', ':\n\n'], [event('x')]],
		['a byte order mark', ['\ufeffdata: x\n\n'], [event('x')]],
		['fields that nobody knows', ['foo: bar\nretry: 5\ndata: x\n\n'], [event('x')]],
		[
			'an end before the last blank line, told as cut and without its id',
			['data: x\n\nid: 71\nevent: e\ndata: y\n'],
			[event('x'), { ...event('y', undefined, 'e'), isCut: true }],
		],
		[
			'an end in the middle of a line',
			['data: x\n\ndata: {"a'],
			[event('x'), { ...event('{"a'), isCut: true }],
		],
		['an end before any data', ['data: x\n\nid: 7\nevent: e\nda'], [event('x')]],
		[
			'nothing but carriage returns',
			['data: x\r\r', 'data: y\r', '\r'],
			[event('x'), { ...event('y'), isCut: true }],
		],
		['nothing', [], []],
	])('with %s', async (_, chunks, events) => expect(await eventsOf(chunks)).toEqual(events));

	it('is read as UTF-8 wherever it is cut', async () => {
		const bytes = Buffer.from('data: Füchse 🦊\n\n');
		expect(await eventsOf([...bytes].map((byte) => Uint8Array.of(byte)))).toEqual([
			event('Füchse 🦊'),
		]);
	});

	it('ends quietly when the connection breaks', async () => {
		const stream = Readable.from(
			(async function* () {
				yield Buffer.from('data: x\n\n');
				await Promise.reject(new Error('ECONNRESET'));
			})(),
		);
		const seen: string[] = [];
		for await (const { data } of readEvents(stream)) seen.push(data);
		expect([seen, stream.destroyed]).toEqual([['x'], true]);
	});

	it('is closed when its reader has enough', async () => {
		const stream = Readable.from([Buffer.from('data: x\n\n'), Buffer.from('data: y\n\n')]);
		for await (const { data } of readEvents(stream)) {
			expect(data).toBe('x');
			break;
		}
		expect(stream.destroyed).toBe(true);
	});

	it.each([
		['a line', 'x'.repeat(65_536)],
		['an event', `data: ${'x'.repeat(65_000)}\n`],
		['an id', `id: ${'x'.repeat(65_000)}\n`],
	])('that never ends %s is left after a megabyte', async (_, piece) => {
		let sent = 0;
		const stream = Readable.from(
			(function* () {
				for (;;) {
					sent += piece.length;
					yield Buffer.from(piece);
				}
			})(),
		);
		for await (const seen of readEvents(stream)) expect(seen).toBeUndefined();
		expect(sent).toBeLessThan(3 * 1024 * 1024);
	});

	it('reports every chunk, comments included', async () => {
		let chunks = 0;
		for await (const seen of readEvents(
			Readable.from([Buffer.from(': a\n'), Buffer.from(': b\n')]),
			() => chunks++,
		))
			expect(seen).toBeUndefined();
		expect(chunks).toBe(2);
	});
});
