import { systemClock } from '../../../nodes/core/async/clock';
import { fakeClock } from '../../harness/fakeClock';

test.each([
	['the clock that ships', systemClock],
	['the clock of the tests', fakeClock()],
])('%s hangs one listener on a signal, however many pauses it ends', async (_, clock) => {
	const { signal } = new AbortController();
	const listen = jest.spyOn(signal, 'addEventListener');
	await Promise.all(Array.from({ length: 20 }, async () => await clock.pause(1, signal)));
	expect(listen.mock.calls.filter(([type]) => type === 'abort')).toHaveLength(1);
});
