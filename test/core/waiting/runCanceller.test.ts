import { ServiceError } from '../../../nodes/core/errors';
import { type CancelOutcome, createRunCanceller } from '../../../nodes/core/waiting/runCanceller';
import type { KnownRun } from '../../../nodes/core/runs/run';
import { fakeClock } from '../../harness/fakeClock';
import { aRun } from '../../harness/runs';

/** A canceller whose service answers each cancel as `answer` says: nothing is acceptance. */
function cancelHarness(answer: (runId: string, tries: number) => Error | KnownRun | undefined) {
	const clock = fakeClock();
	const sent: Array<[ms: number, runId: string]> = [];
	const warnings: string[] = [];
	const canceller = createRunCanceller({
		serviceName: 'Flowscale',
		cancel: async (runId) => {
			sent.push([clock.now(), runId]);
			const outcome = answer(runId, sent.filter(([, id]) => id === runId).length);
			if (outcome instanceof Error) throw outcome;
			return outcome;
		},
		clock,
		warn: (text) => warnings.push(text),
	});
	return { clock, sent, warnings, canceller };
}

const failure = (status: number, facts: { isRetryable?: boolean; retryAfterMs?: number } = {}) =>
	new ServiceError(`HTTP ${status}`, { status, ...facts });
const busy = () => failure(503, { isRetryable: true });
const LONG = 1e9;

