import { startTimer, stopTimer } from '../../simulator/platform';

const TICK_MS = 2;
/**
 * As much of the fast time passes between two ticks at most: what is longer is a pause in which a
 * busy machine gave no CPU. Otherwise half a second of it would be a minute of the service's silence.
 */
const LONGEST_TICK_MS = 2_000;

/** Speeds up `Date.now` and `AbortSignal.timeout` until the returned function is called. */
function startFastTime(speed: number): () => void {
	const now = Date.now;
	const fromMs = now();
	let [passedMs, tickMs] = [0, fromMs];
	const sinceTickMs = () => Math.min(now() - tickMs, LONGEST_TICK_MS / speed);
	const fastNow = () => fromMs + (passedMs + sinceTickMs()) * speed;
	const limits = new Map<AbortController, number>();
	const tick = () => {
		passedMs += sinceTickMs();
		tickMs = now();
		for (const [limit, endMs] of limits)
			if (endMs <= fastNow() && limits.delete(limit))
				limit.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError'));
		timer = startTimer(TICK_MS, tick).unref();
	};
	let timer = startTimer(TICK_MS, tick).unref();
	jest.spyOn(Date, 'now').mockImplementation(fastNow);
	jest.spyOn(AbortSignal, 'timeout').mockImplementation((ms) => {
		const limit = new AbortController();
		limits.set(limit, fastNow() + ms);
		return limit.signal;
	});
	return () => {
		stopTimer(timer);
		jest.restoreAllMocks();
	};
}

/**
 * Lets time pass faster for our nodes: what `Date.now` says, and how long a pause takes (all of
 * them are `AbortSignal.timeout`). A minute of polling takes a second then. n8n's own timers and
 * the simulator's keep their pace. Holds in the hooks before all tests, too.
 */
export function useFastTime(speed: number): void {
	let stop = () => undefined as void;
	const speedUp = () => {
		stop();
		stop = startFastTime(speed);
	};
	beforeAll(speedUp);
	beforeEach(speedUp);
	afterEach(() => stop());
	afterAll(() => stop());
}
