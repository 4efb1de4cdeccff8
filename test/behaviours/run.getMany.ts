import { behaviour } from '../harness/behaviour';
import { linkedOutput, runItem } from '../harness/expectedItems';
import { two } from '../harness/useHarness';

/** Lists the runs of a group for each item, newest first. */
export default behaviour({
	operation: 'run.getMany',
	given: (flowscale) => {
		flowscale.addRuns(2, (index) => ({
			groupId: 'poster',
			createdAt: 1_700_000_000_000 + index * 5_000,
		}));
		flowscale.addRuns(1, { groupId: 'other' });
		return two;
	},
	parameters: { filters: { groupId: 'poster' } },
	check: ({ items, flowscale }) => {
		const newestFirst = [flowscale.runs[1], flowscale.runs[0]].map((run) =>
			runItem(run, { outputs: [linkedOutput(run)] }),
		);
		expect(items.map(({ json }) => json)).toEqual([...newestFirst, ...newestFirst]);
	},
});
