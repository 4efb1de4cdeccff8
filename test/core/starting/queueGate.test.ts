import { ServiceError } from '../../../nodes/core/errors';
import {
	createQueueGate,
	nextCaution,
	placesFor,
	type QueueLength,
} from '../../../nodes/core/starting/queueGate';
import { fakeClock, type FakeClock } from '../../harness/fakeClock';

const MOST = 8;
const CONTAINERS = 4;
/** Between a start's sending and its answer; the run is in the queue somewhere between. */
const START_MS = 300;

/** A deployment with one queue for all its containers, whoever starts. */
function deployment(clock: FakeClock, runMs: number) {
	const waiting: Array<() => void> = [];
	const seen = { longest: 0, inFlight: 0, busy: 0, started: 0 };
	const next = () => {
		while (seen.busy < CONTAINERS && waiting.length > 0) {
			seen.busy++;
			waiting.shift()?.();
			clock.at(clock.now() + runMs, () => {
				seen.busy--;
				next();
			});
		}
	};
	/** Resolves when the run begins. */
	const enqueue = async () => {
		await new Promise<void>((resolve) => {
			waiting.push(resolve);
			next();
		});
	};
	const start = async () => {
		seen.inFlight++;
		seen.started++;
		await clock.pause(START_MS / 2);
		void enqueue();
		seen.longest = Math.max(seen.longest, waiting.length);
		await clock.pause(START_MS / 2);
		seen.inFlight--;
	};
	const length = (): QueueLength => ({
		pending: waiting.length,
		idle: CONTAINERS - seen.busy,
	});
	return { seen, start, enqueue, length };
}

/** So many processes, each with its own view of the one queue, and items in each. */
async function trial(processes: number, itemsEach: number, runMs: number) {
	let chance = 0;
	const clock = fakeClock({ mostWaits: 200_000 });
	const varied: FakeClock = Object.assign(Object.create(clock) as FakeClock, {
		random: () => (chance = (chance + 0.381966) % 1),
	});
	const { seen, start, enqueue, length } = deployment(clock, runMs);
	let polls = 0;
	const process = async () => {
		const gate = createQueueGate(varied);
		const items = Array.from({ length: itemsEach }, async () => {
			const answered = await gate.pass({
				most: MOST,
				fieldName: 'Max Queued Runs',
				patienceMs: 0,
				poll: async () => {
					polls++;
					await clock.pause(20);
					return length();
				},
				warnOfMissingQueue: () => undefined,
			});
			await start();
			answered();
		});
		await Promise.all(items);
	};
	let waitedMs = 0;
	const visitor = async () => {
		await clock.pause(5 * runMs + 7);
		const since = clock.now();
		await enqueue();
		waitedMs = clock.now() - since;
	};
	await Promise.all([...Array.from({ length: processes }, process), visitor()]);
	const endMs = clock.now();
	return { ...seen, waitedRuns: waitedMs / runMs, polls, endMs };
}

describe('300 items at once on 4 containers with a limit of 8', () => {
	it.each([
		[1, 300],
		[3, 100],
		[6, 50],
	])(
		'in %d processes, %d items each: the queue is never longer than the limit and the starts in flight',
		async (processes, items) => {
			const runMs = 5_000;
			const { longest, waitedRuns, started, endMs, polls } = await trial(processes, items, runMs);
			expect(started).toBe(300);
			expect(longest).toBeLessThanOrEqual(MOST + processes - 1);
			// Somebody else's run, which nothing holds back, waits for those before it only.
			expect(waitedRuns).toBeLessThanOrEqual(2.1);
			// The containers are kept busy.
			expect(endMs).toBeLessThanOrEqual(1.1 * ((300 * runMs) / CONTAINERS));
			expect(polls).toBeLessThanOrEqual(processes * (endMs / 2_000 + 2));
		},
	);
});

describe('after one poll of the queue', () => {
	it.each<[string, QueueLength, number, number, number, number]>([
		['the first start passes alone', { pending: 0, idle: 4 }, 8, 0, 64, 1],
		['a third of the free places is taken', { pending: 2, idle: 0 }, 8, 0, 3, 2],
		['idle containers are free places', { pending: 0, idle: 4 }, 8, 0, 3, 4],
		['starts in flight take places', { pending: 2, idle: 0 }, 8, 4, 3, 1],
		['more of them than places leave none', { pending: 7, idle: 0 }, 8, 3, 3, 0],
		['a full queue lets nobody pass, idle containers or not', { pending: 8, idle: 2 }, 8, 0, 3, 0],
		['the last place is taken', { pending: 0, idle: 0 }, 1, 0, 3, 1],
	])('%s', (_, length, most, uncounted, caution, places) =>
		expect(placesFor(length, most, uncounted, caution)).toBe(places),
	);
	it.each([
		[64, 3, 16],
		[16, 0, 4],
		[4, 8, 3],
		[3, 8, 3],
		[3, 9, 6],
		[64, 20, 64],
	])('caution %d becomes, with %d runs in the queue of 8, %d', (caution, pending, next) =>
		expect(nextCaution(caution, { pending, idle: 0 }, 8)).toBe(next),
	);
});

describe('a queue that is not shown', () => {
	const pass = (clock: FakeClock, polls: Array<QueueLength | Error | undefined>) => {
		const gate = createQueueGate(clock);
		const seen = { warned: 0, polls: 0 };
		const entry = {
			most: 1,
			fieldName: 'Max Queued Runs',
			patienceMs: 10_000,
			poll: async () => {
				const answer = polls[Math.min(seen.polls++, polls.length - 1)];
				if (answer instanceof Error) throw answer;
				return await Promise.resolve(answer);
			},
			warnOfMissingQueue: () => void seen.warned++,
		};
		return { seen, pass: async () => (await gate.pass(entry))() };
	};
	it('holds nobody back, is reported, and is asked for again after five minutes', async () => {
		const clock = fakeClock();
		const { seen, pass: start } = pass(clock, [undefined, { pending: 0, idle: 1 }]);
		await start();
		await start();
		expect(seen).toEqual({ warned: 2, polls: 1 });
		await clock.pause(300_000);
		await start();
		expect(seen).toEqual({ warned: 2, polls: 2 });
	});
	it('because every poll fails, ends the wait with the reason', async () => {
		const { pass: start } = pass(fakeClock(), [new ServiceError('HTTP 503')]);
		await expect(start()).rejects.toMatchObject({
			message: 'No run was started: the queue could not be read for 10 s. HTTP 503',
		});
	});
});
