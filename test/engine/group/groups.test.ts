import { startTimer } from '../../../simulator/platform';
import { linkedOutput, runItem } from '../../harness/expectedItems';
import { bytesOf, linksOf, madeBy, quick, until, useHarness } from '../../harness/useHarness';

const harness = useHarness();
const one = [{ json: { group_id: 'poster' } }];
const going = (index: number) => ({
	groupId: 'poster',
	state: 'running' as const,
	createdAt: 1_700_000_000_000 + index * 1_000,
	completedAt: null,
});

test('group.get counts 10,000 runs in at most 102 requests', async () => {
	const { node, items, flowscale, requests } = await harness();
	flowscale.addRuns(10_000, (index) => ({
		groupId: 'poster',
		outputs: [],
		state: index === 0 ? 'running' : 'completed',
	}));
	const [{ json }] = await items(node('group.get'), one);
	expect(json).toMatchObject({ total: 10_000, running: 1, succeeded: 9_999, finished: false });
	expect(requests()).toBeLessThanOrEqual(102);
});

test.each(['paged', 'grouped', 'openapi'] as const)(
	'group.get counts in every dialect of lists: %s',
	async (list) => {
		const { node, items, flowscale } = await harness({ dialect: { list } });
		flowscale.addRuns(12, { groupId: 'poster' });
		flowscale.addRuns(3, { groupId: 'other' });
		const [{ json }] = await items(node('group.get'), one);
		expect(json).toMatchObject({ group_id: 'poster', total: 12, finished: true });
	},
);

test('group.wait waits for runs that join meanwhile, and gives files in the order of start', async () => {
	const { node, items, flowscale } = await harness();
	const runs = flowscale.addRuns(2, going);
	startTimer(150, () => {
		runs.push(...flowscale.addRuns(1, () => going(2)));
		flowscale.finish(runs[1].id);
		flowscale.finish(runs[0].id);
	});
	startTimer(900, () => flowscale.finish(runs[2].id));
	const got = await items(node('group.wait', { options: quick }), one);
	expect(got.map(({ json }) => json.run_id)).toEqual(runs.map(({ id }) => id));
	expect(await Promise.all(got.map(async ({ binary }) => await bytesOf(binary?.data)))).toEqual(
		await Promise.all(runs.map(async (run) => await madeBy(run))),
	);
	expect(linksOf(got)).toEqual([{ item: 0 }, { item: 0 }, { item: 0 }]);
});

test('group.wait fails when a run of the group failed, and says which', async () => {
	const { node, error, items, flowscale } = await harness();
	const runs = flowscale.addRuns(3, (index) => ({
		groupId: 'poster',
		createdAt: 1_700_000_000_000 + index * 1_000,
		...(index === 1 ? { state: 'failed', errorText: 'CUDA out of memory' } : {}),
	}));
	expect(await error(node('group.wait', { options: quick }), one)).toMatchObject({
		message: `1 of 3 runs of group "poster" did not succeed: run ${runs[1].id} failed: CUDA out of memory`,
		description: expect.stringContaining('Return as Item') as string,
	});
	const options = { ...quick, onFailedRun: 'item', download: false };
	const got = await items(node('group.wait', { options }), one);
	expect(got.map(({ json }) => json)).toEqual(
		runs.map((run, index) =>
			runItem(
				run,
				index === 1
					? { outputs: [], error_message: 'CUDA out of memory' }
					: { outputs: [linkedOutput(run)] },
			),
		),
	);
});

test('group.wait says that the group did not end in time, and cancels it where that is wished', async () => {
	const { node, error, flowscale } = await harness();
	const runs = flowscale.addRuns(2, going);
	const options = { ...quick, timeout: 0.5 };
	expect(await error(node('group.wait', { options }), one)).toMatchObject({
		message: 'The runs of group "poster" did not all end within 0.5 s',
		description: 'They continue at Flowscale. Wait for the group again, or raise Timeout.',
	});
	expect(runs.map(({ state }) => state)).toEqual(['running', 'running']);
	const cancelling = { ...options, cancelRemote: 'onStopOrTimeout' };
	expect(await error(node('group.wait', { options: cancelling }), one)).toMatchObject({
		description: expect.stringContaining('cancelled') as string,
	});
	expect(runs.map(({ state }) => state)).toEqual(['cancelled', 'cancelled']);
});

