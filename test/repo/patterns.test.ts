import { projectDir } from '../../simulator/platform';
import { shippedPatterns, slowest } from '../hostile/patterns';

const MOST_MS = 50;
/**
 * Long enough for a pattern that goes back over what it read to take seconds; `npm run
 * test:hostile` takes a megabyte.
 */
const LENGTH = 20_000;
/**
 * A pattern is tried on texts of this length first. One that goes back over what it read takes
 * milliseconds for them, any other takes microseconds, and the longer texts can be left out.
 */
const SHORT_LENGTH = LENGTH / 10;
const SUSPICIOUS_MS = MOST_MS / 200;
/**
 * Where patterns are put together from texts; each file's unit test has hostile texts of its own.
 */
const PUT_TOGETHER = [
	'nodes/core/http/findSecrets.ts',
	'nodes/core/http/networkError.ts',
	'nodes/core/jsonText.ts',
];

const isSuspicious = (pattern: RegExp) =>
	slowest(pattern, SHORT_LENGTH, SUSPICIOUS_MS).ms > SUSPICIOUS_MS;

test('no regular expression of the shipped code goes back over what it read', async () => {
	const { patterns, dynamic } = await shippedPatterns(projectDir);
	expect(patterns.length).toBeGreaterThan(100);
	expect(dynamic).toEqual(PUT_TOGETHER);
	const slow = patterns.flatMap(({ place, pattern }) => {
		if (!isSuspicious(pattern)) return [];
		const { ms, text } = slowest(pattern, LENGTH, MOST_MS);
		return ms > MOST_MS ? [`${place}: ${String(pattern)} takes ${ms} ms for ${text}`] : [];
	});
	expect(slow).toEqual([]);
}, 120_000);

test('a pattern that goes back is found', () => {
	expect(isSuspicious(/\/+$/)).toBe(true);
	expect(slowest(/\/+$/, LENGTH, MOST_MS).ms).toBeGreaterThan(MOST_MS);
	expect(slowest(/(?<!\/)\/+$/, LENGTH, MOST_MS).ms).toBeLessThan(MOST_MS);
});
