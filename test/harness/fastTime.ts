/**
 * Lets time pass faster for our nodes: what `Date.now` says, and how long a pause takes (all of
 * them are `AbortSignal.timeout`). A minute of polling takes a second then. n8n's own timers and
 * the simulator's keep their pace. Holds in the hooks before all tests, too.
 */
export function useFastTime(speed: number): void {
	const now = Date.now;
	const speedUp = () => {
		jest.restoreAllMocks();
		const timeout = AbortSignal.timeout.bind(AbortSignal);
		const fromMs = now();
		jest.spyOn(Date, 'now').mockImplementation(() => fromMs + (now() - fromMs) * speed);
		jest
			.spyOn(AbortSignal, 'timeout')
			.mockImplementation((ms) => timeout(Math.max(1, Math.round(ms / speed))));
	};
	beforeAll(speedUp);
	beforeEach(speedUp);
	afterEach(() => jest.restoreAllMocks());
	afterAll(() => jest.restoreAllMocks());
}
