import { isRetryableStatus, startAfterStatus } from '../../../nodes/core/http/statuses';

const all = Array.from({ length: 500 }, (_, index) => 100 + index);
const fiveHundreds = all.filter((status) => status >= 500);

it('a read may succeed later after 408, 425, 429 and every 5xx but 501 and 505', () => {
	expect(all.filter(isRetryableStatus)).toEqual(
		[408, 425, 429, ...fiveHundreds].filter((status) => status !== 501 && status !== 505),
	);
	expect([520, 521, 522, 523, 524, 525, 526, 527, 530].every(isRetryableStatus)).toBe(true);
});

it.each([
	['notTaken', false, [425, 429]],
	['notTaken', true, [425, 429, 503]],
	['uncertain', false, [408, ...fiveHundreds]],
	['uncertain', true, [408, ...fiveHundreds.filter((status) => status !== 503)]],
] as const)('a start is %s, with Retry-After: %p, after %p', (start, hasRetryAfter, statuses) => {
	expect(all.filter((status) => startAfterStatus(status, hasRetryAfter) === start)).toEqual(
		statuses,
	);
});

it('a status that does not exist leaves a start uncertain, and a read as it is', () => {
	expect([startAfterStatus(799, false), isRetryableStatus(799)]).toEqual(['uncertain', false]);
});
