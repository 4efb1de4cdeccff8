import type { Answer, Http, HttpCall } from '../../../nodes/core/http/http';
import type { NetworkFailure } from '../../../nodes/core/http/networkError';
import { connect, pathTo } from '../../../nodes/core/http/transport';
import { nextTurn } from '../../../simulator/platform';
import { fakeClock } from '../../harness/fakeClock';
import { endOf } from '../../harness/runs';

const KEY = 'k3y/with+signs="x"';
const answer = (status: number, text = '{}', headers: Answer['headers'] = {}): Answer => ({
	status,
	headers,
	text,
});
const LOST: NetworkFailure = {
	code: 'ECONNRESET',
	reached: 'perhaps',
	isRetryable: true,
	text: 'The connection was lost (ECONNRESET)',
};
const REFUSED: NetworkFailure = {
	code: 'CERT_HAS_EXPIRED',
	reached: 'no',
	isRetryable: false,
	text: 'Its certificate was not accepted (CERT_HAS_EXPIRED)',
};

/** A transport whose service gives these answers, the last for ever. */
function open(...answers: Array<Answer | NetworkFailure>) {
	return openSlow(0, ...answers);
}

/** @param bodyMs from the head of each answer to its end */
function openSlow(bodyMs: number, ...answers: Array<Answer | NetworkFailure>) {
	const clock = fakeClock({ random: 0.5 });
	const stop = new AbortController();
	const calls: HttpCall[] = [];
	const http: Http = {
		exchange: async (call) => {
			calls.push(call);
			const given = answers[Math.min(calls.length, answers.length) - 1];
			if (!('reached' in given)) call.onHead?.(given);
			if (bodyMs > 0) await clock.pause(bodyMs);
			return given;
		},
		open: async () => LOST,
		openPublic: async () => LOST,
	};
	const errorTextOf = (body: unknown) =>
		typeof body === 'object' && body !== null && 'errors' in body ? String(body.errors) : undefined;
	const transport = connect({
		http,
		root: 'https://x.test/api/v1',
		serviceName: 'Flowscale',
		clock,
		stop: stop.signal,
		secrets: [KEY],
		errorTextOf,
	});
	const read = async (extra = {}) =>
		await endOf(
			transport.read({ path: '/runs', ...extra }, (given) => {
				if (given.status !== 200) throw transport.failureOf(given);
				return transport.jsonOf(given);
			}),
		);
	return { transport, clock, stop, calls, read };
}

describe('a read', () => {
	it.each([
		['408', answer(408)],
		['425', answer(425)],
		['429', answer(429)],
		['a CDN’s 522', answer(522)],
		['500', answer(500)],
		['502', answer(502)],
		['503', answer(503)],
		['504', answer(504)],
		['a lost connection', LOST],
		['a page instead of JSON', answer(200, '<html>Maintenance</html>')],
		['JSON that breaks off', answer(200, '{"data": [')],
	])('is repeated after %s, with a growing pause', async (_, failed) => {
		const { read, calls, clock } = open(failed, failed, answer(200, '{"data":1}'));
		expect(await read()).toEqual({ value: { data: 1 } });
		expect([calls.length, clock.waits]).toEqual([3, [500, 1_000]]);
	});

	it.each([
		['400', answer(400)],
		['401', answer(401)],
		['403', answer(403)],
		['404', answer(404)],
		['409', answer(409)],
		['422', answer(422)],
		['501', answer(501)],
		['a redirect', answer(302, '', { location: 'https://other.test/' })],
		['a certificate that is not accepted', REFUSED],
	])('is not repeated after %s', async (_, refused) => {
		const { read, calls, clock } = open(refused);
		expect(await read()).toMatchObject({ kind: 'ServiceError' });
		expect([calls.length, clock.waits]).toEqual([1, []]);
	});

	it('is given up after four tries', async () => {
		const { read, calls, clock } = open(answer(503, '{"errors":"busy"}'));
		expect(await read()).toMatchObject({
			message: 'Flowscale answered HTTP 503: busy',
			error: { facts: { status: 503, isRetryable: true } },
		});
		expect([calls.length, clock.waits]).toEqual([4, [500, 1_000, 2_000]]);
	});

	it.each([
		['in seconds', '7', 7_000],
		['for an hour, up to a minute', '3600', 60_000],
		['as nonsense, not at all', 'soon', 500],
		['of no time, not at all', '0', 500],
		['of a date that is past, not at all', 'Thu, 01 Jan 1970 00:00:00 GMT', 500],
	])('obeys Retry-After %s', async (_, header, waitMs) => {
		const { read, clock } = open(answer(429, '', { 'retry-after': header }), answer(200));
		await read();
		expect(clock.waits).toEqual([waitMs]);
	});

	it('takes an empty answer for nothing rather than for an error', async () => {
		expect(await open(answer(200, ' \n')).read()).toEqual({ value: undefined });
	});

	it('ends at once when the execution is stopped between two tries', async () => {
		const { read, calls, stop, clock } = open(answer(503));
		clock.at(700, () => stop.abort());
		expect(await read()).toMatchObject({ kind: 'ExecutionCancelledError' });
		expect([calls.length, clock.now()]).toEqual([2, 700]);
	});

	it('is not even sent after a stop, unless it is detached', async () => {
		const { read, calls, stop } = open(answer(200));
		stop.abort();
		expect(await read()).toMatchObject({ kind: 'ExecutionCancelledError' });
		expect(calls).toEqual([]);
		expect(await read({ isDetached: true })).toEqual({ value: {} });
	});
});

