import { limitedServices, promptsOf, runLimitedBatch } from '../../load/batches';

// `npm run test:load` runs a thousand items and measures; how long it takes depends on the machine.
test.each(Object.keys(limitedServices))(
	'a batch of 200 items against three at a time, 429 without Retry-After, ends with all results and one start each: %s',
	async (name) => {
		const { prompts, starts, refusals } = await runLimitedBatch(name, 200, 20);
		expect(prompts).toEqual(promptsOf(200));
		expect(starts).toBe(200);
		expect(refusals).toBeGreaterThan(0);
	},
	120_000,
);