describe('a cancel', () => {
	it.each<[string, Error, number]>([
		['a refusal for good', failure(409), 1],
		['a key that is refused', failure(401), 3],
		['a run that is not found', failure(404), 3],
		['a failure that is none of the service', new Error('no'), 1],
	])('that meets %s is given up and logged after %d tries', async (_, error, tries) => {
		const { canceller, sent, warnings } = cancelHarness(() => error);
		expect(await canceller.cancel('a', LONG)).toBe(error);
		expect(sent).toHaveLength(tries);
		expect(warnings).toEqual([
			`A run could not be cancelled at Flowscale: ${error.message} (run a)`,
		]);
	});

	it('that is refused because the run has ended is no news for the log', async () => {
		const ended = aRun('a', { status: 'failed' });
		const { canceller, sent, warnings } = cancelHarness(() => ended);
		expect(await canceller.cancel('a', LONG)).toBe(ended);
		expect([sent.length, warnings]).toEqual([1, []]);
	});

	it('outlives an outage of two minutes', async () => {
		const { clock, canceller, warnings } = cancelHarness(() =>
			clock.now() < 120_000 ? busy() : undefined,
		);
		expect(await canceller.cancel('a', LONG)).toBe('accepted');
		expect([clock.now() < 135_000, warnings]).toEqual([true, []]);
	});

	it('ends with an outage that does not end, and names the run in the log', async () => {
		const { clock, canceller, sent, warnings } = cancelHarness(busy);
		expect(await canceller.cancel('a', LONG)).toBeInstanceOf(Error);
		expect([clock.now() < 240_000, sent.length < 60]).toEqual([true, true]);
		expect(warnings).toEqual(['A run could not be cancelled at Flowscale: HTTP 503 (run a)']);
	});

	it('is waited for as long as wished, and tried further in the background', async () => {
		const { clock, canceller, sent } = cancelHarness(() =>
			clock.now() < 60_000 ? busy() : undefined,
		);
		expect(await canceller.cancel('a', 5_000)).toBe('pending');
		expect(clock.now()).toBe(5_000);
		await clock.pause(100_000);
		expect(sent.at(-1)?.[0]).toBeGreaterThanOrEqual(60_000);
	});

	it('of one run is sent once, whoever asks', async () => {
		const { canceller, sent } = cancelHarness(() => undefined);
		await Promise.all([canceller.cancel('a', LONG), canceller.cancel('a', LONG)]);
		expect(sent).toHaveLength(1);
	});

	it('that was given up is sent again when somebody asks again, and logged again', async () => {
		const { canceller, sent, warnings } = cancelHarness((_, tries) =>
			tries === 1 ? failure(409) : undefined,
		);
		expect(await canceller.cancel('a', LONG)).toBeInstanceOf(Error);
		expect(await canceller.cancel('a', LONG)).toBe('accepted');
		expect(await canceller.cancel('a', LONG)).toBe('accepted');
		expect([sent.length, warnings.length]).toEqual([2, 1]);
	});

	it.each([
		['once more where it is refused for good', failure(409), 2],
		['again as often as other cancels where the key is refused', failure(401), 4],
	])(
		'that somebody asks for while it is being refused is sent %s',
		async (_, refusal, expected) => {
			const clock = fakeClock();
			let sent = 0;
			const warnings: string[] = [];
			const canceller = createRunCanceller({
				...{ serviceName: 'Flowscale', clock, warn: (text) => warnings.push(text) },
				cancel: async () => {
					sent++;
					await clock.pause(5_000);
					throw refusal;
				},
			});
			const first = canceller.cancel('a', LONG);
			await clock.pause(2_000);
			expect([await canceller.cancel('a', LONG), await first]).toEqual([refusal, refusal]);
			expect([sent, warnings.length]).toEqual([expected, 1]);
		},
	);

	it('of a group is sent again when somebody asks again: a run may have joined it', async () => {
		const clock = fakeClock();
		let sent = 0;
		const canceller = createRunCanceller({
			...{ serviceName: 'Flowscale', isGroup: true, clock, warn: () => undefined },
			cancel: async () => {
				sent++;
				return undefined;
			},
		});
		await canceller.cancel('g', LONG);
		await canceller.cancel('g', LONG);
		expect(sent).toBe(2);
	});

	it('is tried for three minutes from when somebody asked last', async () => {
		const { clock, canceller } = cancelHarness(() => (clock.now() < 300_000 ? busy() : undefined));
		expect(await canceller.cancel('a', 170_000)).toBe('pending');
		expect(await canceller.cancel('a', LONG)).toBe('accepted');
	});

	it('is accepted when the service says so, although the try takes longer', async () => {
		const clock = fakeClock();
		const canceller = createRunCanceller({
			...{ serviceName: 'Flowscale', clock, warn: () => undefined },
			cancel: async (_, { onAccepted }) => {
				await clock.pause(1_000);
				onAccepted();
				await clock.pause(10_000);
				return undefined;
			},
		});
		expect(await canceller.cancel('a', 500)).toBe('pending');
		expect(await canceller.cancel('a', 2_000)).toBe('accepted');
		expect(clock.now()).toBe(2_500);
	});

	it('of the next run waits as well when the service asks for patience', async () => {
		const { clock, canceller, sent } = cancelHarness((runId, tries) =>
			runId === 'a' && tries === 1
				? failure(429, { isRetryable: true, retryAfterMs: 7_000 })
				: undefined,
		);
		const first = canceller.cancel('a', LONG);
		await clock.pause(1_000);
		await Promise.all([first, canceller.cancel('b', LONG)]);
		expect(sent).toEqual([
			[0, 'a'],
			[7_000, 'a'],
			[7_000, 'b'],
		]);
	});
});

it('a hundred cancels at ten a second are all accepted', async () => {
	let accepted = new Map<number, number>();
	const { clock, canceller } = cancelHarness(() => {
		const second = Math.floor(clock.now() / 1_000);
		const count = accepted.get(second) ?? 0;
		if (count >= 10) return failure(429, { isRetryable: true, retryAfterMs: 1_000 });
		accepted = accepted.set(second, count + 1);
		return undefined;
	});
	const outcomes: CancelOutcome[] = await Promise.all(
		Array.from({ length: 100 }, async (_, i) => await canceller.cancel(`run-${i}`, LONG)),
	);
	expect(outcomes).toEqual(Array(100).fill('accepted'));
	expect(clock.now()).toBeLessThan(15_000);
});
