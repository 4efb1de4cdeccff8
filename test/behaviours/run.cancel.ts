import { behaviour } from '../harness/behaviour';

/** Cancels runs that have not ended. */
export default behaviour({
	operation: 'run.cancel',
	given: (flowscale) =>
		flowscale
			.addRuns(2, { state: 'running', completedAt: null })
			.map(({ id }) => ({ json: { id } })),
	parameters: { runId: '={{ $json.id }}' },
	check: ({ items, flowscale }) => {
		expect(items.map(({ json }) => json)).toEqual(
			flowscale.runs.map(({ id }) => ({
				run_id: id,
				cancelled: true,
				message: 'Run cancelled successfully',
			})),
		);
		expect(flowscale.runs.map(({ state }) => state)).toEqual(['cancelled', 'cancelled']);
	},
});
