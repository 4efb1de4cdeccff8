import { behaviour } from '../harness/behaviour';
import { two } from '../harness/useHarness';

/** Reports the state of each container, for each item. */
export default behaviour({
	operation: 'cluster.getHealth',
	simulator: { containers: 2 },
	given: () => two,
	parameters: {},
	check: ({ items }) => {
		const idle = [1, 2].map((number) => ({ container: `container #${number}`, status: 'idle' }));
		expect(items.map(({ json }) => json)).toEqual([...idle, ...idle]);
	},
});
