import { createServiceErrors } from '../../../nodes/core/http/serviceErrors';
import { adviceFor as flowscaleAdvice } from '../../../nodes/Flowscale/api/advice';
import { readErrorText } from '../../../nodes/core/runs/errorText';
import { fakeClock } from '../../harness/fakeClock';

const parts = {
	root: 'https://pod.test/api/v1',
	serviceName: 'Flowscale',
	clock: fakeClock(),
	secrets: [],
	errorTextOf: readErrorText,
};
const errors = createServiceErrors(parts);
const failure = (status: number, text: string, headers = {}) =>
	errors.failureOf({ status, headers, text });

it('advice for a 429 fits every operation: it names no option', () => {
	const { hint } = failure(429, '').facts;
	expect(hint).toContain('Flowscale limits the number of requests');
	expect(hint).not.toMatch(/Max (Concurrent|Queued)/);
});

it.each([
	['Flowscale', flowscaleAdvice, 405],
	['Flowscale', flowscaleAdvice, 501],
	['Comflowy', undefined, 405],
	['FlowAI', undefined, 501],
])(
	'advice of %s for a call that the server does not have is about the Base URL',
	(serviceName, adviceFor, status) => {
		const of = createServiceErrors({ ...parts, serviceName, adviceFor });
		const { hint } = of.failureOf({ status, headers: {}, text: '' }).facts;
		expect(hint).toContain(
			`Check the Base URL in the credential: what answers there does not have this call of ${serviceName}’s API, or has an older version of it.`,
		);
	},
);

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
