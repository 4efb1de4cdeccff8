import { behaviour } from '../harness/behaviour';
import { two } from '../harness/useHarness';

/** Reports the queue of each container, for each item. */
export default behaviour({
	operation: 'cluster.getQueue',
	simulator: { containers: 1 },
	given: () => two,
	parameters: {},
	check: ({ items }) =>
		expect(items.map(({ json }) => [json.running_count, json.pending_count])).toEqual([
			[0, 0],
			[0, 0],
		]),
});
