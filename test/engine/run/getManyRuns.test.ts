import type { INodeParameters } from 'n8n-workflow';
import type { Dialect } from '../../../simulator/flowscale/startFlowscale';
import { linksOf, useHarness } from '../../harness/useHarness';

const harness = useHarness();
const one = [{ json: {} }];

/**
 * Runs 0 to 5: even ones of "Text to Image", odd ones of "Text to Speech"; number 4 failed, 5 is
 * going.
 */
async function withSixRuns(dialect: Partial<Dialect> = {}) {
	const made = await harness({ dialect });
	const { flowscale } = made;
	const runs = flowscale.addRuns(6, (i) => ({
		workflow: flowscale.workflows[i % 2 === 0 ? 0 : 3],
		workflowId: flowscale.workflows[i % 2 === 0 ? 0 : 3].id,
		groupId: i < 4 ? 'poster' : 'other',
		createdAt: 1_700_000_000_000 + i * 2000,
		startedAt: 1_700_000_001_000 + i * 2000,
		completedAt: i === 5 ? null : 1_700_000_100_000 - i * 2000,
		state: i === 4 ? 'failed' : i === 5 ? 'running' : 'completed',
	}));
	return {
		...made,
		numbersOf: (ids: unknown[]) => ids.map((id) => runs.findIndex((run) => run.id === id)),
		speech: flowscale.workflows[3].id,
	};
}

test.each<[string, (speech: string) => INodeParameters, number[]]>([
	['all, newest first', () => ({ returnAll: true }), [5, 4, 3, 2, 1, 0]],
	['as many as the limit says', () => ({ limit: 2 }), [5, 4]],
	['of one group', () => ({ filters: { groupId: 'poster' } }), [3, 2, 1, 0]],
	[
		'of any group where the expression finds none',
		() => ({
			filters: {
				groupId: '={{ $json.nothing }}',
				workflowId: '={{ null }}',
				status: '={{ null }}',
			},
		}),
		[5, 4, 3, 2, 1, 0],
	],
	['of one workflow', (speech) => ({ filters: { workflowId: speech } }), [5, 3, 1]],
	['in some states', () => ({ filters: { status: ['failed', 'running'] } }), [5, 4]],
	[
		'as many as the limit says after filtering',
		() => ({ limit: 2, filters: { status: ['succeeded'] } }),
		[3, 2],
	],
	['oldest first', () => ({ returnAll: true, options: { sortOrder: 'asc' } }), [0, 1, 2, 3, 4, 5]],
	[
		'by the end of the run, those without one last',
		() => ({ returnAll: true, options: { sortBy: 'completed_at', sortOrder: 'desc' } }),
		[0, 1, 2, 3, 4, 5],
	],
	['none where nothing fits', () => ({ filters: { groupId: 'poster', status: ['failed'] } }), []],
])('run.getMany lists runs: %s', async (_, parameters, expected) => {
	const { node, items, numbersOf, speech } = await withSixRuns();
	const got = await items(node('run.getMany', parameters(speech)), one);
	expect(numbersOf(got.map(({ json }) => json.run_id))).toEqual(expected);
});

test('run.getMany goes through all pages, each once', async () => {
	const { node, items, flowscale, requests } = await harness();
	flowscale.addRuns(250, { groupId: 'many' });
	const got = await items(node('run.getMany', { returnAll: true }), one);
	expect(new Set(got.map(({ json }) => json.run_id)).size).toBe(250);
	expect(requests('listRuns')).toBe(3);
	expect(linksOf(got)).toEqual(got.map(() => ({ item: 0 })));
});

test('run.getMany stops at the page that fills the limit', async () => {
	const { node, items, flowscale, requests } = await harness();
	flowscale.addRuns(250);
	expect(await items(node('run.getMany', { limit: 120 }), one)).toHaveLength(120);
	expect(requests('listRuns')).toBe(2);
});

test('run.getMany takes a list that is neither paged nor sorted', async () => {
	const { node, items, numbersOf } = await withSixRuns({ list: 'grouped' });
	const got = await items(
		node('run.getMany', { filters: { groupId: 'poster' }, options: { sortOrder: 'asc' } }),
		one,
	);
	expect(numbersOf(got.map(({ json }) => json.run_id))).toEqual([0, 1, 2, 3]);
});

