import { behaviour } from '../harness/behaviour';
import { linkedOutput, runItem } from '../harness/expectedItems';
import { quick } from '../harness/useHarness';

/**
 * Waits for two groups that were started elsewhere; their runs come in the order of their start,
 * whenever they ended.
 */
export default behaviour({
	operation: 'group.wait',
	given: (flowscale) => {
		flowscale.addRuns(4, (index) => ({
			groupId: index < 2 ? 'a' : 'b',
			state: 'running',
			createdAt: 1_700_000_000_000 + index * 1_000,
			completedAt: null,
		}));
		return [{ json: { group_id: 'a' } }, { json: { group_id: 'b' } }];
	},
	parameters: { groupId: '={{ $json.group_id }}', options: { ...quick, download: false } },
	meanwhile: (flowscale) => [...flowscale.runs].reverse().forEach(({ id }) => flowscale.finish(id)),
	check: ({ items, flowscale }) =>
		expect(items.map(({ json }) => json)).toEqual(
			flowscale.runs.map((run) => runItem(run, { outputs: [linkedOutput(run)] })),
		),
});
