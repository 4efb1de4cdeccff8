import {
	createRequestRate,
	nextSendMs,
} from '../../packages/n8n-nodes-flowai/nodes/FlowAi/runs/requestRate';
import { fakeClock } from '../harness/fakeClock';

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
