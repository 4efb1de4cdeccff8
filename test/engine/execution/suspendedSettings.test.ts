import type { INode, IWorkflowSettings } from 'n8n-workflow';
import { useFastTime } from '../../harness/fastTime';
import { connect, nodeOf, outputOf, type WorkflowFile } from '../../harness/runWorkflow';
import { rows, taskOf } from '../../harness/storedTask';
import {
	addFlowNodes,
	after,
	endRuns,
	openRuns,
	playSuspended,
	type SuspendedPlay,
	suspendedFlow,
	suspendedNode,
} from '../../harness/suspendedHarness';
import { type Harness, useHarness } from '../../harness/useHarness';

const harness = useHarness();
useFastTime(60);

const orders: Array<[string, IWorkflowSettings]> = [
	['v1', { executionOrder: 'v1' }],
	['v0', { executionOrder: 'v0' }],
];
const never = { runMs: 36_000_000, containers: 20 };
const picture = (item: number) => ['succeeded', ['data'], { item }];

interface Plan extends SuspendedPlay {
	extra?: Partial<INode>;
	options?: object;
	parameters?: object;
	items?: number;
	change?(file: WorkflowFile): void;
	/** How runs end at the second resume. */
	end?(made: Harness): void;
}

/** The flow of the node with this setting; nothing ends before the second resume. */
async function played(settings: IWorkflowSettings, plan: Plan = {}) {
	const { extra, options, parameters, items = 2, change, end = endRuns, ...play } = plan;
	const made = await harness(never);
	addFlowNodes(made.engine);
	const file = suspendedFlow(suspendedNode(made, extra, options, parameters), settings);
	change?.(file);
	const result = await playSuspended(made, file, rows(items), {
		onResume: (count) => (count >= 2 ? end(made) : undefined),
		...play,
	});
	return { ...made, ...result, starts: made.requests('startRun') };
}

const failFirst = ({ flowscale }: Harness) => {
	const [first, ...others] = openRuns(flowscale.runs);
	if (flowscale.runs.length === 2 && others.length > 0) {
		flowscale.finish(first.id, 'failed', { errorText: 'out of memory' });
		for (const { id } of others) flowscale.finish(id);
	}
};

describe.each(orders)('with execution order %s', (_, settings) => {
	it.each<[string, Partial<INode>]>([
		['as it is', {}],
		['Always Output Data', { alwaysOutputData: true }],
		['Retry On Fail', { retryOnFail: true, waitBetweenTries: 1 }],
		[
			'Always Output Data and the error output',
			{ alwaysOutputData: true, onError: 'continueErrorOutput' },
		],
		['On Error: Continue', { onError: 'continueRegularOutput' }],
		['On Error: Continue, as old workflows have it', { continueOnFail: true }],
	])('%s: each row is started once and handed on once', async (__, extra) => {
		const { run, waits, starts } = await played(settings, { extra });
		expect([run.status, starts]).toEqual(['success', 2]);
		expect(waits).toBeGreaterThanOrEqual(2);
		expect(taskOf(run, 'Flowscale')).toHaveLength(1);
		expect(taskOf(run, 'After')).toHaveLength(1);
		expect(after(run)).toEqual([picture(0), picture(1)]);
	});

	it('Execute Once: the first row alone', async () => {
		const { run, starts } = await played(settings, { extra: { executeOnce: true }, items: 3 });
		expect([run.status, starts, after(run)]).toEqual(['success', 1, [picture(0)]]);
	});

	it('a Merge behind it gets the items of both inputs, once', async () => {
		const { run, starts } = await played(settings, {
			change: (file) => {
				file.nodes.push(nodeOf('Merge', 'merge'));
				connect(file.connections, 'Rows', 0, 'Merge');
				file.connections.Flowscale.main[0]?.push({ node: 'Merge', type: 'main', index: 1 });
			},
		});
		expect([run.status, starts]).toEqual(['success', 2]);
		expect(run.data.resultData.runData.Merge).toHaveLength(1);
		expect(outputOf(run, 'Merge').map(({ json }) => json.prompt ?? json.state)).toEqual([
			'picture 0',
			'picture 1',
			'succeeded',
			'succeeded',
		]);
	});

	it('two wires in: each brings its own run of the node', async () => {
		const { run, starts } = await played(settings, {
			items: 1,
			change: (file) => {
				file.nodes.push(nodeOf('More Rows', 'passThrough'));
				connect(file.connections, 'Start', 0, 'More Rows');
				connect(file.connections, 'More Rows', 0, 'Flowscale');
			},
		});
		expect([run.status, starts]).toEqual(['success', 2]);
		expect(taskOf(run, 'Flowscale').map(({ outputs }) => outputs[0].length)).toEqual([1, 1]);
		expect(taskOf(run, 'After')).toHaveLength(2);
	});

	it('Loop Over Items: one row after the other, each started once', async () => {
		const { run, starts, flowscale } = await played(settings, {
			items: 3,
			change: (file) => {
				file.nodes.push(nodeOf('Loop', 'loop'));
				file.connections = {};
				connect(file.connections, 'Start', 0, 'Rows');
				connect(file.connections, 'Rows', 0, 'Loop');
				connect(file.connections, 'Loop', 0, 'After');
				connect(file.connections, 'Loop', 1, 'Flowscale');
				connect(file.connections, 'Flowscale', 0, 'Loop');
			},
		});
		expect([run.status, starts]).toEqual(['success', 3]);
		expect(taskOf(run, 'Flowscale')).toHaveLength(3);
		expect(outputOf(run, 'After').map(({ json }) => json.run_id)).toEqual(
			flowscale.runs.map(({ id }) => id),
		);
	});
});

