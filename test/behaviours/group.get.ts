import { behaviour } from '../harness/behaviour';

const states = ['completed', 'completed', 'failed', 'running', 'queued'] as const;

/** Counts the runs of two groups, one of which has ended. */
export default behaviour({
	operation: 'group.get',
	given: (flowscale) => {
		flowscale.addRuns(5, (index) => ({
			groupId: 'open',
			state: states[index],
			createdAt: 1_700_000_000_000 + index * 1_000,
			completedAt: index < 3 ? 1_700_000_100_000 - index * 1_000 : null,
		}));
		flowscale.addRuns(2, (index) => ({
			groupId: 'done',
			state: index === 0 ? 'cancelled' : 'completed',
			createdAt: 1_700_000_000_000,
			completedAt: 1_700_000_200_000 + index * 1_000,
		}));
		return [{ json: { group_id: 'open' } }, { json: { group_id: 'done' } }];
	},
	parameters: { groupId: '={{ $json.group_id }}' },
	check: ({ items, requests }) => {
		expect(items.map(({ json }) => json)).toEqual([
			{
				group_id: 'open',
				total: 5,
				queued: 1,
				running: 1,
				succeeded: 2,
				failed: 1,
				cancelled: 0,
				timed_out: 0,
				unknown: 0,
				finished: false,
				first_created_at: '2023-11-14T22:13:20Z',
				last_completed_at: '2023-11-14T22:15:00Z',
			},
			{
				group_id: 'done',
				total: 2,
				queued: 0,
				running: 0,
				succeeded: 1,
				failed: 0,
				cancelled: 1,
				timed_out: 0,
				unknown: 0,
				finished: true,
				first_created_at: '2023-11-14T22:13:20Z',
				last_completed_at: '2023-11-14T22:16:41Z',
			},
		]);
		expect(requests()).toBe(2);
	},
});
