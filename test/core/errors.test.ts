import type { INode } from 'n8n-workflow';
import {
	cleanText,
	failureText,
	ServiceError,
	ExecutionCancelledError,
	toNodeError,
	ConfigurationError,
} from '../../nodes/core/errors';

const node: INode = {
	id: '1',
	name: 'Flowscale',
	type: 'flowscale',
	typeVersion: 1,
	position: [0, 0],
	parameters: {},
};

describe('service text', () => {
	it.each([
		['plain', 'Workflow not found', 'Workflow not found'],
		['several lines', 'a\r\n\tb', 'a b'],
		['control characters', 'a\u0000\u001b[31mb', 'a b'],
		['text direction', 'safe\u202Eexe.gnp', 'safe exe.gnp'],
		['invisible characters', 'a\u200bb\ufeffc', 'a b c'],
		['line separators', 'a\u2028b\u2029c', 'a b c'],
		[
			'a page',
			'<!DOCTYPE html><html><head><title>502</title><style>b{}</style></head><body><h1>Bad Gateway</h1><script>x()</script></body></html>',
			'502 Bad Gateway',
		],
		['a page whose style never ends', '<html><h1>Bad</h1><style>b{color:red', 'Bad'],
		['a bare less-than sign', 'a < b', 'a < b'],
		['nothing', '', ''],
	])('with %s is fit to read', (_, text, clean) => {
		expect(cleanText(text)).toBe(clean);
	});

	it('is cut after 500 characters, not inside of one', () => {
		expect(cleanText('a'.repeat(501))).toBe(`${'a'.repeat(500)}…`);
		expect(cleanText('a'.repeat(500))).toBe('a'.repeat(500));
		expect(cleanText(`${'a'.repeat(499)}😀😀`)).toBe(`${'a'.repeat(499)}…`);
	});

	it.each([
		['tags that never end', `<html>${'<'.repeat(5_000_000)}`],
		['scripts that never end', `<html>${'<script '.repeat(500_000)}`],
		['blanks', ' '.repeat(5_000_000)],
	])('of megabytes of %s takes no time', (_, text) => {
		const begun = Date.now();
		cleanText(text);
		expect(Date.now() - begun).toBeLessThan(200);
	});
});

describe('markup is cleaned wherever it stands', () => {
	it.each([
		[
			'a page behind our own words',
			'FlowAI: its answer is not JSON: <html><head><title>502 Bad Gateway</title></head><body><h1>Bad</h1>',
			'FlowAI: its answer is not JSON: 502 Bad Gateway Bad',
		],
		['a piece of a page', 'HTTP 502: <center><h1>Oops</h1></center>', 'HTTP 502: Oops'],
		['a script', 'It said <script>alert(1)</script> no', 'It said no'],
		['XML', 'No: <?xml version="1.0"?><Error><Code>Gone</Code></Error>', 'No: Gone'],
		['a tag that was cut off', 'No: <html><body class="a', 'No:'],
		['line breaks', 'one\r\ntwo\u2028three', 'one two three'],
		['an attribute of any element', 'a <details open ontoggle=alert(1)> b', 'a b'],
		['an element of its own', 'a <x-box>b</x-box>', 'a b'],
		['an error in XML without a head', '<Error><Code>NoSuchKey</Code></Error>', 'NoSuchKey'],
		['a comment', 'a <!-- x --> b', 'a b'],
		['a tag that was cut off, of no page', 'a <p class="', 'a'],
		['colours of a terminal', '\u001b[1;31mred\u001b[0m \u009b4mline', 'red line'],
		['a link of a terminal', '\u001b]8;;http://x\u0007here\u001b]8;;\u0007', 'here'],
		['quotation marks of a page', 'it&#39;s &quot;bad&quot;&nbsp;&amp; late', 'it\'s "bad" & late'],
		['no markup: what would be some', '&lt;script&gt;', '&lt;script&gt;'],
		[
			'no markup: Python',
			'got <torch.Tensor at 0x7f> <image>',
			'got <torch.Tensor at 0x7f> <image>',
		],
		[
			'no markup: a prompt',
			'bad prompt <lora:detail:0.8> a < b',
			'bad prompt <lora:detail:0.8> a < b',
		],
		['no markup: a type', 'expected <int>, got <str>', 'expected <int>, got <str>'],
	])('%s', (_, text, clean) => expect(cleanText(text)).toBe(clean));
});

describe('a failed item’s text', () => {
	it.each([
		[
			'a failure with its run',
			new ServiceError('It failed', { runId: 'r1', state: 'failed' }),
			'It failed (run r1)',
		],
		[
			'a failure that names its run itself',
			new ServiceError('Run r1 failed', { runId: 'r1', state: 'failed' }),
			'Run r1 failed',
		],
		[
			'a failure with a hint',
			new ServiceError('It failed', { hint: 'Try again.' }),
			'It failed. Try again.',
		],
		[
			'a mistake',
			new ConfigurationError('Timeout is negative', 'Enter a number.'),
			'Timeout is negative. Enter a number.',
		],
		[
			'a reason of the service with markup and line breaks',
			new ServiceError('Run r1 failed: CUDA\nout of\u202E memory'),
			'Run r1 failed: CUDA out of memory',
		],
		['a stop', new ExecutionCancelledError(), new ExecutionCancelledError().message],
		['any error', new Error('broken'), 'broken'],
		['not an error', 'odd', 'odd'],
	])('of %s', (_, error, text) => expect(failureText(error)).toBe(text));
});

describe('what n8n is given', () => {
	it('keeps the HTTP status, the sentence and the hint, and no cause', () => {
		const error = toNodeError(
			node,
			new ServiceError('Flowscale answered HTTP 401', { status: 401, hint: 'Check the key.' }),
			3,
		);
		expect({
			name: error.name,
			message: error.message,
			description: error.description,
			httpCode: 'httpCode' in error && error.httpCode,
			item: error.context.itemIndex,
		}).toEqual({
			name: 'NodeApiError',
			message: 'Flowscale answered HTTP 401',
			description: 'Check the key.',
			httpCode: '401',
			item: 3,
		});
	});

	it('keeps our sentence where n8n has a stock phrase for the network code', () => {
		const error = toNodeError(
			node,
			new ServiceError('No answer from Flowscale at x. The connection was refused.', {
				code: 'ECONNREFUSED',
			}),
		);
		expect([error.name, error.message]).toEqual([
			'NodeOperationError',
			'No answer from Flowscale at x. The connection was refused.',
		]);
	});

	it.each([
		[
			'a lost connection',
			new ServiceError(
				'The run may have started, and was not started again. The connection was lost (ECONNRESET).',
				{ hint: 'Look for it.' },
			),
		],
		[
			'a reason of the service',
			new ServiceError('Flowscale answered HTTP 502: upstream ETIMEDOUT', {
				status: 502,
				hint: 'Look for it.',
			}),
		],
	])(
		'is not swapped for n8n’s "retry immediately" when our sentence holds a network code: %s',
		(_, failure) => {
			const { message, description } = toNodeError(node, failure);
			expect({ message, description }).toEqual({
				message: failure.message,
				description: 'Look for it.',
			});
		},
	);

	it('is handed on untouched when it is n8n’s already', () => {
		const error = toNodeError(node, new ConfigurationError('x'));
		expect(toNodeError(node, error, 9)).toBe(error);
	});
});
