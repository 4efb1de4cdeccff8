import { readText } from '../../nodes/core/http/byteStream';
import { openAnswer } from '../../packages/n8n-nodes-flowai/nodes/FlowAi/api/detectFormat';
import { readAnswerStream } from '../../packages/n8n-nodes-flowai/nodes/FlowAi/api/answerStream';
import {
	errorTextOf,
	readAnswer,
	type WorkflowAnswer,
} from '../../packages/n8n-nodes-flowai/nodes/FlowAi/api/api';
import { createChunkStreamer } from '../../packages/n8n-nodes-flowai/nodes/FlowAi/runs/chunkStreamer';
import { Readable } from '../../simulator/platform';

/** What is read of a text, fed in chunks of a size. */
async function read(text: string, size = text.length) {
	const bytes = Buffer.from(text);
	const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
		bytes.subarray(i * size, (i + 1) * size),
	);
	const heard: string[] = [];
	const end = await readAnswerStream(Readable.from(chunks, { objectMode: false }), {
		onText: (node, piece) => heard.push(`${node}:${piece}`),
		onNodeEnd: (node) => heard.push(`${node} ended`),
	});
	return { ...end, heard };
}

// Shapes of the vendor's page (protocols 3.3), and what a tolerant client should accept (3.5).
const piece =
	'event:stream\ndata:{"Content":"Ye","Node":"1","Reasoning":null}\n\nevent:stream\ndata:{"Content":"s – ja","Node":"1","Reasoning":null}\n\n';
const result = 'event:output\ndata:{"output":"Yes – ja","total_time":4.75}\n\n';

test.each([
	['as documented', piece + result],
	[
		'with a space after the colons',
		(piece + result).replaceAll('event:', 'event: ').replaceAll('data:', 'data: '),
	],
	['with CRLF', (piece + result).replaceAll('\n', '\r\n')],
	[
		'with small keys',
		(piece + result).replaceAll('"Content"', '"content"').replaceAll('"Node"', '"node"'),
	],
	[
		'with several data lines',
		`${piece}event:output\ndata:{"output":"Yes – ja",\ndata:"total_time":4.75}\n\n`,
	],
	['with CR alone', (piece + result).replaceAll('\n', '\r')],
	['without its last blank line', (piece + result).trimEnd()],
	['without blank lines between its events', (piece + result).replaceAll('\n\n', '\n')],
	[
		'without blank lines, with CRLF and comments',
		`: hello\n${piece}: still here\n${result}`.replaceAll('\n\n', '\n').replaceAll('\n', '\r\n'),
	],
	[
		'with its names behind the data',
		(piece + result).replace(/(event:.*)\n(data:.*)\n/g, '$2\n$1\n'),
	],
	['with comments', `: hello\n\n${piece}: still here\n\n${result}`],
])('a stream %s', async (_, text) => {
	for (const size of [text.length * 2, 7, 1]) {
		const { answer, texts, error, heard } = await read(text, size);
		expect({ answer, texts: [...texts], error, heard }).toEqual({
			answer: { output: 'Yes – ja', total_time: 4.75 },
			texts: [['1', 'Yes – ja']],
			error: undefined,
			heard: ['1:Ye', '1:s – ja'],
		});
	}
});

test.each([
	[
		'JSON',
		'event:error\ndata:{"Node":"1","Msg":"model timeout","Type":"error","Data":null}\n\n',
		'model timeout',
	],
	[
		'JSON with the stream’s capital letters',
		'event:error\ndata:{"Error":{"Code":5,"Message":"model timeout"}}\n\n',
		'model timeout',
	],
	['text', 'event:error\ndata:out of credit\n\n', 'out of credit'],
	['nothing', 'event:error\ndata:\n\n', 'no reason given'],
	[
		'a result that is none',
		'event:output\ndata:{"total_time":1}\n\n',
		'its result event contains no output',
	],
])('an error told as %s ends the stream', async (_, text, error) => {
	expect(await read(piece + text + result)).toMatchObject({
		error,
		answer: undefined,
		texts: new Map([['1', 'Yes – ja']]),
	});
});

test('a stream that ends without a result has none, wherever its last event is cut', async () => {
	const whole = result.trimEnd();
	for (let length = 0; length < whole.length; length++) {
		expect(await read(piece + whole.slice(0, length))).toMatchObject({
			answer: undefined,
			error: undefined,
			texts: new Map([['1', 'Yes – ja']]),
		});
	}
	expect(await read('')).toMatchObject({ answer: undefined, error: undefined });
});

