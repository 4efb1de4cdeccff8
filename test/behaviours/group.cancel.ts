import { behaviour } from '../harness/behaviour';

const states = ['completed', 'running', 'queued'] as const;

/** Cancels what has not ended in two groups. */
export default behaviour({
	operation: 'group.cancel',
	given: (flowscale) => {
		flowscale.addRuns(6, (index) => ({
			groupId: index < 3 ? 'a' : 'b',
			state: states[index % 3],
		}));
		return [{ json: { group_id: 'a' } }, { json: { group_id: 'b' } }];
	},
	parameters: { groupId: '={{ $json.group_id }}' },
	check: ({ items, flowscale }) => {
		expect(items.map(({ json }) => json)).toEqual(
			['a', 'b'].map((group_id) => ({
				group_id,
				total: 3,
				cancelled: 2,
				not_cancelled: 0,
				already_ended: 1,
				message: '2 of 2 open runs were cancelled',
			})),
		);
		expect(flowscale.runs.map(({ state }) => state)).toEqual([
			...['completed', 'cancelled', 'cancelled'],
			...['completed', 'cancelled', 'cancelled'],
		]);
	},
});
