import fc from 'fast-check';
import { createLimiter } from '../../../nodes/core/async/limiter';
import { nextTurn } from '../../../simulator/platform';

const steps = fc.array(fc.constantFrom('run', 'run', 'occupy', 'end', 'end', 'fail'), {
	maxLength: 60,
});

it('a task begins as soon as a slot is free, in order, and never before what occupies the slots leaves', async () => {
	await fc.assert(
		fc.asyncProperty(fc.integer({ min: 1, max: 4 }), steps, async (slots, all) => {
			const limit = createLimiter(slots);
			const begun: number[] = [];
			const ends: Array<(error?: Error) => void> = [];
			let [asked, inUse] = [0, 0];
			const run = (place: number) => {
				const isFree = inUse < slots;
				const task = async (hasWaited: boolean) => {
					expect(hasWaited).toBe(!isFree);
					begun.push(place);
					expect(++inUse).toBeLessThanOrEqual(slots);
					await new Promise<void>((resolve, reject) =>
						ends.push((error) => (inUse--, error ? reject(error) : resolve())),
					);
				};
				limit(task).catch(() => undefined);
			};
			const occupy = () => {
				const leave = limit.occupy();
				inUse++;
				ends.push(() => (inUse--, leave()));
			};
			const end = (error?: Error) =>
				ends.splice(Math.floor(ends.length / 2), 1).forEach((one) => one(error));
			const check = async () => {
				await nextTurn();
				expect(begun).toEqual(begun.map((_, place) => place));
				expect(begun.length === asked || inUse >= slots).toBe(true);
			};
			for (const step of all) {
				if (step === 'run') run(asked++);
				else if (step === 'occupy') occupy();
				else end(step === 'fail' ? new Error('failed') : undefined);
				await check();
			}
			while (ends.length > 0) {
				end();
				await check();
			}
			expect(begun).toHaveLength(asked);
		}),
		{ numRuns: 300 },
	);
});
