import { behaviour } from '../harness/behaviour';
import { linkedOutput, runItem } from '../harness/expectedItems';
import { quick } from '../harness/useHarness';

/** Waits for runs that were started elsewhere. */
export default behaviour({
	operation: 'run.wait',
	given: (flowscale) =>
		flowscale
			.addRuns(2, { state: 'running', completedAt: null })
			.map(({ id }) => ({ json: { id } })),
	parameters: { runId: '={{ $json.id }}', options: { ...quick, download: false } },
	meanwhile: (flowscale) => flowscale.runs.forEach(({ id }) => flowscale.finish(id)),
	check: ({ items, flowscale }) =>
		expect(items.map(({ json }) => json)).toEqual(
			flowscale.runs.map((run) => runItem(run, { outputs: [linkedOutput(run)] })),
		),
});
