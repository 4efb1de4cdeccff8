import { ExecutionCancelledError } from '../../../nodes/core/errors';
import { createLimiter } from '../../../nodes/core/async/limiter';
import type { Answer } from '../../../nodes/core/http/http';
import { sendOnceSafely } from '../../../nodes/core/starting/sendOnceSafely';
import { createStartGate } from '../../../nodes/core/starting/startGate';
import { fakeClock } from '../../harness/fakeClock';
import { endOf } from '../../harness/runs';

interface Service {
	/** Runs that it allows at a time. */
	allowed: number;
	runMs: number;
	tryMs?: number;
	retryAfter?: string;
	/** Answers when the run has ended, as FlowAI does. */
	isAnsweredAtEnd?: boolean;
	/** Whether the node notices the ends of its runs, and how much later. */
	isEndSeen?: boolean;
	endSeenAfterMs?: number;
}

/** Starts against a service that answers 429 while its places are taken. */
function gateHarness(
	{ allowed, runMs, tryMs = 5, retryAfter, isAnsweredAtEnd, isEndSeen, endSeenAfterMs }: Service,
	mostWaits?: number,
) {
	const clock = fakeClock(mostWaits === undefined ? {} : { mostWaits });
	const stop = new AbortController();
	const gate = createStartGate<Answer>(clock, stop.signal);
	const seen = { tries: 0, running: 0, most: 0, taken: 0 };
	const answer = (status: number): Answer => ({
		status,
		headers: status === 429 ? { 'retry-after': retryAfter } : {},
		text: '',
	});
	const run = async () => {
		seen.taken++;
		seen.running++;
		seen.most = Math.max(seen.most, seen.running);
		await clock.pause(runMs);
		seen.running--;
		if (isAnsweredAtEnd || isEndSeen) gate.released();
		if (endSeenAfterMs !== undefined) clock.at(clock.now() + endSeenAfterMs, () => gate.released());
	};
	const send = async () => {
		seen.tries++;
		await clock.pause(tryMs);
		if (seen.running >= allowed) return answer(429);
		const running = run();
		if (isAnsweredAtEnd) await running;
		return answer(200);
	};
	const start = async (patienceMs = 0) =>
		await sendOnceSafely({ gate, clock, stop: stop.signal, patienceMs, send });
	return { clock, stop, seen, start, gate };
}

describe('a service that allows so many runs at a time, and says 429 without more', () => {
	it.each<[string, Service]>([
		['three runs of three seconds', { allowed: 3, runMs: 3_000 }],
		['one run of two seconds', { allowed: 1, runMs: 2_000 }],
		[
			'three runs whose answer comes at their end',
			{ allowed: 3, runMs: 3_000, isAnsweredAtEnd: true },
		],
		['ten quick runs whose ends are seen', { allowed: 10, runMs: 400, isEndSeen: true }],
		['two runs of a minute', { allowed: 2, runMs: 60_000 }],
	])('is kept busy: %s', async (_, service) => {
		const { clock, seen, start } = gateHarness(service);
		const count = 20 * service.allowed;
		const ends = await Promise.all(Array.from({ length: count }, async () => await start()));
		await clock.pause(0);
		expect(ends.map(({ verdict }) => verdict)).toEqual(Array(count).fill('answered'));
		expect([seen.taken, seen.most]).toEqual([count, service.allowed]);
		const leastMs = (count / service.allowed - (service.isAnsweredAtEnd ? 0 : 1)) * service.runMs;
		expect(clock.now() / leastMs).toBeLessThan(1.1);
	});

	it.each<[string, Service]>([
		['whose ends are not seen', { allowed: 3, runMs: 3_000 }],
		['whose ends are seen a second late', { allowed: 3, runMs: 3_000, endSeenAfterMs: 1_000 }],
	])('takes a thousand starts in at most 1.1 of the ideal: runs %s', async (_, service) => {
		const { clock, seen, start } = gateHarness(service, 100_000);
		// Max Concurrent Runs counts a run until its end; here until its start was answered.
		const slots = createLimiter(10);
		const ends = await Promise.all(
			Array.from({ length: 1_000 }, async () => await slots(async () => await start(60_000))),
		);
		expect(ends.filter(({ verdict }) => verdict === 'answered')).toHaveLength(1_000);
		expect([seen.taken, seen.most]).toEqual([1_000, 3]);
		expect(clock.now() / ((1_000 / 3 - 1) * 3_000)).toBeLessThan(1.1);
	});

	it('is asked seldom while it stays full', async () => {
		const { clock, seen, start } = gateHarness({ allowed: 1, runMs: 3_600_000, tryMs: 200 });
		const ends = await Promise.all(Array.from({ length: 200 }, async () => await start(600_000)));
		expect(ends.filter(({ isHeldBackTooLong }) => isHeldBackTooLong)).toHaveLength(199);
		expect(seen.tries).toBeLessThan(110);
		expect(clock.now()).toBeGreaterThanOrEqual(600_000);
		expect(clock.now()).toBeLessThan(602_000);
	});
});

