import { isRetryableStatus, pauseBeforeRetry, retryAfterMs } from '../../../nodes/core/http/retry';

const NOW = Date.UTC(2026, 0, 1, 12);

describe('Retry-After', () => {
	it.each([
		['seconds', '7', 7_000],
		['no time', '0', 0],
		['a date ahead', 'Thu, 01 Jan 2026 12:00:30 GMT', 30_000],
		['a date that has passed', 'Thu, 01 Jan 2026 11:00:00 GMT', 0],
		['a negative number', '-5', 0],
		['blanks around it', ' 3 ', 3_000],
		['nothing', '', undefined],
		['blanks', '   ', undefined],
		['no header', undefined, undefined],
		['a word', 'soon', undefined],
		['infinity', 'Infinity', undefined],
	])('%s: %p asks for %p ms', (_, header, ms) => {
		expect(retryAfterMs(header, NOW)).toBe(ms);
	});
});

describe('the pause before the next try', () => {
	it.each([
		['first', 1, undefined, 0.5, 500],
		['second', 2, undefined, 0.5, 1_000],
		['tenth', 10, undefined, 0.5, 8_000],
		['shortest', 1, undefined, 0, 375],
		['asked for', 1, 2_000, 0.5, 2_000],
		['asked for an hour', 1, 3_600_000, 0.5, 60_000],
		['asked for ever', 1, Number.POSITIVE_INFINITY, 0.5, 60_000],
	])('%s: try %d, asked for %p, chance %d: %d ms', (_, tries, askedMs, random, ms) => {
		expect(pauseBeforeRetry(tries, askedMs, random)).toBe(ms);
	});
});

it.each([408, 429, 500, 502, 503, 504])('HTTP %d may pass', (status) =>
	expect(isRetryableStatus(status)).toBe(true),
);
it.each([200, 204, 301, 400, 401, 403, 404, 409, 410, 422, 501, 505])(
	'HTTP %d does not pass by itself',
	(status) => expect(isRetryableStatus(status)).toBe(false),
);
