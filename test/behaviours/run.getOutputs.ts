import { behaviour } from '../harness/behaviour';
import { linkedOutput, runItem } from '../harness/expectedItems';
import { bytesOf, madeBy } from '../harness/useHarness';

/** Fetches the files of finished runs. */
export default behaviour({
	operation: 'run.getOutputs',
	given: (flowscale) => flowscale.addRuns(2).map(({ id }) => ({ json: { id } })),
	parameters: { runId: '={{ $json.id }}' },
	check: async ({ items, flowscale }) => {
		const pictures = await Promise.all(flowscale.runs.map(async (run) => await madeBy(run)));
		expect(items.map(({ json }) => json)).toEqual(
			flowscale.runs.map((run, i) =>
				runItem(run, {
					outputs: [linkedOutput(run, { binary_field: 'data', file_size: pictures[i].length })],
				}),
			),
		);
		expect(await Promise.all(items.map(async ({ binary }) => await bytesOf(binary?.data)))).toEqual(
			pictures,
		);
	},
});
