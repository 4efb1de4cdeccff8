import {
	answerIn,
	NO_TOKEN,
	NO_TOKEN_YET,
	classifyNetworkError,
} from '../../../nodes/core/http/networkError';
import { createRedactor } from '../../../nodes/core/http/redact';
import {
	isToken,
	readMemory,
} from '../../../packages/n8n-nodes-comflowy/nodes/Comflowy/callback/callback';
import { Readable } from '../../../simulator/platform';

describe('an answer inside of a thrown error', () => {
	const stream = Readable.from(['body']);
	test('is found in the cause, as n8n 2.x hands it on', () => {
		const error = Object.assign(new Error('401'), {
			httpCode: '401',
			context: { data: stream },
			cause: { response: { status: 401, headers: { 'retry-after': '3' }, data: stream } },
		});
		expect(answerIn(error)).toEqual({ status: 401, headers: { 'retry-after': '3' }, stream });
	});
	test('is found in the context, as n8n 1.x hands it on', () => {
		const message = Object.assign(Readable.from(['body']), { headers: { 'retry-after': '3' } });
		expect(answerIn({ httpCode: '503', context: { data: message } })).toEqual({
			status: 503,
			headers: { 'retry-after': '3' },
			stream: message,
		});
	});
	test.each<[string, unknown]>([
		['a network error', { httpCode: 'ECONNREFUSED', context: {} }],
		['a plain error', new Error('x')],
		['a body that was read', { response: { status: 401, headers: {}, data: {} } }],
		['nothing', undefined],
	])('is not in %s', (_, error) => expect(answerIn(error)).toBeUndefined());
});

test.each([
	[NO_TOKEN, false],
	[NO_TOKEN_YET, true],
])('a credential that got no token (%s) says that nothing was sent', (code, isRetryable) => {
	const thrown = Object.assign(new Error('wrapped'), {
		cause: Object.assign(new Error('no token for you'), { code }),
	});
	expect(classifyNetworkError(thrown)).toEqual({
		code,
		reached: 'no',
		isRetryable,
		text: 'no token for you',
	});
	// n8n 1.x: without a cause.
	expect(
		classifyNetworkError({
			httpCode: code,
			message: 'stock phrase',
			messages: ['no token for you'],
		}),
	).toEqual({ code, reached: 'no', isRetryable, text: 'no token for you' });
});

test('a redactor that looks up its secrets cuts out those of the moment', () => {
	const secrets = ['first-token'];
	const redact = createRedactor(() => secrets);
	secrets.push('second token');
	expect(redact('first-token second token second+token')).toBe('*** *** ***');
});

test.each<[unknown, string, boolean]>([
	['abc', 'abc', true],
	['abd', 'abc', false],
	['', '', false],
	['', 'abc', false],
	[undefined, 'abc', false],
	[['abc'], 'abc', false],
	['abcd', 'abc', false],
])('the token %j for %j: %s', (given, token, fits) => expect(isToken(given, token)).toBe(fits));

test.each<[unknown, unknown]>([
	[undefined, undefined],
	[{}, undefined],
	[{ token: 't' }, { token: 't', runIds: [] }],
	[
		{ token: 't', runIds: ['r', 1] },
		{ token: 't', runIds: ['r', '1'] },
	],
])('a memory stored as %j is read as %j', (stored, read) =>
	expect(readMemory(stored)).toEqual(read),
);
