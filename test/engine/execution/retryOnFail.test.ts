import { resumeWorkflow, chain } from '../../harness/runWorkflow';
import {
	itemsOf,
	ownPrompt,
	quick,
	type Harness,
	startOf,
	until,
	useHarness,
} from '../../harness/useHarness';

const harness = useHarness();
const tryAgain = { retryOnFail: true, maxTries: 2, waitBetweenTries: 1 };
const linksOnly = { ...quick, download: false, liveEvents: false };

/** Makes the first looks fail for good: the group's listing, and then the run itself. */
function failFirstLook({ flowscale }: Harness): void {
	flowscale.fault({ on: 'listRuns', kind: 'status', status: 422 });
	flowscale.fault({ on: 'getRun', kind: 'status', status: 422 });
}
/** Whether the second try has asked for the runs. */
function isTriedAgain({ flowscale: { journal } }: Harness): boolean {
	const failed = journal.findIndex(({ route, status }) => route === 'getRun' && status === 422);
	return failed >= 0 && journal.length > failed + 5;
}

test('Retry On Fail waits for the runs that are still going, and starts none', async () => {
	const made = await harness({ runMs: 60_000 });
	const { node, items, flowscale, requests } = made;
	failFirstLook(made);
	const waiting = items(
		node('workflow.executeAndWait', startOf('image', ownPrompt, linksOnly), tryAgain),
	);
	await until(() => isTriedAgain(made));
	flowscale.runs.forEach(({ id }) => flowscale.finish(id));
	expect((await waiting).map(({ json }) => [json.state, json.inputs])).toEqual([
		['succeeded', { text_51536: 'red fox' }],
		['succeeded', { text_51536: 'blue whale' }],
	]);
	expect(requests('startRun')).toBe(2);
	expect(requests('cancelRun')).toBe(0);
});

test('Retry On Fail fetches what runs made that have succeeded meanwhile, and starts none', async () => {
	const { node, items, flowscale, requests } = await harness();
	flowscale.fault({ on: 'download', kind: 'status', status: 402 });
	const done = await items(
		node(
			'workflow.executeAndWait',
			startOf('image', ownPrompt, { ...linksOnly, download: true }),
			tryAgain,
		),
	);
	expect(done.map(({ json, binary }) => [json.inputs, Object.keys(binary ?? {})])).toEqual([
		[{ text_51536: 'red fox' }, ['data']],
		[{ text_51536: 'blue whale' }, ['data']],
	]);
	expect(requests('startRun')).toBe(2);
});

test('Retry On Fail starts a run anew that failed at the service, and only that one', async () => {
	const { node, items, flowscale, requests } = await harness({ runMs: 60_000 });
	const waiting = items(
		node('workflow.executeAndWait', startOf('image', ownPrompt, linksOnly), tryAgain),
	);
	await until(() => flowscale.runs.length === 2);
	const [first] = flowscale.runs;
	flowscale.finish(first.id, 'failed');
	await until(() => flowscale.runs.length === 3);
	expect(flowscale.runs[2].inputs).toEqual(first.inputs);
	flowscale.runs.slice(1).forEach(({ id }) => flowscale.finish(id));
	const done = await waiting;
	expect(new Set(done.map(({ json }) => json.run_id))).toEqual(
		new Set(flowscale.runs.slice(1).map(({ id }) => id)),
	);
	expect(requests('startRun')).toBe(3);
});

test('Retry On Fail of "Execute" starts only what was not started', async () => {
	const { node, items, flowscale, requests } = await harness();
	flowscale.fault({ on: 'startRun', kind: 'status', status: 403, after: 1 });
	const started = await items(node('workflow.execute', startOf('image', ownPrompt, {}), tryAgain));
	expect(
		started.map(({ json }) => flowscale.runs.find(({ id }) => id === json.run_id)?.inputs),
	).toEqual([{ text_51536: 'red fox' }, { text_51536: 'blue whale' }]);
	expect(flowscale.runs).toHaveLength(2);
	expect(requests('startRun')).toBe(3);
});

test('without Retry On Fail a failure is tried once', async () => {
	const { node, error, requests } = await harness();
	expect(
		await error(node('workflow.executeAndWait', startOf('failing', {}, linksOnly))),
	).toMatchObject({
		name: 'NodeOperationError',
		description: expect.stringContaining('On Failed Run') as string,
	});
	expect(requests('startRun')).toBe(2);
});

test('the editor’s Retry of a failed execution takes up the runs that go on, and starts none', async () => {
	const made = await harness({ runMs: 60_000 });
	const { node, run, engine, flowscale, requests } = made;
	failFirstLook(made);
	const flowscaleNode = node('workflow.executeAndWait', startOf('image', ownPrompt, linksOnly));
	const failed = await run(flowscaleNode);
	expect(failed.data.resultData.error?.message).toContain('HTTP 422');
	expect(flowscale.runs.map(({ state }) => state)).toEqual(['running', 'running']);
	const retry = resumeWorkflow(engine, chain(flowscaleNode), failed.data, 'retry');
	flowscale.runs.forEach(({ id }) => flowscale.finish(id));
	const done = itemsOf(await retry);
	expect(done.map(({ json }) => [json.state, json.inputs])).toEqual([
		['succeeded', { text_51536: 'red fox' }],
		['succeeded', { text_51536: 'blue whale' }],
	]);
	expect(requests('startRun')).toBe(2);
});
