import type { Dialect } from '../../simulator/flowscale/startFlowscale';
import { useFlowscale } from '../harness/useFlowscale';

const open = useFlowscale();

const base = Date.UTC(2024, 0, 15, 10, 30);
const minute = 60_000;

/** Three finished runs: created in order, completed in reverse. */
async function openWithThree(dialect: Partial<Dialect> = {}) {
	const client = await open({ dialect });
	const runs = client.flowscale.addRuns(3, (index) => ({
		id: `run-${index}`,
		groupId: index === 0 ? 'first' : 'others',
		createdAt: base + index * minute,
		startedAt: index === 1 ? null : base + 10 * minute,
		completedAt: base + (20 - index) * minute,
	}));
	return { ...client, runs };
}

interface List {
	meta?: unknown;
	data: { group_id?: string | null; count?: number; runs: Array<Record<string, unknown>> };
}
const idsIn = ({ json }: { json: unknown }) => (json as List).data.runs.map(({ _id }) => _id);

describe('the paged run list', () => {
	it.each([
		['', ['run-2', 'run-1', 'run-0']],
		['?sort_order=asc', ['run-0', 'run-1', 'run-2']],
		['?sort_by=completed_at', ['run-0', 'run-1', 'run-2']],
		['?sort_by=started_at&sort_order=asc', ['run-1', 'run-0', 'run-2']],
		['?group_id=others', ['run-2', 'run-1']],
		['?group_id=nobody', []],
		['?page=2&page_size=2', ['run-0']],
		['?page=9&page_size=100', []],
	])('asked with %p tells %j', async (query, ids) => {
		const { get } = await openWithThree();
		expect(idsIn(await get(`/runs${query}`))).toEqual(ids);
	});

	it('reports page, order and totals in meta', async () => {
		const { get } = await openWithThree();
		expect((await get('/runs?group_id=others&page_size=1')).json).toMatchObject({
			meta: {
				sort_by: 'created_at',
				sort_order: 'desc',
				page: 1,
				group_id: 'others',
				page_size: 1,
				total_count: 2,
				total_pages: 2,
			},
		});
	});

	it('shows ten runs unless asked for more', async () => {
		const { get, flowscale } = await open();
		flowscale.addRuns(11);
		expect(idsIn(await get('/runs'))).toHaveLength(10);
	});

	it('pages through 10,000 runs without losing or repeating one', async () => {
		const { get, flowscale } = await open();
		flowscale.addRuns(10_000, (index) => ({ createdAt: base + index }));
		const seen = new Set<unknown>();
		for (let page = 1; page <= 100; page++)
			idsIn(await get(`/runs?page=${page}&page_size=100`)).forEach((id) => seen.add(id));
		expect(seen.size).toBe(10_000);
	});

	it.each(['page=0', 'page=x', 'page_size=0', 'page_size=101', 'sort_by=name', 'sort_order=up'])(
		'refuses %s with 422',
		async (query) => {
			const { get } = await open();
			expect(await get(`/runs?${query}`)).toMatchObject({
				status: 422,
				json: { detail: [{ loc: ['query', query.split('=')[0]] }] },
			});
		},
	);
});

describe('the grouped run list', () => {
	it('shows all runs of the group whatever page is asked for, and a count that is wrong', async () => {
		const { get } = await openWithThree({ list: 'grouped' });
		const reply = await get('/runs?group_id=others&page=2&page_size=1');
		expect(idsIn(reply)).toEqual(['run-2', 'run-1']);
		expect(reply.json).toMatchObject({ data: { group_id: 'others', count: 3 } });
		expect(reply.json).not.toHaveProperty('meta');
	});

	it('shows the runs of all groups when none is named', async () => {
		const { get } = await openWithThree({ list: 'grouped' });
		expect((await get('/runs')).json).toMatchObject({
			data: { group_id: null, runs: { length: 3 } },
		});
	});

	it('of the OpenAPI shows no run IDs and demands a group', async () => {
		const { get } = await openWithThree({ list: 'openapi' });
		const { runs } = ((await get('/runs?group_id=first')).json as List).data;
		expect(Object.keys(runs[0])).not.toEqual(expect.arrayContaining(['_id']));
		expect(JSON.stringify(runs)).not.toContain('"run-0"');
		expect(await get('/runs')).toMatchObject({
			status: 422,
			json: { detail: [{ loc: ['query', 'group_id'], type: 'missing' }] },
		});
	});

	it('may show no more than id, status and outputs', async () => {
		const { get } = await openWithThree({ list: 'grouped', listEntries: 'sparse' });
		const { runs } = ((await get('/runs?group_id=first')).json as List).data;
		expect(runs).toEqual([{ _id: 'run-0', status: 'completed', outputs: [expect.anything()] }]);
	});
});

it('any list demands a group where the dialect has it so', async () => {
	const { get } = await openWithThree({ groupRequired: true });
	expect(await get('/runs')).toMatchObject({ status: 422 });
	expect(await get('/runs?group_id=first')).toMatchObject({ status: 200 });
});
