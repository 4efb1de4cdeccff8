import { createServiceErrors } from '../../../nodes/core/http/serviceErrors';
import { readErrorText } from '../../../nodes/core/runs/errorText';
import { fakeClock } from '../../harness/fakeClock';

const errors = createServiceErrors({
	root: 'https://pod.test/api/v1',
	serviceName: 'Flowscale',
	clock: fakeClock(),
	secrets: [],
	errorTextOf: readErrorText,
});
const failure = (status: number, text: string, headers = {}) =>
	errors.failureOf({ status, headers, text });

it('advice for a 429 fits every operation: it names no option', () => {
	const { hint } = failure(429, '').facts;
	expect(hint).toContain('Flowscale limits the number of requests');
	expect(hint).not.toMatch(/Max (Concurrent|Queued)/);
});

it.each(['{}', 'null', '[]', '""', '{"error":null}', '{"detail":"None"}', ' '])(
	'the body %s of a refusal adds nothing to its status',
	(text) => expect(failure(503, text).message).toBe('Flowscale answered HTTP 503'),
);

it('a refusal in another form shows what it holds', () =>
	expect(failure(503, '{"retry":5}').message).toBe('Flowscale answered HTTP 503: {"retry":5}'));

it.each([
	['', 'nowhere'],
	['https://user:secret@other.test/<b>x</b>\u001b[31m', 'https://other.test/ x'],
])('a redirect to %j is named %j', (location, target) =>
	expect(failure(302, '', { location }).message).toBe(`Flowscale redirects to ${target}`),
);
