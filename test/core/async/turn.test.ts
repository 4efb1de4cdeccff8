import { openTurn } from '../../../nodes/core/async/clock';
import { fakeClock } from '../../harness/fakeClock';

it('gives the others a turn after a stint, not before each piece of work', async () => {
	const clock = fakeClock();
	const turn = openTurn(clock);
	for (let piece = 0; piece < 10; piece++) {
		if (turn.isOver()) await turn.next();
		// Each takes 3 ms.
		await clock.pause(3);
	}
	expect(clock.waits.filter((ms) => ms === 0)).toHaveLength(2);
});
