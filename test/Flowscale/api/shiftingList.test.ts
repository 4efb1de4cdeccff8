import { ServiceError } from '../../../nodes/core/errors';
import { TOO_LONG } from '../../../nodes/core/http/byteStream';
import { createRun } from '../../../nodes/core/runs/run';
import type { FlowscaleApi, ListQuery, RunPage } from '../../../nodes/Flowscale/api/api';
import { collectRuns } from '../../../nodes/Flowscale/api/runList';
import { LIMITS, readNewest } from '../../../nodes/Flowscale/api/runPages';
import { listGroupRuns } from '../../../nodes/Flowscale/runs/groupRuns';
import { summarizeGroup } from '../../../nodes/Flowscale/runs/groups';
import { listGroup } from '../../../nodes/Flowscale/runs/watching';

interface ListTraits {
	/** Runs that were there before the list is read. */
	count: number;
	/** Runs that join before the request of this number, from 1. */
	joining: Record<number, number>;
	/** The deployment's only page size, where it ignores the one that is asked for. */
	fixedSize?: number;
	/** The longest page that can be read. */
	mostPerAnswer?: number;
	/** Whether the number of pages is reported. */
	hasPages?: boolean;
	/** Whether every page is the first one. */
	ignoresPage?: boolean;
	/** Requests, by their number from 1, that get a 404, for a page after the first only. */
	unknownAt?: number[];
	/** Whether the runs, all of one moment, come in another order with each request. */
	isUnstable?: boolean;
}

const NO_RUNS = { runs: [], pages: undefined, sortedBy: undefined };

/** A list, newest first, that runs join while it is read. */
function aList({ count, joining, isUnstable = false, ...traits }: ListTraits) {
	const { fixedSize, mostPerAnswer, hasPages, ignoresPage, unknownAt = [] } = traits;
	let requests = 0;
	let total = count;
	const api = {
		runs: async ({ page = 1, pageSize = 100 }: ListQuery): Promise<RunPage> => {
			total += joining[++requests] ?? 0;
			if (pageSize > (mostPerAnswer ?? 100)) throw new ServiceError('', { code: TOO_LONG });
			if (page > 1 && unknownAt.includes(requests))
				return { ...NO_RUNS, isList: true, isPageUnknown: true };
			const size = fixedSize ?? pageSize;
			const first = isUnstable ? requests * 7 : 0;
			const places = Array.from(
				{ length: total },
				(_, place) => (2 * total - 1 - place - first) % total,
			);
			const from = ignoresPage ? 0 : (page - 1) * size;
			const runs = places.slice(from, from + size).map((place) => {
				const second = isUnstable ? 0 : place;
				const created_at = new Date(1_700_000_000_000 + second * 1_000).toISOString();
				const facts = { workflow_id: 'w', group_id: 'g', status: 'completed', created_at };
				return { run: createRun({ run_id: `r${place}`, ...facts }), raw: { inputs: {} } };
			});
			const pages = hasPages ? Math.ceil(total / size) : undefined;
			return {
				runs,
				pages,
				total: pages && total,
				sortedBy: 'created_at',
				isList: true,
				chars: size * 1e7,
			};
		},
	} as unknown as FlowscaleApi;
	return { api, requests: () => requests };
}

const { signal } = new AbortController();
const idsIn = (runs: Array<{ run_id: string | null }> | undefined) =>
	(runs ?? []).map(({ run_id: id }) => id ?? '');

/** Every way to read a list to its end; each gives what it knows of it. */
const readers: Record<string, (api: FlowscaleApi) => Promise<string[] | number>> = {
	'Run > Get Many': async (api) =>
		(await collectRuns(api, {}, () => true, Infinity, signal)).runs.map(({ id }) => id),
	'Group > Get': async (api) => (await summarizeGroup(api, 'g')).total,
	'Reuse Run': async (api) => idsIn(await listGroupRuns(api, 'g', {})),
	'a wait': async (api) => idsIn(await listGroup(api, 'g')),
	'the trigger': async (api) => [...(await readNewest(api, undefined, 500, LIMITS)).found.keys()],
};

