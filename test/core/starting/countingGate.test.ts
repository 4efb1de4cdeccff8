import { createLimiter } from '../../../nodes/core/async/limiter';
import type { Answer } from '../../../nodes/core/http/http';
import type { NetworkFailure } from '../../../nodes/core/http/networkError';
import {
	type CountingState,
	createCountingGate,
	deadlineOf,
	newCounting,
	onEnded,
	onRefused,
	onSent,
	opensAt,
} from '../../../nodes/core/starting/countingGate';
import { sendOnceSafely } from '../../../nodes/core/starting/sendOnceSafely';
import { fakeClock } from '../../harness/fakeClock';

const times = <T>(count: number, act: (value: T) => T, value: T): T =>
	count === 0 ? value : times(count - 1, act, act(value));
const refuse = (state: CountingState, nowMs: number, askedMs?: number) =>
	onRefused(state, nowMs, askedMs, 0.5);

describe('what a service allows is learned from its refusals', () => {
	const ten = times(10, onSent, newCounting());
	const three = times(7, (state) => refuse(state, 400), ten);

	it('of ten requests seven are refused: three may be under way, and the next follows an end', () => {
		expect([three.inProgress, three.limit]).toEqual([3, 3]);
		expect(opensAt(three)).toBe(1_400);
		expect(opensAt(onEnded(three, 3_000))).toBeLessThanOrEqual(3_000);
	});
	it('a refusal just after an end lowers nothing: the service may count a moment longer', () => {
		const state = refuse(onSent(onEnded(three, 3_000)), 3_010);
		expect([state.inProgress, state.limit]).toEqual([2, 3]);
		expect(opensAt(state)).toBe(3_060);
	});
	it('one more is tried now and then, less often each time it is refused', () => {
		const first = opensAt(three);
		const tried = onSent(three);
		expect([tried.limit, opensAt(tried)]).toEqual([4, Infinity]);
		const back = refuse(tried, first);
		expect([back.limit, opensAt(back) - first]).toEqual([3, 2_000]);
	});
	it('alone, the pauses grow, and a longer one that the service asks for is made', () => {
		const alone = (refusals: number) =>
			times(refusals, (state) => refuse(onSent(state), 0), newCounting()).opensMs;
		expect([1, 2, 3, 9].map(alone)).toEqual([500, 1_000, 2_000, 8_000]);
		expect(refuse(onSent(newCounting()), 0, 30_000).opensMs).toBe(30_000);
	});
	it('an item waits from its turn, or from the last end of another one', () => {
		expect(deadlineOf(newCounting(), 100, 2_000)).toBe(2_100);
		expect(deadlineOf(onEnded(onSent(newCounting()), 900), 100, 2_000)).toBe(2_900);
		expect(deadlineOf(newCounting(), 100, 0)).toBe(Infinity);
	});
});

/** So many items of 3 s each, against a service that allows so many at a time. */
async function simulate(items: number, allowed: () => number, lateMs = 0) {
	const clock = fakeClock({ random: 0.5, mostWaits: 20_000 });
	const { signal: stop } = new AbortController();
	const gate = createCountingGate<Answer>(clock, stop);
	const slots = createLimiter(10);
	let [inProgress, requests] = [0, 0];
	const send = async () => {
		requests++;
		await clock.pause(20);
		if (inProgress >= allowed()) return { status: 429, headers: {}, text: '' };
		inProgress++;
		await clock.pause(2_980);
		if (lateMs > 0) clock.at(clock.now() + lateMs, () => void inProgress--);
		else inProgress--;
		return { status: 200, headers: {}, text: '' };
	};
	const one = async () => {
		const { verdict } = await sendOnceSafely({ gate, clock, stop, patienceMs: 300_000, send });
		gate.released();
		return verdict;
	};
	const results = await Promise.all(Array.from({ length: items }, async () => await slots(one)));
	return {
		done: results.filter((verdict) => verdict === 'answered').length,
		requests,
		ms: clock.now(),
	};
}

it.each([0, 60])(
	'a thousand items against three at a time take at most 1.1 of the ideal (a place is free %i ms after its answer)',
	async (lateMs) => {
		const { done, requests, ms } = await simulate(1_000, () => 3, lateMs);
		expect(done).toBe(1_000);
		expect(ms).toBeLessThan(1.1 * (1_000 / 3) * 3_000);
		expect(requests).toBeLessThan(lateMs === 0 ? 1_100 : 2_200);
	},
	60_000,
);

it('all items are answered although another client takes all places for a while', async () => {
	let calls = 0;
	const { done } = await simulate(30, () => (calls++ < 40 ? 0 : 2));
	expect(done).toBe(30);
});

describe('a request that never arrived', () => {
	const notReached: NetworkFailure = {
		code: 'ECONNREFUSED',
		reached: 'no',
		isRetryable: true,
		text: 'refused',
	};
	it.each([
		['is sent four times in all', 60_000, 4],
		['is not sent again once Timeout would be over', 1_000, 2],
	])('%s, and its place is free for the next one', async (_, patienceMs, tries) => {
		const clock = fakeClock({ random: 0.5 });
		const { signal: stop } = new AbortController();
		const gate = createCountingGate<Answer | NetworkFailure>(clock, stop);
		let sent = 0;
		const send = async () => {
			sent++;
			return await Promise.resolve(notReached);
		};
		const end = await sendOnceSafely({ gate, clock, stop, patienceMs, send });
		expect([end.verdict, end.isHeldBackTooLong, sent]).toEqual(['notReached', false, tries]);
		expect(clock.now()).toBeLessThan(patienceMs);
		const answer = { status: 200, headers: {}, text: '' };
		const next = await sendOnceSafely({
			gate,
			clock,
			stop,
			patienceMs,
			send: async () => await Promise.resolve(answer),
		});
		expect(next.result).toBe(answer);
	});
	it('that was not even sent frees its place, too', async () => {
		const clock = fakeClock();
		const { signal: stop } = new AbortController();
		const gate = createCountingGate<Answer>(clock, stop);
		const taken = { result: { status: 200, headers: {}, text: '' }, isTaken: true };
		const refused = { ...taken, isTaken: false, refused: { retryAfterMs: undefined } };
		const patience = { sinceMs: 0, limitMs: 0 };
		await gate.pass(patience, async () => await Promise.resolve(taken));
		// Beside one that is under way another one is refused: one at a time.
		await gate.pass(patience, async () => await Promise.resolve(refused));
		gate.released();
		const broken = gate.pass(patience, async () => await Promise.reject(new Error('not sent')));
		await expect(broken).rejects.toThrow('not sent');
		const next = await gate.pass(patience, async () => await Promise.resolve(taken));
		expect(next).toBe(taken);
		expect(clock.now()).toBe(0);
	});
});
