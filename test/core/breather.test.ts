import { createBreather } from '../../nodes/core/breather';
import { fakeClock } from './fakeClock';

it('gives the others a turn after a stint, not before each piece of work', async () => {
	const clock = fakeClock();
	const breathe = createBreather(clock);
	for (let piece = 0; piece < 10; piece++) {
		await breathe();
		// Each takes 3 ms.
		await clock.pause(3);
	}
	expect(clock.waits.filter((ms) => ms === 0)).toHaveLength(2);
});