const lists: Array<[string, ListTraits]> = [
	['pages of 100 that a hundred runs join', { count: 250, joining: { 2: 100 }, hasPages: true }],
	['the same without a number of pages', { count: 250, joining: { 2: 100 } }],
	['pages of ten that ten runs join', { count: 35, joining: { 3: 10 }, fixedSize: 10 }],
	[
		// The requests for 100, 20 and 5 are refused.
		'pages of one run, for their size, that runs join one by one',
		{ count: 4, joining: { 5: 1, 6: 1, 7: 1 }, mostPerAnswer: 1, hasPages: true },
	],
];

describe.each(Object.entries(readers))('a list that shifts while it is read by %s', (_, read) => {
	it.each(lists)('is read to its end: %s', async (_name, traits) => {
		const found = await read(aList(traits).api);
		const wanted = Array.from({ length: traits.count }, (_entry, place) => `r${place}`);
		if (typeof found === 'number') expect(found).toBeGreaterThanOrEqual(traits.count);
		else expect(wanted.filter((id) => !found.includes(id))).toEqual([]);
	});

	it.each([
		['no number of pages is reported', undefined, 3],
		['it is', true, 11],
	])('ends soon where the page number is ignored and %s', async (_name, hasPages, most) => {
		const { api, requests } = aList({
			...{ count: 100_000, joining: {}, ignoresPage: true, fixedSize: 100, hasPages },
		});
		const found = await read(api);
		expect(typeof found === 'number' ? found : found.length).toBe(100);
		expect(requests()).toBeLessThanOrEqual(most);
	});
});

describe.each(Object.entries(readers))('a page that is not found: %s', (_, read) => {
	const traits = { count: 250, joining: {}, hasPages: true };
	const count = (found: string[] | number) =>
		typeof found === 'number' ? found : new Set(found).size;

	it.each([
		['of a hundred runs', traits, 2, 5],
		['of ten', { ...traits, count: 35, fixedSize: 10 }, 4, 8],
	])(
		'%s, which was reported, is read again from the beginning of the list',
		async (_name, given, at, most) => {
			const { api, requests } = aList({ ...given, unknownAt: [at] });
			expect(count(await read(api))).toBe(given.count);
			expect(requests()).toBe(most);
		},
	);

	it('that is not found then either is the end of the list', async () => {
		const { api, requests } = aList({ ...traits, unknownAt: [3, 6] });
		expect(count(await read(api))).toBe(200);
		expect(requests()).toBe(6);
	});

	it('that nobody reported is the end of the list', async () => {
		const { api, requests } = aList({ count: 200, joining: {}, unknownAt: [3] });
		expect(count(await read(api))).toBe(200);
		expect(requests()).toBe(3);
	});
});

it.each(['Run > Get Many', 'Group > Get', 'Reuse Run', 'the trigger'])(
	'1,500 runs are read in as many requests as pages: %s',
	async (name) => {
		for (const [traits, most] of [
			[{ count: 1_500, joining: {}, hasPages: true }, 15],
			[{ count: 1_500, joining: {}, fixedSize: 10 }, 151],
		] as Array<[ListTraits, number]>) {
			const { api, requests } = aList(traits);
			const found = await readers[name](api);
			expect(typeof found === 'number' ? found : new Set(found).size).toBe(1_500);
			expect(requests()).toBeLessThanOrEqual(most);
		}
	},
);

describe('runs of one moment, which come in another order with each request', () => {
	const traits: ListTraits = { count: 250, joining: {}, hasPages: true, isUnstable: true };

	it.each(['Run > Get Many', 'Group > Get', 'Reuse Run'])('are all read: %s', async (name) => {
		const { api, requests } = aList(traits);
		const found = await readers[name](api);
		expect(typeof found === 'number' ? found : new Set(found).size).toBe(250);
		expect(requests()).toBeLessThanOrEqual(9);
	});

	it('are read once more, and not again, where the list counts what it never shows', async () => {
		const { api, requests } = aList({ count: 250, joining: {}, hasPages: true });
		const counting = {
			runs: async (query: ListQuery) => ({ ...(await api.runs(query)), total: 251 }),
		};
		expect(await readers['Group > Get'](counting as unknown as FlowscaleApi)).toBe(250);
		expect(requests()).toBe(6);
	});
});