test('run.getMany gives runs without ids where the list shows none, none of them twice', async () => {
	const { node, items } = await withSixRuns({ list: 'openapi' });
	const got = await items(
		node('run.getMany', { returnAll: true, filters: { groupId: 'poster' } }),
		one,
	);
	expect(got.map(({ json }) => json.run_id)).toEqual([null, null, null, null]);
	expect(new Set(got.map(({ json }) => json.created_at)).size).toBe(4);
});

test('run.getMany gives every run of a list without ids, also those that were created in the same moment', async () => {
	const { node, items, flowscale } = await harness({ dialect: { list: 'openapi' } });
	flowscale.addRuns(3, () => ({
		groupId: 'twins',
		createdAt: 1_700_000_000_000,
		startedAt: null,
		completedAt: null,
		state: 'queued',
	}));
	expect(await items(node('run.getMany', { filters: { groupId: 'twins' } }), one)).toHaveLength(3);
});

test('run.getMany says which field a deployment asks for, and where to enter it', async () => {
	const { node, error } = await withSixRuns({ groupRequired: true });
	const description =
		'This deployment lists the runs of one group only. Enter a Group ID under Filters';
	expect(await error(node('run.getMany'), one)).toMatchObject({
		name: 'NodeApiError',
		httpCode: '422',
		message: 'Flowscale answered HTTP 422: group_id: Field required',
		description,
	});
});

/**
 * 14 runs whose input is a file of 3 MB as text: a page of all of them is longer than anyone should
 * hold in memory.
 */
const heavy = (index: number) => ({
	groupId: 'heavy',
	createdAt: 1_700_000_000_000 + index * 1_000,
	completedAt: 1_700_000_010_000 + index * 1_000,
	parts: [{ name: 'image_22068', value: `data:image/png;base64,${'A'.repeat(3_000_000)}` }],
});

test.each([
	['limit 1', { limit: 1 }, 1],
	['return all', { returnAll: true }, 14],
])(
	'run.getMany reads runs with large inputs in smaller pages: %s',
	async (_, parameters, count) => {
		const { node, items, flowscale } = await harness();
		const runs = flowscale.addRuns(14, heavy).reverse();
		const got = await items(node('run.getMany', parameters), one);
		expect(got.map(({ json }) => json.run_id)).toEqual(runs.slice(0, count).map((run) => run.id));
	},
);

test('run.getMany with Page gives that page, and with Simplify off the totals', async () => {
	const { node, items, flowscale, requests } = await harness();
	const runs = flowscale
		.addRuns(25, (index) => ({ createdAt: 1_700_000_000_000 + index * 1_000 }))
		.reverse();
	const page = { limit: 10, simplify: false, options: { page: 3 } };
	const got = await items(node('run.getMany', page), one);
	expect(got.map(({ json }) => json._id)).toEqual(runs.slice(20).map(({ id }) => id));
	expect(got[0].json.meta).toMatchObject({
		page: 3,
		page_size: 10,
		total_count: 25,
		total_pages: 3,
	});
	const simple = await items(node('run.getMany', { limit: 10, options: { page: 2 } }), one);
	expect(simple.map(({ json }) => json.run_id)).toEqual(runs.slice(10, 20).map(({ id }) => id));
	expect(requests('listRuns')).toBe(2);
	expect(await items(node('run.getMany', { limit: 10, options: { page: 4 } }), one)).toEqual([]);
});

test('run.getMany takes the workflow from the list, by ID, or as plain text', async () => {
	const { node, items, numbersOf, speech } = await withSixRuns();
	for (const workflowId of [
		{ __rl: true, mode: 'list', value: speech, cachedResultName: 'Text to Speech' },
		{ __rl: true, mode: 'id', value: speech },
		{ __rl: true, mode: 'id', value: `={{ "${speech}" }}` },
		speech,
	]) {
		const got = await items(node('run.getMany', { filters: { workflowId } }), one);
		expect(numbersOf(got.map(({ json }) => json.run_id))).toEqual([5, 3, 1]);
	}
});
