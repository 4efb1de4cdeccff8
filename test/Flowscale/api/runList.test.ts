import { ServiceError } from '../../../nodes/core/errors';
import { TOO_LONG } from '../../../nodes/core/http/byteStream';
import { createRun, type Run } from '../../../nodes/core/runs/run';
import type { FlowscaleApi, ListQuery, RunPage } from '../../../nodes/Flowscale/api/api';
import { collectRuns } from '../../../nodes/Flowscale/api/runList';

/**
 * A list of 240 runs, created and ended one after the other, that is sorted as its deployment does
 * it.
 */
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

describe('answers that are too long', () => {
	/** Runs of which some are so large that a page of several is too long to be read. */
	function heavyList(chars: (index: number) => number, count: number) {
		const requests: string[] = [];
		const api = {
			runs: async ({ page = 1, pageSize = 100 }: ListQuery): Promise<RunPage> => {
				requests.push(`${page}/${pageSize}`);
				const places = Array.from({ length: count }, (_, index) => index);
				const shown = places.slice((page - 1) * pageSize, page * pageSize);
				const length = shown.reduce((sum, index) => sum + chars(index), 0);
				if (length > 32) throw new ServiceError('too long', { code: TOO_LONG, isRetryable: false });
				const runs = shown.map((index) => ({ run: createRun({ run_id: `r${index}` }), raw: {} }));
				return {
					runs,
					pages: Math.ceil(count / pageSize),
					sortedBy: undefined,
					isList: true,
					chars: length * 1e6,
				};
			},
		} as unknown as FlowscaleApi;
		const readAll = async () => {
			const { runs } = await collectRuns(
				api,
				{},
				() => true,
				Infinity,
				new AbortController().signal,
			);
			return runs.map(({ id }) => id);
		};
		return { readAll, requests };
	}
	const ids = (count: number) => Array.from({ length: count }, (_, index) => `r${index}`);

	it('are asked for in smaller pages, and no run is missed or doubled', async () => {
		const { readAll, requests } = heavyList(() => 3, 14);
		expect(await readAll()).toEqual(ids(14));
		expect(requests).toEqual(['1/100', '1/20', '1/5', '2/5', '3/5']);
	});

	it('leave the pages small no longer than the runs are large', async () => {
		const { readAll, requests } = heavyList((index) => (index < 12 ? 20 : 0), 450);
		expect(await readAll()).toEqual(ids(450));
		expect(requests).toContain('12/1');
		expect(requests.slice(-4)).toEqual(['2/100', '3/100', '4/100', '5/100']);
	});

	it('of one run are an error that says what to do', async () => {
		const { readAll } = heavyList(() => 40, 3);
		await expect(readAll()).rejects.toMatchObject({
			message: 'Flowscale’s list of runs is too long to be read, even in small pages',
			facts: { hint: expect.stringContaining('Enter a Group ID') as string },
		});
	});
});

it('a filter that hardly any run passes stops after 200 pages and says how far it came', async () => {
	let requests = 0;
	const api = {
		runs: async ({ page = 1 }: ListQuery): Promise<RunPage> => {
			requests++;
			const runs = Array.from({ length: 100 }, (_, index) => ({
				run: createRun({
					run_id: `r${page}-${index}`,
					status: page === 3 && index === 0 ? 'failed' : 'completed',
				}),
				raw: {},
			}));
			return { runs, pages: 3_000, total: 300_000, sortedBy: undefined, isList: true };
		},
	} as unknown as FlowscaleApi;
	const isFailed = (run: Run) => run.state === 'failed';
	const { signal } = new AbortController();
	const { runs, cutAfter } = await collectRuns(api, {}, isFailed, 50, signal);
	expect(runs.map(({ id }) => id)).toEqual(['r3-0']);
	expect(cutAfter).toEqual({ read: 20_000, total: 300_000 });
	expect(requests).toBe(200);
	const all = await collectRuns(api, {}, isFailed, Number.POSITIVE_INFINITY, signal);
	expect(all.cutAfter).toBeUndefined();
	expect(requests).toBe(3_200);
});
