import type { IDataObject, INode } from 'n8n-workflow';
import type { Fault, FlowscaleOptions } from '../../../simulator/flowscale/startFlowscale';
import {
	errorOf,
	itemsOf,
	linksOf,
	ownPrompt,
	startOf,
	two,
	until,
	useHarness,
} from '../../harness/useHarness';
import { useFastTime } from '../../harness/fastTime';

const harness = useHarness();
useFastTime(10);

const waiting = { pollInterval: 0.1, liveEvents: false };
const retrying: Partial<INode> = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 };
const status = (code: number, more: Partial<Fault> = {}): Omit<Fault, 'on'> => ({
	kind: 'status',
	status: code,
	...more,
});

describe('n8n’s Retry On Fail', () => {
	type Row = [label: string, fault: Fault, options: IDataObject, simulator: FlowscaleOptions];
	it.each<Row>([
		['both starts lose their answer', { on: 'startRun', kind: 'resetAfter', times: 2 }, {}, {}],
		[
			'the service asks for patience through a whole try',
			{ on: 'startRun', ...status(429, { headers: { 'retry-after': '0' } }), times: 5 },
			{},
			{},
		],
		['a listing is refused', { on: 'listRuns', ...status(401) }, {}, {}],
		[
			'a look is refused',
			{ on: 'getRun', ...status(401) },
			{ liveEvents: true, groupless: true },
			{},
		],
		[
			'the outputs are refused',
			{ on: 'getOutput', ...status(401) },
			{},
			{ dialect: { outputLinks: false } },
		],
		['a download is refused twice', { on: 'download', ...status(404), times: 2 }, {}, {}],
		['a file keeps breaking off', { on: 'download', kind: 'wrongLength', times: 8 }, {}, {}],
	])('starts no second run when %s', async (_, fault, { groupless, ...options }, simulator) => {
		const { node, run, flowscale } = await harness({ runMs: 200, ...simulator });
		flowscale.fault(fault);
		const parameters = {
			...startOf('image', ownPrompt, { ...waiting, ...options }),
			...(groupless ? { groupId: '' } : {}),
		};
		const items = itemsOf(await run(node('workflow.executeAndWait', parameters, retrying)));
		expect(items.map(({ json }) => [json.state, (json.inputs as IDataObject).text_51536])).toEqual([
			['succeeded', 'red fox'],
			['succeeded', 'blue whale'],
		]);
		expect(linksOf(items)).toEqual([{ item: 0 }, { item: 1 }]);
		expect(flowscale.runs).toHaveLength(2);
	});

	it('does not repeat a start of which nobody knows whether it arrived', async () => {
		const { node, error, flowscale, requests } = await harness();
		flowscale.fault({ on: 'startRun', kind: 'resetBefore' });
		const { message, description } = await error(
			node('workflow.executeAndWait', startOf('image', ownPrompt, waiting), retrying),
			[two[0]],
		);
		expect(message).toMatch(/^The run may have started, and was not started again/);
		expect(description).toContain('group "n8n-exec1"');
		expect(requests('startRun')).toBe(1);
	}, 40_000);

	it('starts a run anew that failed on the service', async () => {
		const { node, items, flowscale } = await harness({ runMs: 60_000 });
		const done = items(
			node(
				'workflow.executeAndWait',
				startOf('slow', { duration_10002: 600_000 }, waiting),
				retrying,
			),
			[two[0]],
		);
		await until(() => flowscale.runs.length === 1);
		flowscale.finish(flowscale.runs[0].id, 'failed', { errorText: 'out of memory' });
		await until(() => flowscale.runs.length === 2);
		flowscale.finish(flowscale.runs[1].id);
		expect((await done)[0].json).toMatchObject({
			run_id: flowscale.runs[1].id,
			state: 'succeeded',
		});
		expect(flowscale.runs).toHaveLength(2);
	});
});

