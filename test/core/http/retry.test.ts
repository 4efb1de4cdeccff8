import { pauseBeforeRetry, retryAfterMs } from '../../../nodes/core/http/retry';

const NOW = Date.UTC(2026, 0, 1, 12);

describe('Retry-After', () => {
	it.each([
		['seconds', '7', 7_000],
		['no time', '0', undefined],
		['a date ahead', 'Thu, 01 Jan 2026 12:00:30 GMT', 30_000],
		['a date that has passed', 'Thu, 01 Jan 2026 11:00:00 GMT', undefined],
		['a negative number', '-5', undefined],
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
		['asked for next to nothing', 2, 10, 0.5, 1_000],
		['asked for an hour', 1, 3_600_000, 0.5, 60_000],
		['asked for ever', 1, Number.POSITIVE_INFINITY, 0.5, 60_000],
	])('%s: try %d, asked for %p, chance %d: %d ms', (_, tries, askedMs, random, ms) => {
		expect(pauseBeforeRetry(tries, askedMs, random)).toBe(ms);
	});
});

it('a Retry-After date is measured by the clock that wrote it', () => {
	const [sent, at] = ['Thu, 01 Jan 2026 11:59:00 GMT', 'Thu, 01 Jan 2026 11:59:20 GMT'];
	expect([
		retryAfterMs(at, NOW),
		retryAfterMs(at, NOW, sent),
		retryAfterMs('9', NOW, sent),
	]).toEqual([undefined, 20_000, 9_000]);
});