describe('a failure’s text', () => {
	it.each([
		[
			'the service’s own words',
			answer(422, '{"errors":"prompt_1: Field required"}'),
			'Flowscale answered HTTP 422: prompt_1: Field required',
		],
		[
			'the text of a page',
			answer(502, '<html><body>Bad <b>Gateway</b></body></html>'),
			'Flowscale answered HTTP 502: Bad Gateway',
		],
		['no words at all', answer(404, ''), 'Flowscale answered HTTP 404'],
		[
			'the target of a redirect',
			answer(301, '', { location: 'https://other.test/api' }),
			'Flowscale redirects to https://other.test/api',
		],
		['a redirect to nowhere', answer(304, ''), 'Flowscale redirects to nowhere'],
		[
			'no answer',
			LOST,
			'No answer from Flowscale at x.test. The connection was lost (ECONNRESET).',
		],
	])('holds %s', async (_, given, message) => {
		expect(await open(given).read({ tries: 1 })).toMatchObject({ message });
	});

	it.each([
		['as it is', answer(400, `bad key ${KEY}`)],
		['in JSON', answer(400, JSON.stringify({ detail: KEY }))],
		[
			'in an address',
			answer(302, '', { location: `https://evil.test/?key=${encodeURIComponent(KEY)}` }),
		],
		['in a page that is no JSON', answer(200, `<html>${KEY}</html>`)],
	])('never holds the key: %s', async (_, given) => {
		const end = await open(given).read({ tries: 1 });
		const text = JSON.stringify([end, 'message' in end && end.message]);
		expect(text).not.toMatch(/k3y|with.{1,3}signs/);
		expect(text).toContain('***');
	});
});

describe('the service’s words', () => {
	it.each([
		[
			'markup',
			'its answer is not JSON: <html><b>Bad</b> gateway</html>',
			'its answer is not JSON: Bad gateway',
		],
		['line breaks', 'out of\n\nmemory', 'out of memory'],
		['the key', `the key ${KEY} is wrong`, 'the key *** is wrong'],
	])('are shown without %s', (_, words, shown) =>
		expect(open(answer(200)).transport.failureInWords(words).message).toBe(`Flowscale: ${shown}`),
	);
});

describe('many reads', () => {
	/** Answers a turn later; counts what is under way. */
	const busy = () => {
		const count = { now: 0, most: 0 };
		const stop = new AbortController();
		const exchange: Http['exchange'] = async () => {
			count.most = Math.max(count.most, ++count.now);
			await nextTurn();
			count.now--;
			return answer(200);
		};
		const http: Http = { exchange, open: async () => LOST, openPublic: async () => LOST };
		const { read } = connect({
			http,
			root: 'https://x.test',
			serviceName: 'Flowscale',
			clock: fakeClock(),
			stop: stop.signal,
			secrets: [],
			errorTextOf: () => undefined,
		});
		const statusOf = async (isDetached = false) =>
			await endOf(read({ path: '/runs', isDetached }, ({ status }) => status));
		return { count, stop, statusOf };
	};

	it('are sent twenty at a time', async () => {
		const { count, statusOf } = busy();
		const ends = await Promise.all(Array.from({ length: 100 }, async () => await statusOf()));
		expect([new Set(ends.map((end) => JSON.stringify(end))), count.most]).toEqual([
			new Set(['{"value":200}']),
			20,
		]);
	});

	it('do not hold up what must still be sent after a stop', async () => {
		const { count, stop, statusOf } = busy();
		const early = Array.from({ length: 100 }, async () => await statusOf());
		stop.abort();
		expect([await statusOf(true), count.most]).toEqual([{ value: 200 }, 21]);
		expect((await Promise.all(early)).map((end) => 'kind' in end && end.kind)).toEqual(
			Array(100).fill('ExecutionCancelledError'),
		);
		expect(count.most).toBe(21);
	});
});

it('gives the service’s time by the Date of its last answer', async () => {
	const { transport, read } = open(
		answer(200, '{}', { date: 'Thu, 01 Jan 1970 00:01:00 GMT' }),
		answer(200, '{}', { date: 'nonsense' }),
	);
	expect(transport.serviceTime(5)).toBe(5);
	await read();
	expect(transport.serviceTime(5)).toBe(60_005);
	await read();
	expect(transport.serviceTime(5)).toBe(60_005);
});

it('takes the Date of an answer as of when its head arrived, however slow its body is', async () => {
	const date = 'Thu, 01 Jan 1970 00:01:00 GMT';
	const { transport, read } = openSlow(20_000, answer(200, '{}', { date }));
	await read();
	expect(transport.serviceTime(5)).toBe(60_005);
});

it.each([
	['a plain id', ['a-1'], '/a-1'],
	['a path', ['a/../../b', 'events'], '/a%2F..%2F..%2Fb/events'],
	['a query', ['a?x=1#y'], '/a%3Fx%3D1%23y'],
	['line breaks', ['a\r\nHost: b'], '/a%0D%0AHost%3A%20b'],
])('%s stays one segment of the path', (_, segments, path) =>
	expect(pathTo(...segments)).toBe(path),
);

it('sends the query encoded, without what is undefined', async () => {
	const { read, calls } = open(answer(200));
	await read({ query: { group_id: 'a&b=c\r\n', page: 2, sort_by: undefined } });
	expect(calls[0].url).toBe('https://x.test/api/v1/runs?group_id=a%26b%3Dc%0D%0A&page=2');
});