test.each([
	['counts where no other came', [], 'Yes'],
	['counts as the last of several', ['data:{"output":"later"}\n\n'], 'later'],
	['does not count beside one that has its name', [result], 'Yes – ja'],
])('a result in an event without a name %s', async (_, rest, output) => {
	const { answer } = await read(['data:{"output":"Yes","total_time":1}\n\n', ...rest].join(''));
	expect(answer?.output).toBe(output);
});

test('half a result is kept as text where no text came before it', async () => {
	expect(await read('event:output\ndata:{"output":"Yes – j')).toMatchObject({
		answer: undefined,
		error: undefined,
		texts: new Map([['', '{"output":"Yes – j']]),
	});
});

describe('the form of an answer', () => {
	const open = async (text: string, type: string, size = text.length) => {
		const chunks = Array.from({ length: Math.ceil(text.length / size) }, (_, i) =>
			Buffer.from(text.slice(i * size, (i + 1) * size)),
		);
		const { isEvents, bytes } = await openAnswer(
			Readable.from(chunks, { objectMode: false }),
			type,
		);
		return { isEvents, text: await readText(bytes, 1_000) };
	};
	const events = 'event:msg\ndata:{}\n\n';
	test.each([
		['events sent as text', events, 'text/plain', true],
		['events sent as bytes', events, 'application/octet-stream', true],
		['events sent as JSON', `\n\n${events}`, 'application/json', true],
		['events that begin with a comment', `: hi\n\n${events}`, '', true],
		[
			'events that begin with what nobody knows',
			`foo:1\n${events}`,
			'text/event-stream;charset=utf-8',
			true,
		],
		['JSON sent as events', '{"output":1}', 'text/event-stream', false],
		['JSON with a byte order mark', '\uFEFF {"output":1}', 'text/event-stream', false],
		['a page', '<html>event:</html>', 'text/html', false],
		['nothing, sent as events', '', 'text/event-stream', true],
		['nothing', ' ', 'application/json', false],
		['too little to say', 'eve', 'text/event-stream', true],
	])('is told from how it begins: %s', async (_, text, type, isEvents) => {
		for (const size of [100, 7, 1])
			expect(await open(text, type, size)).toEqual({ isEvents, text });
	});
	test('whoever stops reading closes the stream', async () => {
		const stream = new Readable({ read: () => undefined });
		stream.push(piece + result);
		const { bytes } = await openAnswer(stream, '');
		const end = await readAnswerStream(bytes, {
			onText: () => undefined,
			onNodeEnd: () => undefined,
		});
		expect([end.answer?.output, stream.destroyed]).toEqual(['Yes – ja', true]);
	});
});

test.each<[string, object, WorkflowAnswer | undefined]>([
	['as documented', { output: 'Yes', total_time: 1.5 }, { output: 'Yes', total_time: 1.5 }],
	['under data', { data: { output: 'Yes', total_time: 1.5 } }, { output: 'Yes', total_time: 1.5 }],
	[
		'under data, the time beside it',
		{ totalTime: 1.5, data: { output: 'Yes' } },
		{ output: 'Yes', total_time: 1.5 },
	],
	['in a list of one', [{ output: 'Yes' }], { output: 'Yes', total_time: null }],
	['with camel case', { output: 'Yes', totalTime: '1.5' }, { output: 'Yes', total_time: 1.5 }],
	['as null', { error: null, output: null }, { output: null, total_time: null }],
	[
		'as null, with errors that are none',
		{ error: {}, output: null },
		{ output: null, total_time: null },
	],
	['beside a warning', { error: 'slow', output: 'Yes' }, { output: 'Yes', total_time: null }],
	['as null beside an error', { error: 'model timeout', output: null }, undefined],
	['as nothing beside an error', { error: { message: 'model timeout' }, output: '' }, undefined],
	[
		'as null under data, beside an error',
		{ message: 'ok', data: { error: 'model timeout', output: null } },
		undefined,
	],
])('a result told %s', async (_, body, answer) => {
	expect(readAnswer(body)).toEqual(answer);
	const event = `event:output\ndata:${JSON.stringify(body)}\n\n`;
	expect(await read(event)).toMatchObject({
		answer,
		error: answer === undefined ? 'model timeout' : undefined,
	});
});

test('events of unknown names are kept in the log', async () => {
	const { log } = await read(
		`event:usage\ndata:{"tokens":3}\n\nevent:note\ndata:hello\n\n${result}`,
	);
	expect(log).toEqual([
		{ event: 'usage', node: null, type: null, message: null, data: { tokens: 3 } },
		{ event: 'note', node: null, type: null, message: null, data: 'hello' },
	]);
});

