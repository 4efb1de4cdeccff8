import { createRun } from '../../../nodes/core/runs/run';
import type { FlowscaleApi, ListQuery, RunPage } from '../../../nodes/Flowscale/api/api';
import { collectRuns } from '../../../nodes/Flowscale/api/runList';

/** A list of 240 runs, created and ended one after the other, that is sorted as its deployment does it. */
function listHarness(sort: (runs: RunPage['runs'], query: ListQuery) => RunPage['runs']) {
	const runs = Array.from({ length: 240 }, (_, second) => {
		const stamp = new Date(1_700_000_000_000 + second * 1_000).toISOString();
		return {
			run: createRun({
				run_id: `r${second}`,
				status: 'completed',
				created_at: stamp,
				completed_at: second % 2 === 0 ? stamp : null,
			}),
			raw: {},
		};
	});
	let requests = 0;
	const api = {
		runs: async (query: ListQuery): Promise<RunPage> => {
			requests++;
			const { page = 1, pageSize = 100 } = query;
			return {
				runs: sort(runs, query).slice((page - 1) * pageSize, page * pageSize),
				pages: undefined,
				sortedBy: undefined,
				isList: true,
			};
		},
	} as unknown as FlowscaleApi;
	const collect = async (query: ListQuery) =>
		(await collectRuns(api, query, () => true, 2, new AbortController().signal)).runs.map(
			({ run }) => run.run_id,
		);
	return { collect, requests: () => requests };
}

const newestFirst = (runs: RunPage['runs']) => [...runs].reverse();

it('the first runs of a list are the first of all, also where the deployment pages but does not sort', async () => {
	const { collect, requests } = listHarness(newestFirst);
	expect(await collect({ sortBy: 'created_at', sortOrder: 'asc' })).toEqual(['r0', 'r1']);
	expect(requests()).toBe(3);
});

it.each<[ListQuery, string[]]>([
	[{}, ['r239', 'r238']],
	[{ sortBy: 'completed_at', sortOrder: 'desc' }, ['r238', 'r236']],
])(
	'one page is enough where the list is in the order that was asked for: %j',
	async (query, first) => {
		const { collect, requests } = listHarness(newestFirst);
		expect(await collect(query)).toEqual(first);
		expect(requests()).toBe(1);
	},
);
