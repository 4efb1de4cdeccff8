import type { INodeExecutionData } from 'n8n-workflow';
import type { SimulatedRun } from '../../../simulator/flowscale/startFlowscale';
import { linksOf, ownPrompt, quick, startOf, until, useHarness } from '../../harness/useHarness';

const harness = useHarness();
const linksOnly = { ...quick, download: false };
const numbered = (count: number): INodeExecutionData[] =>
	Array.from({ length: count }, (_, n) => ({ json: { n, prompt: `picture ${n}` } }));

/**
 * Most runs that were going at the same time; of an end and a start in the same millisecond the end
 * counts as the first.
 */
function mostAtATime(runs: SimulatedRun[]): number {
	const steps = runs
		.flatMap(({ createdAt, completedAt }) => [
			[createdAt, 1],
			[completedAt ?? Infinity, -1],
		])
		.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
	let going = 0;
	return Math.max(...steps.map(([, step]) => (going += step)));
}

test.each([
	['one by one', 1],
	['two at a time', 2],
	['all at once', 10],
])('gives as many items as it got, in their order, %s', async (_, maxConcurrent) => {
	const { node, items, flowscale } = await harness();
	const backwards = '={{ { "duration_10002": 100 - 20 * $json.n, "text_51536": $json.prompt } }}';
	const done = await items(
		node('workflow.executeAndWait', startOf('slow', backwards, { ...linksOnly, maxConcurrent })),
		numbered(5),
	);
	expect(done.map(({ json }) => json.inputs)).toEqual(
		[0, 1, 2, 3, 4].map((n) => ({
			duration_10002: String(100 - 20 * n),
			text_51536: `picture ${n}`,
		})),
	);
	expect(linksOf(done)).toEqual([0, 1, 2, 3, 4].map((item) => ({ item })));
	expect(flowscale.runs).toHaveLength(5);
	expect(mostAtATime(flowscale.runs)).toBeLessThanOrEqual(maxConcurrent);
});

test('runs go side by side, ten at a time unless said otherwise', async () => {
	const { node, items, flowscale, requests } = await harness({ containers: 20, runMs: 60_000 });
	const waiting = items(
		node('workflow.executeAndWait', startOf('image', ownPrompt, linksOnly)),
		numbered(14),
	);
	const finishAll = () =>
		flowscale.runs
			.filter(({ state }) => state === 'running')
			.forEach(({ id }) => flowscale.finish(id));
	/** So many runs are started and, as three more looks at them show, no further one. */
	const staysAt = async (count: number) => {
		await until(() => flowscale.runs.length === count);
		const before = requests('listRuns');
		await until(() => requests('listRuns') > before + 2);
		expect(flowscale.runs).toHaveLength(count);
	};
	await staysAt(10);
	flowscale.finish(flowscale.runs[3].id);
	await staysAt(11);
	finishAll();
	await staysAt(14);
	finishAll();
	expect(await waiting).toHaveLength(14);
});

test('each item has its own workflow, inputs, group and files', async () => {
	const { node, items, flowscale } = await harness();
	const [image, , , speech] = flowscale.workflows;
	const raw = {
		...startOf('image', ownPrompt, linksOnly),
		workflowId: { __rl: true, mode: 'id', value: '={{ $json.workflow }}' },
		groupId: '=poster-{{ $json.n }}',
	};
	const done = await items(node('workflow.executeAndWait', raw), [
		{ json: { n: 7, prompt: 'red fox', workflow: image.id } },
		{ json: { n: 8, prompt: 'blue whale', workflow: speech.id } },
	]);
	expect(done.map(({ json }) => [json.workflow_id, json.group_id, json.inputs])).toEqual([
		[image.id, 'poster-7', { text_51536: 'red fox' }],
		[speech.id, 'poster-8', { text_51536: 'blue whale' }],
	]);
});

test('an empty group ID sends none', async () => {
	const { node, items, flowscale } = await harness();
	const done = await items(
		node('workflow.executeAndWait', { ...startOf('image', ownPrompt, linksOnly), groupId: '' }),
	);
	expect(done.map(({ json }) => json.group_id)).toEqual([null, null]);
	expect(
		flowscale.journal
			.filter(({ route }) => route === 'startRun')
			.map(({ query }) => Object.keys(query)),
	).toEqual([['workflow_id'], ['workflow_id']]);
});

test('the first failure ends the node at once; the other runs go on at the service', async () => {
	const { node, error, flowscale, requests } = await harness({ runMs: 60_000 });
	const failing = error(
		node('workflow.executeAndWait', startOf('image', ownPrompt, linksOnly)),
		numbered(3),
	);
	await until(() => flowscale.runs.length === 3);
	const second = flowscale.runs.find(
		({ inputs }) => inputs.text_51536 === 'picture 1',
	) as SimulatedRun;
	flowscale.finish(second.id, 'failed', { errorText: 'CUDA out of memory' });
	expect(await failing).toMatchObject({
		name: 'NodeOperationError',
		message: `The run failed: CUDA out of memory (run ${second.id})`,
		context: { itemIndex: 1 },
	});
	expect(flowscale.runs.map(({ state }) => state).sort()).toEqual(['failed', 'running', 'running']);
	expect(requests('cancelRun')).toBe(0);
});

test.each([
	['failed', 'failed', 'CUDA out of memory'],
	['cancelled', 'cancelled', null],
	['timeout', 'timed_out', null],
] as const)(
	'a run that ended as %s is a normal item where that is wished',
	async (ending, state, reason) => {
		const { node, items, flowscale } = await harness({
			runMs: 60_000,
			dialect: { runTimeout: 'status' },
		});
		const waiting = items(
			node(
				'workflow.executeAndWait',
				startOf('image', ownPrompt, { ...linksOnly, onFailedRun: 'item' }),
			),
		);
		await until(() => flowscale.runs.length === 2);
		flowscale.runs.forEach(({ id }, i) =>
			flowscale.finish(id, i === 0 ? ending : 'completed', i === 0 ? { errorText: reason } : {}),
		);
		const done = await waiting;
		const ended = done.find(({ json }) => json.run_id === flowscale.runs[0].id);
		expect(ended?.json).toMatchObject({
			status: ending,
			state,
			finished: true,
			error_message: reason,
			outputs: [],
		});
		expect(done.filter(({ json }) => json.state === 'succeeded')).toHaveLength(1);
		// A truthy `error` in a success item would make n8n run the whole node again.
		expect(done.flatMap(({ json }) => Object.keys(json))).not.toContain('error');
	},
);
