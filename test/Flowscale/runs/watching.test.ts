import { createRun } from '../../../nodes/core/runs/run';
import type { FlowscaleApi, ListQuery, RunPage } from '../../../nodes/Flowscale/api/api';
import type { Connection } from '../../../nodes/Flowscale/api/connection';
import { createWatchService } from '../../../nodes/Flowscale/runs/watching';

/** A group of a hundred runs, `r99` the newest, and the sizes of the pages that were asked for. */
function aGroup() {
	const sizes: number[] = [];
	const api = {
		runs: async ({ page = 1, pageSize = 10 }: ListQuery): Promise<RunPage> => {
			sizes.push(pageSize);
			const newest = Array.from({ length: 100 }, (_, place) => ({
				run: createRun({ run_id: `r${99 - place}`, group_id: 'g', status: 'running' }),
				raw: {},
			}));
			const runs = newest.slice((page - 1) * pageSize, page * pageSize);
			return { runs, isList: true, pages: Math.ceil(100 / pageSize), total: 100 } as RunPage;
		},
	} as Partial<FlowscaleApi> as FlowscaleApi;
	const service = createWatchService({ api, transport: {} as Connection['transport'] });
	const poll = async (...wanted: number[]) => {
		const runs = await service.pollGroup?.('g', new Set(wanted.map((number) => `r${number}`)));
		const found = new Set(runs?.map(({ run_id: id }) => id));
		return wanted.filter((number) => found.has(`r${number}`));
	};
	return { poll, sizes };
}

describe('a poll of a group', () => {
	it('reads a short page for the last few runs, which are its newest', async () => {
		const { poll, sizes } = aGroup();
		expect(await poll(99, 98, 91, 80)).toEqual([99, 98, 91, 80]);
		expect(sizes).toEqual([20]);
	});

	it('reads a long page where one of them is older, and then at once', async () => {
		const { poll, sizes } = aGroup();
		expect(await poll(99, 3)).toEqual([99, 3]);
		expect(sizes).toEqual([20, 100]);
		expect(await poll(99, 3)).toEqual([99, 3]);
		expect(sizes).toEqual([20, 100, 100]);
	});

	it('reads a long page for many', async () => {
		const { poll, sizes } = aGroup();
		const wanted = Array.from({ length: 30 }, (_, index) => 99 - index);
		expect(await poll(...wanted)).toEqual(wanted);
		expect(sizes).toEqual([100]);
	});
});