describe('a batch of which one item fails', () => {
	const batch = ['red fox', 'blue whale', 'green owl', 'old boat'].map((prompt) => ({
		json: { prompt },
	}));

	it.each([
		['on the error output as text', 'continueErrorOutput', { on: 'startRun', ...status(422) }],
		['among the others', 'continueRegularOutput', { on: 'startRun', ...status(422) }],
		[
			'when its download never works',
			'continueRegularOutput',
			{ on: 'download', ...status(403), times: 1_000 },
		],
	] as Array<[string, INode['onError'], Fault]>)(
		'keeps the good ones, the failed one %s',
		async (_, onError, fault) => {
			const { node, run, flowscale } = await harness();
			// The downloads of several runs overlap, whatever the number of runs at a time.
			flowscale.fault({
				...fault,
				match: ({ path }) => fault.on !== 'download' || path.includes(flowscale.runs[0].id),
			});
			const execution = await run(
				node(
					'workflow.executeAndWait',
					startOf('image', ownPrompt, { ...waiting, maxConcurrent: 1 }),
					{ onError },
				),
				batch,
			);
			expect(execution.data.resultData.error).toBeUndefined();
			const [output, failed = []] = execution.data.resultData.runData.Flowscale[0].data?.main ?? [];
			const all = [...(output ?? []), ...(failed ?? [])];
			expect(all.filter(({ json }) => json.state === 'succeeded')).toHaveLength(3);
			expect(all.filter(({ json }) => typeof json.error === 'string')).toHaveLength(1);
			expect(new Set(linksOf(all).map((link) => JSON.stringify(link))).size).toBe(4);
		},
	);

	it('takes up the runs of the others when the first failure ends the node and n8n tries again', async () => {
		const { node, items, flowscale } = await harness({ runMs: 300 });
		flowscale.fault({ on: 'startRun', ...status(400), after: 3 });
		const out = await items(
			node('workflow.executeAndWait', startOf('image', ownPrompt, waiting), retrying),
			batch,
		);
		expect(out.map(({ json }) => (json.inputs as IDataObject).text_51536)).toEqual(
			batch.map(({ json }) => json.prompt),
		);
		expect(flowscale.runs).toHaveLength(4);
	});
});

describe('a start whose answer was lost', () => {
	it('finds its run although the list fails at first', async () => {
		const { node, items, flowscale } = await harness();
		flowscale.fault({ on: 'startRun', kind: 'resetAfter', times: 2 });
		flowscale.fault({ on: 'listRuns', ...status(500), times: 2 });
		expect(await items(node('workflow.execute', startOf('image', ownPrompt, {})))).toHaveLength(2);
		expect(flowscale.runs).toHaveLength(2);
	});

	it('takes a run of its own among items that are alike', async () => {
		const { node, items, flowscale } = await harness();
		flowscale.fault({ on: 'startRun', kind: 'resetAfter', times: 3 });
		const alike = Array.from({ length: 3 }, () => ({ json: { prompt: 'red fox' } }));
		const out = await items(node('workflow.execute', startOf('image', ownPrompt, {})), alike);
		expect(new Set(out.map(({ json }) => json.run_id)).size).toBe(3);
		expect(flowscale.runs).toHaveLength(3);
	});

	it('is not started a second time by Reuse Run when the list of the group comes empty', async () => {
		const { node, run, flowscale } = await harness({ runMs: 60_000 });
		const parameters = { ...startOf('image', ownPrompt, { reuseRun: true }), groupId: 'nightly' };
		itemsOf(await run(node('workflow.execute', parameters)));
		flowscale.fault({ on: 'listRuns', kind: 'noContent' });
		itemsOf(await run(node('workflow.execute', parameters)));
		flowscale.fault({ on: 'listRuns', kind: 'empty200', times: 100 });
		expect(errorOf(await run(node('workflow.execute', parameters))).message).toBe(
			'Flowscale answered HTTP 200 with nothing',
		);
		expect(flowscale.runs).toHaveLength(2);
	});
});
