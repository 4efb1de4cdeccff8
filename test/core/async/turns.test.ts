import { createTurnstile, takeTurns } from '../../../nodes/core/async/clock';
import { fakeClock } from '../../harness/fakeClock';

/** Pauses of the clock while so many pieces of work are done, and pieces before which one is due. */
async function work(pieces: number, msPerPiece: number) {
	const clock = fakeClock();
	const turns = takeTurns(clock);
	const dueBefore: number[] = [];
	for (let piece = 1; piece <= pieces; piece++) {
		if (turns.isPauseDue()) {
			dueBefore.push(piece);
			await turns.pause();
		}
		clock.block(msPerPiece);
	}
	return { waits: clock.waits, dueBefore };
}

it('gives the others a turn after a stint, not before each piece of work', async () => {
	expect(await work(10, 3)).toEqual({ waits: [0, 0, 0, 0], dueBefore: [3, 5, 7, 9] });
});

it('lets what the pieces set off run now and then, so that its time counts as well', async () => {
	expect(await work(45, 0)).toEqual({ waits: [], dueBefore: [20, 40] });
});

it('a turnstile lets so many of its callers continue in each turn, in their order', async () => {
	const clock = fakeClock();
	const turn = createTurnstile(clock, 2);
	const turns: number[][] = [];
	const call = async (caller: number) => {
		await turn();
		(turns[clock.waits.length - 1] ??= []).push(caller);
	};
	await Promise.all([0, 1, 2, 3, 4].map(call));
	expect(turns).toEqual([[0, 1], [2, 3], [4]]);
});
