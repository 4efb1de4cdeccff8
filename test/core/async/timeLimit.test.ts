import { timeLimit } from '../../../nodes/core/async/signals';

// Node throws for fractions and for more than 2^32, and lets what is beyond 2^31 pass at once.
describe('a time limit', () => {
	it.each([
		['a fraction', 24_000.8, 24_001],
		['fifty days', 5e9, 2e9],
		['no end', Number.POSITIVE_INFINITY, 2e9],
		['a moment ago', -1.5, 0],
	])('of %s is one that Node can keep', (_, ms, kept) => {
		const timeout = jest.spyOn(AbortSignal, 'timeout');
		expect(timeLimit(ms)).toBeInstanceOf(AbortSignal);
		expect(timeout.mock.calls).toEqual([[kept]]);
		timeout.mockRestore();
	});
});
