import { nodeOf, runWorkflow } from '../../harness/runWorkflow';
import { useFastTime } from '../../harness/fastTime';
import { rows, taskOf } from '../../harness/storedTask';
import {
	after,
	endRuns,
	openRuns,
	playSuspended,
	suspendedFlow,
	suspendedNode,
	suspendedOptions,
} from '../../harness/suspendedHarness';
import { byId, useHarness } from '../../harness/useHarness';

const harness = useHarness();
useFastTime(30);

const never = { runMs: 36_000_000, containers: 20 };

test('short runs end in the execution, which is not suspended', async () => {
	const made = await harness({ runMs: 20 });
	const { run, waits } = await playSuspended(made, suspendedFlow(suspendedNode(made)), rows(2));
	expect([run.status, waits]).toEqual(['success', 0]);
	expect(after(run)).toEqual([
		['succeeded', ['data'], { item: 0 }],
		['succeeded', ['data'], { item: 1 }],
	]);
});

describe('gives exactly the items of In Execution, in one run of the node', () => {
	it.each([
		['Execute and Wait', 1, 1],
		['Execute and Wait', 1, 20],
		['Execute and Wait', 5, 3],
		['Wait', 1, 1],
		['Wait', 4, 2],
	])(
		'%s, %d items, %d resumes',
		async (operation, count, resumes) => {
			const made = await harness(never);
			const isWait = operation === 'Wait';
			const ids = isWait
				? (await made.items(made.node('workflow.execute', startOfImage()), rows(count))).map(
						({ json }) => String(json.run_id),
					)
				: [];
			const waitMode = 'suspended';
			const runId = '={{ $json.run_id }}';
			const node = isWait
				? made.node('run.wait', { runId, waitMode, options: suspendedOptions })
				: suspendedNode(made);
			const items = rows(count).map((item, index) => ({
				json: { ...item.json, ...(isWait && { run_id: ids[index] }) },
			}));
			const { run, waits } = await playSuspended(made, suspendedFlow(node), items, {
				// One run at a time ends, the last one first; all have by the last resume.
				onResume: (resume) => {
					const last = openRuns(made.flowscale.runs).at(-1);
					if (resume >= resumes) endRuns(made);
					else if (last && openRuns(made.flowscale.runs).length > 1) made.flowscale.finish(last.id);
				},
			});
			expect([run.status, made.flowscale.runs.length]).toEqual(['success', count]);
			// A busy machine may need one more, since a resume polls for a moment only.
			expect(waits).toBeGreaterThanOrEqual(resumes);

			const named = made.flowscale.runs.map(({ id }) => ({ json: { run_id: id } }));
			const inPlace = await runWorkflow(
				made.engine,
				suspendedFlow(made.node('run.wait', { runId, options: suspendedOptions })),
				named,
			);
			expect(taskOf(run, 'Flowscale')).toEqual(taskOf(inPlace, 'Flowscale'));
			expect(taskOf(run, 'Flowscale')).toHaveLength(1);
			expect(taskOf(run, 'After')).toEqual(taskOf(inPlace, 'After'));
		},
		60_000,
	);
});

test('an item of each node before can be reached from the node behind', async () => {
	const made = await harness(never);
	const file = suspendedFlow(suspendedNode(made));
	file.nodes.splice(3, 1, {
		...nodeOf('After', 'n8n-nodes-flowscale.flowscale', {
			resource: 'run',
			operation: 'get',
			runId: "={{ $('Rows').item.json.prompt }}",
		}),
		onError: 'continueRegularOutput',
		credentials: file.nodes[2].credentials,
	});
	const { run } = await playSuspended(made, file, rows(2), { onResume: () => endRuns(made) });
	expect(
		made.flowscale.journal.filter(({ route }) => route === 'getRun').map(({ runId }) => runId),
	).toEqual(expect.arrayContaining(['picture 0', 'picture 1']));
	expect(run.status).toBe('success');
});

test('a connection from the node to itself is refused before any start, whatever On Error says', async () => {
	for (const onError of ['stopWorkflow', 'continueRegularOutput', 'continueErrorOutput'] as const) {
		const made = await harness(never);
		const file = suspendedFlow(suspendedNode(made, { onError }));
		file.connections.Flowscale.main[0]?.push({ node: 'Flowscale', type: 'main', index: 0 });
		const run = await runWorkflow(made.engine, file, rows(2));
		expect(run.data.resultData.error).toMatchObject({
			message: 'An output of this node is connected to its input',
			description: expect.stringContaining('Remove that connection') as string,
		});
		expect([run.status, made.flowscale.journal.length]).toEqual(['error', 0]);
	}
});

function startOfImage() {
	return {
		workflowId: byId('550e8400-e29b-41d4-a716-446655440000'),
		inputMode: 'json',
		inputsJson: '={{ { text_51536: $json.prompt } }}',
		options: {},
	};
}