test('the key is cut out of whatever the service repeats', async () => {
	const received = `event:note\ndata:k3y\n\n${piece.replace('Ye', 'k3y')}event:output\ndata:{"output":"it is k3y"}\n\n`;
	const heard: string[] = [];
	const end = await readAnswerStream(
		Readable.from([Buffer.from(received)]),
		{ onText: (_, text) => heard.push(text), onNodeEnd: () => undefined },
		(text) => text.replaceAll('k3y', '***'),
	);
	expect([end.answer?.output, end.log[0].data, [...end.texts.values()], heard]).toEqual([
		'it is ***',
		'***',
		['***s – ja'],
		['***', 's – ja'],
	]);
});

test('an output of several megabytes is read', async () => {
	const output = 'x'.repeat(5_000_000);
	expect(
		(await read(`event:output\ndata:${JSON.stringify({ output })}\n\n`, 65_536)).answer,
	).toEqual({ output, total_time: null });
});

describe('of several nodes', () => {
	const says = (...steps: Array<[string, string] | string>) => saysWith('whole', ...steps);
	const saysWith = (output: unknown, ...steps: Array<[string, string] | string>) => {
		const said: string[] = [];
		const chunkStreamer = createChunkStreamer((type, text) => said.push(text ?? type));
		for (const step of steps) {
			if (typeof step === 'string') chunkStreamer.onNodeEnd(step);
			else chunkStreamer.onText(...step);
		}
		chunkStreamer.finish(output);
		return said;
	};
	test('the first speaks, the second when it has ended, then at once', () => {
		expect(says(['a', '1'], ['b', 'x'], ['a', '2'], 'a', ['b', 'y'], 'b')).toEqual([
			'begin',
			'1',
			'2',
			'\n\nx',
			'y',
			'end',
		]);
	});
	test('those that ended meanwhile speak in the order they began', () => {
		expect(says(['a', '1'], ['b', 'x'], ['c', 'z'], 'b', 'c', 'a')).toEqual([
			'begin',
			'1',
			'\n\nx',
			'\n\nz',
			'end',
		]);
	});
	test('who never ended is heard at the end', () => {
		expect(says(['a', '1'], ['b', 'x'])).toEqual(['begin', '1', '\n\nx', 'end']);
	});
	test('an answer that breaks off is ended, and is nothing where it had not begun', () => {
		expect(saysWith(undefined, ['a', '1'], ['b', 'x'])).toEqual(['begin', '1', '\n\nx', 'end']);
		expect(saysWith(undefined)).toEqual([]);
	});
	test('with none, the whole answer is said', () =>
		expect(says()).toEqual(['begin', 'whole', 'end']));
});

describe('an error event', () => {
	const events = (data: string) => `${piece}event:error\n${data}\n\n`;
	test.each([
		'data:null',
		'data:{}',
		'data:',
		'data: ',
		'data:[]',
		'data:""',
		'data:{"Msg":null}',
		'data:{"error":{}}',
		'data:{"error":true}',
		'data:{"Node":"17","Msg":null,"Type":"error","Data":{}}',
		'data:"null"',
		'data:None',
		'data:[[null]]',
		'data:{"Msg":"undefined"}',
		'data:0',
		'',
	])('that says nothing (%j) is one all the same', async (data) => {
		for (const size of [1_000, 7, 1])
			expect(await read(events(data), size)).toMatchObject({
				answer: undefined,
				error: 'no reason given',
			});
	});
	test('that is the last of a stream without a blank line, or comes without any data, is read', async () => {
		for (const ending of ['event:error', 'event:error\n', 'event: error\r\n'])
			expect((await read(piece + ending)).error).toBe('no reason given');
	});
	test.each([
		['data:model timeout', 'model timeout'],
		['data:"model timeout"', 'model timeout'],
		['data:{"Node":"1","Msg":"model timeout"}', 'model timeout'],
		['data:{"error":["model timeout","node 3"]}', 'model timeout; node 3'],
		['data:{"Error":{"Message":"model timeout"}}', 'model timeout'],
		['data:{"errors":[{"code":"timeout"}]}', 'timeout'],
		['data:{"status":7}', '{"status":7}'],
	])('with %s says %s', async (data, reason) =>
		expect((await read(events(data))).error).toBe(reason),
	);
	test('other events without data say nothing, and end nothing', async () =>
		expect(await read(`event:ping\n\n${piece}event:ping\n\n${result}`)).toMatchObject({
			answer: { output: 'Yes – ja' },
			log: [],
		}));
});

test.each<[unknown, string | undefined]>([
	[null, ''],
	[{}, ''],
	[[], ''],
	[{ error: '' }, ''],
	[{ error: 'no' }, 'no'],
	[undefined, undefined],
	[{ status: 7 }, undefined],
])('the body %j of a refusal says %j', (body, words) => expect(errorTextOf(body)).toBe(words));