const v1: IWorkflowSettings = { executionOrder: 'v1' };

describe('On Error, one run of two fails', () => {
	const errorOutput = (file: WorkflowFile) => {
		file.nodes.push(nodeOf('Failed', 'passThrough'));
		connect(file.connections, 'Flowscale', 1, 'Failed');
	};
	const text = expect.stringContaining('failed: out of memory') as string;

	it('Stop: the execution fails with the run’s reason', async () => {
		const { run, starts } = await played(v1, { end: failFirst, change: errorOutput });
		expect([run.status, run.data.resultData.error?.message, starts]).toEqual(['error', text, 2]);
		expect(taskOf(run, 'After')).toEqual([]);
	});

	it('Continue: its text stands in its place', async () => {
		const { run, starts } = await played(v1, {
			end: failFirst,
			extra: { onError: 'continueRegularOutput' },
		});
		expect([run.status, starts]).toEqual(['success', 2]);
		expect(after(run)).toEqual([[{ error: text }, [], { item: 0 }], picture(1)]);
	});

	it('error output: it goes there, with its row, and the other continues', async () => {
		const { run, starts } = await played(v1, {
			end: failFirst,
			extra: { onError: 'continueErrorOutput' },
			change: errorOutput,
		});
		expect([run.status, starts]).toEqual(['success', 2]);
		expect(after(run, 'Flowscale')).toEqual([picture(1)]);
		expect(outputOf(run, 'Flowscale', 1).map(({ json, pairedItem }) => [json, pairedItem])).toEqual(
			[[{ prompt: 'picture 0', error: text }, { item: 0 }]],
		);
		expect([outputOf(run, 'After').length, outputOf(run, 'Failed').length]).toEqual([1, 1]);
	});
});

describe('Retry On Fail counts the tries over all resumes', () => {
	it.each<[string, Partial<INode>]>([
		['', {}],
		[' and On Error: Continue', { onError: 'continueRegularOutput' }],
		[' and the error output', { onError: 'continueErrorOutput' }],
	])('a run that fails each time is started three times with three tries%s', async (_, extra) => {
		const { starts, run } = await played(v1, {
			items: 1,
			extra: { retryOnFail: true, maxTries: 3, waitBetweenTries: 1, ...extra },
			end: (made) => endRuns(made, 'failed'),
		});
		expect([run.status, starts]).toEqual([extra.onError ? 'success' : 'error', 3]);
	});

	it('the second try succeeds, and its items come out', async () => {
		const { starts, run } = await played(v1, {
			items: 1,
			extra: { retryOnFail: true, maxTries: 2, waitBetweenTries: 1 },
			end: (made) => endRuns(made, made.flowscale.runs.length === 1 ? 'failed' : 'completed'),
		});
		expect([run.status, starts, after(run)]).toEqual(['success', 2, [picture(0)]]);
	});
});

describe('where n8n does not run the node', () => {
	it('deactivated: the workflow continues with the input', async () => {
		const { run, starts } = await played(v1, { extra: { disabled: true } });
		expect([run.status, starts, after(run).length]).toEqual(['success', 0, 2]);
	});

	it('output pinned: the workflow continues with what is pinned', async () => {
		const pinData = { Flowscale: [{ json: { state: 'pinned' } }] };
		const { run, starts } = await played(v1, { pinData });
		expect([run.status, starts, after(run)]).toEqual([
			'success',
			0,
			[['pinned', [], expect.anything()]],
		]);
	});
});

it('input pinned: the pinned rows are started', async () => {
	const pinData = { Rows: [{ json: { prompt: 'pinned' } }] };
	const { run, starts, flowscale } = await played(v1, { pinData });
	expect([run.status, starts, after(run)]).toEqual(['success', 1, [picture(0)]]);
	expect(flowscale.runs[0].inputs.text_51536).toBe('pinned');
});

it('Execute step: the execution ends with the result, and the node behind does not run', async () => {
	const { run, starts, waits } = await played(v1, { destination: 'Flowscale' });
	expect([run.status, starts, taskOf(run, 'After')]).toEqual(['success', 2, []]);
	expect(waits).toBeGreaterThanOrEqual(2);
	expect(after(run, 'Flowscale')).toEqual([picture(0), picture(1)]);
});

it('a workflow that was made before n8n knew execution orders', async () => {
	const { run, starts } = await played({}, { extra: { alwaysOutputData: true } });
	expect([run.status, starts, after(run)]).toEqual(['success', 2, [picture(0), picture(1)]]);
});

it('two nodes one after the other, and two side by side, wait each for their own', async () => {
	const { run, starts } = await played(v1, {
		items: 1,
		change: (file) => {
			const [, , node] = file.nodes;
			const parameters = { ...node.parameters, inputsJson: '{ "text_51536": "again" }' };
			file.nodes.push(
				{ ...node, id: 'b', name: 'Beside' },
				{ ...node, id: 'c', name: 'Behind', parameters },
			);
			file.nodes.push(nodeOf('End', 'passThrough'));
			connect(file.connections, 'Rows', 0, 'Beside');
			connect(file.connections, 'Flowscale', 0, 'Behind');
			connect(file.connections, 'Behind', 0, 'End');
			connect(file.connections, 'Beside', 0, 'End');
		},
	});
	expect([run.status, starts]).toEqual(['success', 3]);
	for (const name of ['Flowscale', 'Beside', 'Behind']) expect(taskOf(run, name)).toHaveLength(1);
	expect(taskOf(run, 'End')).toHaveLength(2);
	expect(run.data.executionData?.nodeExecutionStack).toEqual([]);
});