test('group.wait says that it needs run ids where the list reports none', async () => {
	const { node, error, flowscale } = await harness({ dialect: { list: 'openapi' } });
	flowscale.addRuns(2, going);
	expect(await error(node('group.wait', { options: quick }), one)).toMatchObject({
		message: expect.stringContaining('reports no run IDs') as string,
	});
});

test('group.wait takes list entries that hold little more than an id', async () => {
	const { node, items, flowscale } = await harness({ dialect: { listEntries: 'sparse' } });
	const runs = flowscale.addRuns(2, going);
	startTimer(200, () => runs.forEach(({ id }) => flowscale.finish(id)));
	const options = { ...quick, download: false };
	const got = await items(node('group.wait', { options }), one);
	expect(got.map(({ json }) => json)).toEqual(
		runs.map((run) => runItem(run, { outputs: [linkedOutput(run)] })),
	);
});

test('group.cancel says what could not be cancelled', async () => {
	const { node, items, error, flowscale, requests } = await harness();
	const runs = flowscale.addRuns(3, going);
	const refuse = { on: 'cancelRun', kind: 'status', status: 409, body: '{"detail":"No"}' } as const;
	flowscale.fault({ ...refuse, match: ({ url }) => url.includes(runs[1].id), times: 9 });
	const first = items(node('group.cancel'), one);
	await until(() => requests('cancelRun') === 3);
	flowscale.finish(runs[1].id);
	const [{ json }] = await first;
	expect(json).toEqual({
		group_id: 'poster',
		total: 3,
		cancelled: 2,
		not_cancelled: 1,
		already_ended: 0,
		message: '2 of 3 open runs were cancelled; the others: Flowscale answered HTTP 409: No',
	});
	const [last] = flowscale.addRuns(1, () => going(3));
	flowscale.fault({ ...refuse, times: 9 });
	const second = error(node('group.cancel'), one);
	await until(() => requests('cancelRun') === 4);
	flowscale.finish(last.id);
	expect(await second).toMatchObject({
		message: expect.stringContaining('HTTP 409: No') as string,
	});
});

test('group.cancel of a group that nobody knows cancels nothing and says so', async () => {
	const { node, items, requests } = await harness();
	const [{ json }] = await items(node('group.cancel'), one);
	expect(json).toMatchObject({
		total: 0,
		cancelled: 0,
		message: 'Flowscale lists no run of group "poster"',
	});
	expect(requests('cancelRun')).toBe(0);
});

test('a stopped execution stops waiting and cancels the group', async () => {
	const { node, run, flowscale, requests } = await harness();
	const runs = flowscale.addRuns(2, going);
	let stop = () => {};
	const execution = run(node('group.wait', { options: quick }), one, {
		onStart: (started) => (stop = () => started.cancel()),
	});
	await until(() => requests('listRuns') > 0);
	stop();
	expect((await execution).status).toBe('canceled');
	await until(() => runs.every(({ state }) => state === 'cancelled'));
});

test.each([
	['group.cancel while its cancels hang', 'group.cancel', 'cancelRun'],
	['group.cancel while its list hangs', 'group.cancel', 'listRuns'],
	['group.get while its list hangs', 'group.get', 'listRuns'],
] as const)(
	'Stop ends %s at once',
	async (_, operation, route) => {
		const { node, run, flowscale, requests } = await harness();
		flowscale.addRuns(2, going);
		flowscale.fault({ on: route, kind: 'hang', times: 9 });
		let stop = () => {};
		const execution = run(node(operation, {}), one, {
			onStart: (started) => (stop = () => started.cancel()),
		});
		await until(() => requests(route) > 0);
		const stoppedMs = Date.now();
		stop();
		expect((await execution).status).toBe('canceled');
		// A hanging request is given up after half a minute.
		expect(Date.now() - stoppedMs).toBeLessThan(15_000);
	},
	40_000,
);
