import { behaviour } from '../harness/behaviour';
import { bytesOf, madeBy } from '../harness/useHarness';

/** Fetches a file by its name. */
export default behaviour({
	operation: 'output.get',
	given: (flowscale) =>
		flowscale.addRuns(2).map(({ outputs }) => ({ json: { file: outputs[0].files[0] } })),
	parameters: { filename: '={{ $json.file }}', download: true, binaryField: 'data' },
	check: async ({ items, flowscale }) => {
		const pictures = await Promise.all(flowscale.runs.map(async (run) => await madeBy(run)));
		expect(items.map(({ json }) => [json.filename, json.file_size, json.binary_field])).toEqual(
			flowscale.runs.map(({ outputs }, i) => [outputs[0].files[0], pictures[i].length, 'data']),
		);
		expect(await Promise.all(items.map(async ({ binary }) => await bytesOf(binary?.data)))).toEqual(
			pictures,
		);
	},
});
