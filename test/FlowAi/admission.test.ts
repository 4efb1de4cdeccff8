import { createLimiter } from '../../nodes/core/async/limiter';
import {
	type AdmissionState,
	createAdmission,
	deadlineOf,
	newAdmission,
	onEnded,
	onRefused,
	onSent,
	opensAt,
} from '../../packages/n8n-nodes-flowai/nodes/FlowAi/runs/admission';
import {
	createRequestRate,
	nextSendMs,
} from '../../packages/n8n-nodes-flowai/nodes/FlowAi/runs/requestRate';
import { fakeClock } from '../harness/fakeClock';

const times = <T>(count: number, act: (value: T) => T, value: T): T =>
	count === 0 ? value : times(count - 1, act, act(value));
const refuse = (state: AdmissionState, nowMs: number, askedMs?: number) =>
	onRefused(state, nowMs, askedMs, 0.5);

describe('what FlowAI allows is learned from its refusals', () => {
	const ten = times(10, onSent, newAdmission());
	const three = times(7, (state) => refuse(state, 400), ten);

	it('of ten requests seven are refused: three may be under way, and the next follows an end', () => {
		expect([three.underWay, three.limit]).toEqual([3, 3]);
		expect(opensAt(three)).toBe(1_400);
		expect(opensAt(onEnded(three, 3_000))).toBeLessThanOrEqual(3_000);
	});
	it('a refusal just after an end lowers nothing: the service may count a moment longer', () => {
		const state = refuse(onSent(onEnded(three, 3_000)), 3_010);
		expect([state.underWay, state.limit]).toEqual([2, 3]);
		expect(opensAt(state)).toBe(3_060);
	});
	it('one more is tried now and then, less often each time it is refused', () => {
		const first = opensAt(three);
		const tried = onSent(three);
		expect([tried.limit, opensAt(tried)]).toEqual([4, Infinity]);
		const back = refuse(tried, first);
		expect([back.limit, opensAt(back) - first]).toEqual([3, 2_000]);
	});
	it('alone, the pauses grow, and a longer one that FlowAI asks for is made', () => {
		const alone = (refusals: number) =>
			times(refusals, (state) => refuse(onSent(state), 0), newAdmission()).opensMs;
		expect([1, 2, 3, 9].map(alone)).toEqual([500, 1_000, 2_000, 8_000]);
		expect(refuse(onSent(newAdmission()), 0, 30_000).opensMs).toBe(30_000);
	});
	it('an item waits from its turn, or from the last end of another one', () => {
		expect(deadlineOf(newAdmission(), 100, 2_000)).toBe(2_100);
		expect(deadlineOf(onEnded(onSent(newAdmission()), 900), 100, 2_000)).toBe(2_900);
		expect(deadlineOf(newAdmission(), 100, 0)).toBe(Infinity);
	});
});

/** So many items of 3 s each, against a service that allows so many at a time. */
async function simulate(items: number, allowed: () => number, lateMs = 0) {
	const clock = fakeClock({ random: 0.5, mostWaits: 20_000 });
	const admission = createAdmission(clock, new AbortController().signal);
	const slots = createLimiter(10);
	let [underWay, requests] = [0, 0];
	const one = async () => {
		const sinceMs = clock.now();
		for (;;) {
			if (typeof (await admission.enter(sinceMs, 300_000)) !== 'number') return 'failed';
			requests++;
			await clock.pause(20);
			if (underWay >= allowed()) {
				admission.refused(undefined);
				continue;
			}
			underWay++;
			await clock.pause(2_980);
			if (lateMs > 0) clock.at(clock.now() + lateMs, () => void underWay--);
			else underWay--;
			admission.ended();
			return 'done';
		}
	};
	const results = await Promise.all(Array.from({ length: items }, async () => await slots(one)));
	return { done: results.filter((result) => result === 'done').length, requests, ms: clock.now() };
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

describe('requests per second', () => {
	it.each([
		['the first ones at once', [], 20, 0],
		['below the limit', [0, 1], 3, 10],
		['at the limit, after the first has left the window', [0, 1, 2], 3, 1_050],
		['one in two seconds', [0], 0.5, 2_100],
	])('%s', (_, sent, perSecond, expected) =>
		expect(nextSendMs(sent, 10 * Math.sign(expected), perSecond)).toBe(expected),
	);
	it('no second has more than allowed, however many wait', async () => {
		const clock = fakeClock();
		const rate = createRequestRate(5, clock);
		const sent: number[] = [];
		await Promise.all(
			Array.from({ length: 40 }, async () => await rate().then(() => sent.push(clock.now()))),
		);
		expect(sent).toHaveLength(40);
		expect(sent.map((at) => sent.filter((to) => to >= at && to < at + 1_000).length)).toEqual(
			sent.map(() => 5),
		);
		expect(clock.now()).toBe(7 * 1_050);
	});
	it('0 holds nothing back', async () => {
		const clock = fakeClock();
		await createRequestRate(0, clock)();
		expect(clock.waits).toEqual([]);
	});
});
