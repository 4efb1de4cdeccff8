import {
	pauseAfterFailures,
	pauseByAge,
	pauseForGroup,
	pauseWithStream,
	withJitter,
} from '../../../nodes/core/waiting/pace';

const INTERVAL_MS = 2_000;

/** Looks at one run until it is this old, without event stream. */
function looksUntil(ageMs: number, intervalMs: number, random: number): number[] {
	const looks: number[] = [];
	for (
		let age = withJitter(pauseByAge(0, intervalMs), intervalMs, random);
		age < ageMs;
		age += withJitter(pauseByAge(age, intervalMs), intervalMs, random)
	)
		looks.push(age);
	return looks;
}

describe('the pause before a look at one run', () => {
	it.each([
		['at its start', 0, 250],
		['after one second', 1_000, 250],
		['after four seconds', 4_000, 1_000],
		['after eight seconds', 8_000, 2_000],
		['after half a minute', 30_000, 2_400],
		['after two minutes', 120_000, 9_600],
		['after ten minutes', 600_000, 10_000],
		['after a day', 86_400_000, 10_000],
	])('%s is %d ms old: %d ms', (_, ageMs, pauseMs) => {
		expect(pauseByAge(ageMs, INTERVAL_MS)).toBe(pauseMs);
	});

	it.each([0, 0.5, 0.999])('costs at most 100 requests in ten minutes (chance %d)', (random) => {
		expect(looksUntil(600_000, INTERVAL_MS, random).length).toBeLessThanOrEqual(100);
		expect(looksUntil(600_000, INTERVAL_MS, random).length).toBeGreaterThan(60);
	});

	it('is quick at first: three looks within the first second', () => {
		expect(looksUntil(1_000, INTERVAL_MS, 0)).toEqual([250, 500, 750]);
	});

	it.each([100, 500, 2_000, 60_000])(
		'is never above five times the interval of %d ms, jitter included',
		(intervalMs) => {
			const ages = [0, 1, 100, 3_000, 60_000, 3_600_000, 1e12];
			const pauses = ages.map((age) => withJitter(pauseByAge(age, intervalMs), intervalMs, 0.999));
			expect(Math.max(...pauses)).toBeLessThanOrEqual(5 * intervalMs);
			expect(Math.min(...pauses)).toBeGreaterThan(0);
		},
	);

	it('is five intervals while a stream would tell of the end', () => {
		expect(pauseWithStream(INTERVAL_MS)).toBe(10_000);
	});
});

describe('the pause before a group is listed', () => {
	const progress = { pending: 50, ended: 50, elapsedMs: 10_000, ageMs: 10_000, isStarved: false };
	it.each([
		['half of the time left, where nobody waits for a place', { pending: 5 }, 500],
		['at most the interval while much is left', {}, 2_000],
		['at least an eighth of the interval', { pending: 1, ended: 1_000 }, 250],
		['by the age while others wait for a place', { isStarved: true, ageMs: 4_000 }, 1_000],
		['by the age while none has ended', { ended: 0, ageMs: 4_000 }, 1_000],
		['a quarter of the interval at the start, not less', { isStarved: true, ageMs: 0 }, 500],
		['five intervals for an old group', { ended: 0, ageMs: 1e9 }, 10_000],
	])('is %s', (_, change, pauseMs) => {
		expect(pauseForGroup({ ...progress, ...change }, INTERVAL_MS)).toBe(pauseMs);
	});
});

describe('the pause after failed looks', () => {
	it.each([
		['the first', 1, undefined, 2_000],
		['the second', 2, undefined, 4_000],
		['the fourth', 4, undefined, 10_000],
		['the thousandth', 1_000, undefined, 10_000],
		['what the service asks for', 1, 7_000, 7_000],
		['not less than usual, though it asks for nothing', 1, 0, 2_000],
		['a minute at most, though it asks for a day', 1, 86_400_000, 60_000],
		['a minute at most, though it asks for ever', 1, Number.POSITIVE_INFINITY, 60_000],
	])('%s: failure %d, asked for %p ms: %d ms', (_, failures, askedMs, pauseMs) => {
		expect(pauseAfterFailures(failures, INTERVAL_MS, askedMs)).toBe(pauseMs);
	});

	it('is stretched by chance, never cut short', () => {
		expect(withJitter(4_000, INTERVAL_MS, 0)).toBe(4_000);
		expect(withJitter(4_000, INTERVAL_MS, 1)).toBe(4_400);
		expect(withJitter(60_000, INTERVAL_MS, 1)).toBe(60_000);
	});
});
