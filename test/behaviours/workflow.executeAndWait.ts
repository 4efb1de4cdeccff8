import { behaviour } from '../harness/behaviour';
import { linkedOutput, runItem } from '../harness/expectedItems';
import { bytesOf, madeBy, ownPrompt, startOf, two } from '../harness/useHarness';

/** Returns each run with its picture. */
export default behaviour({
	operation: 'workflow.executeAndWait',
	given: () => two,
	parameters: startOf('image', ownPrompt),
	check: async ({ items, flowscale }) => {
		const runs = two.map(
			({ json }) => flowscale.runs.filter(({ inputs }) => inputs.text_51536 === json.prompt)[0],
		);
		const pictures = await Promise.all(runs.map(async (run) => await madeBy(run)));
		expect(items.map(({ json }) => json)).toEqual(
			runs.map((run, i) =>
				runItem(run, {
					outputs: [linkedOutput(run, { binary_field: 'data', file_size: pictures[i].length })],
				}),
			),
		);
		expect(await Promise.all(items.map(async ({ binary }) => await bytesOf(binary?.data)))).toEqual(
			pictures,
		);
		expect(items.map(({ binary }) => Object.keys(binary ?? {}))).toEqual([['data'], ['data']]);
		expect(flowscale.runs).toHaveLength(2);
	},
});
