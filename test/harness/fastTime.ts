/**
 * Lets time pass faster for our nodes: what `Date.now` says, and how long a pause takes (all of
 * them are `AbortSignal.timeout`). A minute of polling takes a second then. n8n's own timers and
 * the simulator's keep their pace.
 */
export function useFastTime(speed: number): void {
	beforeEach(() => {
		const now = Date.now;
		const timeout = AbortSignal.timeout.bind(AbortSignal);
		const fromMs = now();
		jest.spyOn(Date, 'now').mockImplementation(() => fromMs + (now() - fromMs) * speed);
		jest
			.spyOn(AbortSignal, 'timeout')
			.mockImplementation((ms) => timeout(Math.max(1, Math.round(ms / speed))));
	});
	afterEach(() => jest.restoreAllMocks());
}
