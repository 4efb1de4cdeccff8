import { createRedactor } from '../../../nodes/core/http/redact';

test.each([
	['inMessages', 'k3y', 'the k3y'],
	['inMessages', 'demo', 'the ***'],
	// A short one may be a part of any word of a result, or of a link, which must stay whole.
	['inResults', 'demo', 'the demo'],
	['inResults', 'long-key', 'the ***'],
] as const)('%s the key "%s" is told as "%s"', (place, key, received) => {
	expect(createRedactor([key], place)(`the ${key}`)).toBe(received);
	expect(createRedactor(() => [key], place)(`the ${key}`)).toBe(received);
});
