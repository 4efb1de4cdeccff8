import { behaviour } from '../harness/behaviour';

/** Two ended runs, each with the events of its life. */
export default behaviour({
	operation: 'run.getEvents',
	given: (flowscale) =>
		flowscale
			.addRuns(2, {
				events: [
					{ seq: 1, event: 'run_status', data: { status: 'queued' } },
					{ seq: 2, event: null, data: { type: 'output', filename: 'a.png' } },
					{ seq: 3, event: 'run_status', data: { status: 'completed' } },
				],
			})
			.map(({ id }) => ({ json: { id } })),
	parameters: { runId: '={{ $json.id }}' },
	check: ({ items, flowscale }) =>
		expect(items.map(({ json }) => json)).toEqual(
			flowscale.runs.flatMap(({ id }) => [
				{ run_id: id, sequence: 1, type: 'run_status', data: { status: 'queued' } },
				{ run_id: id, sequence: 2, type: 'output', data: { type: 'output', filename: 'a.png' } },
				{ run_id: id, sequence: 3, type: 'run_status', data: { status: 'completed' } },
			]),
		),
});
