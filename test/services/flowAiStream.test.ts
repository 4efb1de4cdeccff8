import { readAnswerStream } from '../../packages/n8n-nodes-flowai/nodes/FlowAi/answerStream';
import { createSpeaker } from '../../packages/n8n-nodes-flowai/nodes/FlowAi/speaker';
import { Readable } from '../../simulator/platform';

/** What is read of a text, fed in chunks of a size. */
async function read(text: string, size = text.length) {
	const bytes = Buffer.from(text);
	const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size));
	const heard: string[] = [];
	const end = await readAnswerStream(Readable.from(chunks, { objectMode: false }), { onText: (node, piece) => heard.push(`${node}:${piece}`), onNodeEnd: (node) => heard.push(`${node} ended`) });
	return { ...end, heard };
}

// Shapes of the vendor's page (protocols 3.3), and what a tolerant client should accept (3.5).
const piece = 'event:stream\ndata:{"Content":"Ye","Node":"1","Reasoning":null}\n\nevent:stream\ndata:{"Content":"s – ja","Node":"1","Reasoning":null}\n\n';
const result = 'event:output\ndata:{"output":"Yes – ja","total_time":4.75}\n\n';

test.each([
	['as documented', piece + result],
	['with a space after the colons', (piece + result).replaceAll('event:', 'event: ').replaceAll('data:', 'data: ')],
	['with CRLF', (piece + result).replaceAll('\n', '\r\n')],
	['with small keys', (piece + result).replaceAll('"Content"', '"content"').replaceAll('"Node"', '"node"')],
	['with several data lines', `${piece}event:output\ndata:{"output":"Yes – ja",\ndata:"total_time":4.75}\n\n`],
	['with comments', `: hello\n\n${piece}: still here\n\n${result}`],
])('a stream %s', async (_, text) => {
	for (const size of [text.length * 2, 7, 1]) {
		const { answer, texts, error, heard } = await read(text, size);
		expect({ answer, texts: [...texts], error, heard }).toEqual({ answer: { output: 'Yes – ja', total_time: 4.75 }, texts: [['1', 'Yes – ja']], error: undefined, heard: ['1:Ye', '1:s – ja'] });
	}
});

test.each([
	['JSON', 'event:error\ndata:{"Node":"1","Msg":"model timeout","Type":"error","Data":null}\n\n', 'model timeout'],
	['text', 'event:error\ndata:out of credit\n\n', 'out of credit'],
	['nothing', 'event:error\ndata:\n\n', 'no reason given'],
	['a result that is none', 'event:output\ndata:{"total_time":1}\n\n', 'its result event holds no output'],
])('an error told as %s ends the stream', async (_, text, error) => {
	expect(await read(piece + text + result)).toMatchObject({ error, answer: undefined, texts: new Map([['1', 'Yes – ja']]) });
});

test('a stream that ends without a result has none, even when the last event is cut', async () => {
	expect(await read(piece)).toMatchObject({ answer: undefined, error: undefined });
	expect(await read(piece + result.trimEnd())).toMatchObject({ answer: undefined, error: undefined });
	expect(await read('')).toMatchObject({ answer: undefined, error: undefined });
});

test('events of unknown names are kept in the log', async () => {
	const { log } = await read(`event:usage\ndata:{"tokens":3}\n\nevent:note\ndata:hello\n\n${result}`);
	expect(log).toEqual([
		{ event: 'usage', node: null, type: null, message: null, data: { tokens: 3 } },
		{ event: 'note', node: null, type: null, message: null, data: 'hello' },
	]);
});

test('the key is cut out of whatever the service repeats', async () => {
	const told = `event:note\ndata:k3y\n\n${piece.replace('Ye', 'k3y')}event:output\ndata:{"output":"it is k3y"}\n\n`;
	const heard: string[] = [];
	const end = await readAnswerStream(Readable.from([Buffer.from(told)]), { onText: (_, text) => heard.push(text), onNodeEnd: () => undefined }, (text) => text.replaceAll('k3y', '***'));
	expect([end.answer?.output, end.log[0].data, [...end.texts.values()], heard]).toEqual(['it is ***', '***', ['***s – ja'], ['***', 's – ja']]);
});

test('an output of several megabytes is read', async () => {
	const output = 'x'.repeat(5_000_000);
	expect((await read(`event:output\ndata:${JSON.stringify({ output })}\n\n`, 65_536)).answer).toEqual({ output, total_time: null });
});

describe('of several nodes', () => {
	const says = (...steps: Array<[string, string] | string>) => saysWith('whole', ...steps);
	const saysWith = (output: unknown, ...steps: Array<[string, string] | string>) => {
		const said: string[] = [];
		const speaker = createSpeaker((type, text) => said.push(text ?? type));
		for (const step of steps) {
			if (typeof step === 'string') speaker.onNodeEnd(step);
			else speaker.onText(...step);
		}
		speaker.finish(output);
		return said;
	};
	test('the first speaks, the second when it has ended, then at once', () => {
		expect(says(['a', '1'], ['b', 'x'], ['a', '2'], 'a', ['b', 'y'], 'b')).toEqual(['begin', '1', '2', '\n\nx', 'y', 'end']);
	});
	test('those that ended meanwhile speak in the order they began', () => {
		expect(says(['a', '1'], ['b', 'x'], ['c', 'z'], 'b', 'c', 'a')).toEqual(['begin', '1', '\n\nx', '\n\nz', 'end']);
	});
	test('who never ended is heard at the end', () => {
		expect(says(['a', '1'], ['b', 'x'])).toEqual(['begin', '1', '\n\nx', 'end']);
	});
	test('an answer that breaks off is ended, and is nothing where it had not begun', () => {
		expect(saysWith(undefined, ['a', '1'], ['b', 'x'])).toEqual(['begin', '1', '\n\nx', 'end']);
		expect(saysWith(undefined)).toEqual([]);
	});
	test('with none, the whole answer is said', () => expect(says()).toEqual(['begin', 'whole', 'end']));
});
