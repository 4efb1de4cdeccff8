import { execPath, join, once, projectDir, spawn } from '../../../simulator/platform';
import { outputOf } from '../../harness/runWorkflow';
import {
	ownPrompt,
	quick,
	startOf,
	two,
	until,
	useHarness,
	workflow,
} from '../../harness/useHarness';

const harness = useHarness();
/** As `startBatch.ts` has them. */
const prompts = ['picture 0', 'picture 1', 'picture 2'];
const batch = prompts.map((prompt) => ({ json: { prompt } }));

describe('Reuse Run', () => {
	it('takes up the runs of a process that was killed, and starts only what failed meanwhile', async () => {
		const { node, items, flowscale } = await harness({ runMs: 600_000 });
		const child = spawn(
			execPath,
			[
				'--import',
				'tsx',
				join(projectDir, 'test/harness/startBatch.ts'),
				flowscale.baseUrl,
				flowscale.apiKey ?? '',
				'nightly',
				workflow.image.value,
				String(batch.length),
				'0',
				JSON.stringify({ pollInterval: 0.2 }),
			],
			{ stdio: ['ignore', 'ignore', 'inherit'] },
		);
		const gone = once(child, 'exit');
		await until(() => flowscale.runs.length === 3, 30_000);
		child.kill('SIGKILL');
		expect(await gone).toEqual([null, 'SIGKILL']);

		const [succeeded, failed, unfinished] = prompts.map((prompt) =>
			flowscale.runs.find(({ inputs }) => inputs.text_51536 === prompt),
		);
		// While no process waits, one run succeeds and one fails; the third continues.
		flowscale.finish(succeeded?.id ?? '');
		flowscale.finish(failed?.id ?? '', 'failed', { errorText: 'out of memory' });
		const done = items(
			node('workflow.executeAndWait', {
				...startOf('image', ownPrompt, { pollInterval: 0.1, reuseRun: true }),
				groupId: 'nightly',
			}),
			batch,
		);
		await until(() => flowscale.runs.length === 4);
		flowscale.finish(unfinished?.id ?? '');
		flowscale.finish(flowscale.runs[3].id);

		const out = await done;
		expect(out.map(({ json }) => json.run_id)).toEqual([
			succeeded?.id,
			flowscale.runs[3].id,
			unfinished?.id,
		]);
		expect(flowscale.runs[3].inputs.text_51536).toBe('picture 1');
		expect(flowscale.runs).toHaveLength(4);
	}, 60_000);

	it('lets each run be taken by one item only', async () => {
		const { node, items, flowscale } = await harness({ runMs: 600_000 });
		const parameters = { ...startOf('image', ownPrompt, { reuseRun: true }), groupId: 'nightly' };
		const [first] = await items(node('workflow.execute', parameters), [batch[0]]);
		const out = await items(node('workflow.execute', parameters), [batch[0], batch[0]]);
		expect(out.map(({ json }) => json.run_id)).toEqual([first.json.run_id, flowscale.runs[1].id]);
		expect(flowscale.runs).toHaveLength(2);
	});
});

test('a start that was lost takes no run of another node of the same execution, whose inputs and group are the same', async () => {
	const { node, run, flowscale } = await harness();
	flowscale.fault({ on: 'startRun', kind: 'resetBefore', after: 1 });
	const twin = (name: string) =>
		node(
			'workflow.executeAndWait',
			startOf('image', { text_51536: 'the same' }, { ...quick, download: false }),
			{ name },
		);
	const execution = await run([twin('First'), twin('Second')], [two[0]]);
	expect(flowscale.runs).toHaveLength(1);
	expect(execution.data.resultData.error?.message).toContain('may have started');
});

test('with Reuse Run, two nodes with the same inputs take a run each', async () => {
	const { node, run, flowscale } = await harness();
	const twin = (name: string) =>
		node(
			'workflow.executeAndWait',
			{
				...startOf(
					'image',
					{ text_51536: 'the same' },
					{ ...quick, download: false, reuseRun: true },
				),
				groupId: 'twins',
			},
			{ name },
		);
	const runIds = async (executionId: string) => {
		const execution = await run([twin('First'), twin('Second')], [two[0]], { executionId });
		return ['First', 'Second'].map((name) => outputOf(execution, name)[0].json.run_id);
	};
	const first = await runIds('exec1');
	expect(new Set(first).size).toBe(2);
	expect(new Set(await runIds('exec2'))).toEqual(new Set(first));
	expect(flowscale.runs).toHaveLength(2);
});
