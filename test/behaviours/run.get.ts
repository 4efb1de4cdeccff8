import { behaviour } from '../harness/behaviour';
import { linkedOutput, runItem } from '../harness/expectedItems';

/** Gets the run of each item, in the items' order. */
export default behaviour({
	operation: 'run.get',
	given: (flowscale) =>
		flowscale
			.addRuns(2)
			.map(({ id }) => ({ json: { id } }))
			.reverse(),
	parameters: { runId: '={{ $json.id }}' },
	check: ({ items, flowscale }) =>
		expect(items.map(({ json }) => json)).toEqual(
			[flowscale.runs[1], flowscale.runs[0]].map((run) =>
				runItem(run, { outputs: [linkedOutput(run)] }),
			),
		),
});