describe('the patience of a start', () => {
	it('ends after its own time when no start is allowed, with the refusal that held it back', async () => {
		const { clock, start } = gateHarness({ allowed: 0, runMs: 0 });
		const ends = await Promise.all([start(5_000), start(8_000)]);
		expect(ends).toMatchObject(
			Array(2).fill({ result: { status: 429 }, verdict: 'notReached', isHeldBackTooLong: true }),
		);
		expect(clock.now()).toBe(8_000 + 5);
	});

	it('is as long as the service asks, for all starts together', async () => {
		const { clock, seen, start } = gateHarness({ allowed: 0, runMs: 0, retryAfter: '30' });
		await Promise.all(Array.from({ length: 5 }, async () => await start(50_000)));
		// Five at first, one after 30 s.
		expect(seen.tries).toBe(6);
		expect(clock.now()).toBeLessThan(51_000);
	});

	it('does not outlast its time although the service asks for more', async () => {
		const { clock, start } = gateHarness({ allowed: 0, runMs: 0, retryAfter: '30' });
		await start(2_000);
		expect(clock.now()).toBe(2_005);
	});

	it('begins again with each start that is allowed: a long batch is not too late', async () => {
		const { seen, start } = gateHarness({ allowed: 1, runMs: 4_000 });
		await Promise.all(Array.from({ length: 10 }, async () => await start(5_000)));
		expect(seen.taken).toBe(10);
	});

	it('has no end without a limit', async () => {
		const { clock, seen, start, stop } = gateHarness({ allowed: 0, runMs: 0 });
		clock.at(5_000_000, () => stop.abort());
		expect(await endOf(start(0))).toMatchObject({ kind: ExecutionCancelledError.name });
		expect(clock.now()).toBe(5_000_000);
		expect(seen.taken).toBe(0);
	});
});

it('a stop ends all starts that are held back at once, and sends none of them', async () => {
	const { clock, seen, start, stop } = gateHarness({ allowed: 1, runMs: 100_000 });
	clock.at(1_000, () => stop.abort());
	const ends = await Promise.all(
		Array.from({ length: 30 }, async () => await endOf(start(600_000))),
	);
	expect(
		ends.filter((end) => 'kind' in end && end.kind === 'ExecutionCancelledError'),
	).toHaveLength(29);
	expect([seen.taken, clock.now()]).toEqual([1, 1_000]);
});

it('starts that are sent again after a loss do not take the others’ turn', async () => {
	const clock = fakeClock();
	const gate = createStartGate<Answer>(clock);
	const answers = [503, 200, 200];
	const sent: string[] = [];
	const start = async (name: string) =>
		await sendOnceSafely({
			gate,
			clock,
			patienceMs: 0,
			send: async () => {
				sent.push(name);
				return { status: answers.shift() ?? 500, headers: { 'retry-after': '1' }, text: '' };
			},
		});
	await Promise.all([start('a'), start('b')]);
	expect(sent).toEqual(['a', 'b', 'a']);
});
