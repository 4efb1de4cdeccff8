import { execPath, join, once, projectDir, spawn } from '../../simulator/platform';
import { ownPrompt, startOf, until, useStage, workflow } from './useStage';

const stage = useStage();
const batch = ['red fox', 'blue whale', 'green owl'].map((prompt) => ({ json: { prompt } }));

describe('Reuse Run', () => {
	it('takes up the runs of a process that was killed, and starts only what failed meanwhile', async () => {
		const { node, items, flowscale } = await stage({ runMs: 600_000 });
		const child = spawn(execPath, ['--import', 'tsx', join(projectDir, 'test/engine/startRunsAndHang.ts'), flowscale.baseUrl, flowscale.apiKey ?? '', 'nightly', workflow.image.value], { stdio: ['ignore', 'ignore', 'inherit'] });
		const gone = once(child, 'exit');
		await until(() => flowscale.runs.length === 3, 30_000);
		child.kill('SIGKILL');
		expect(await gone).toEqual([null, 'SIGKILL']);

		const [fox, whale, owl] = ['red fox', 'blue whale', 'green owl'].map((prompt) => flowscale.runs.find(({ inputs }) => inputs.text_51536 === prompt));
		// One ended well while nobody looked, one failed, one goes on.
		flowscale.finish(fox?.id ?? '');
		flowscale.finish(whale?.id ?? '', 'failed', { errorText: 'out of memory' });
		const done = items(node('workflow.executeAndWait', { ...startOf('image', ownPrompt, { pollInterval: 0.1, reuseRun: true }), groupId: 'nightly' }), batch);
		await until(() => flowscale.runs.length === 4);
		flowscale.finish(owl?.id ?? '');
		flowscale.finish(flowscale.runs[3].id);

		const out = await done;
		expect(out.map(({ json }) => json.run_id)).toEqual([fox?.id, flowscale.runs[3].id, owl?.id]);
		expect(flowscale.runs[3].inputs.text_51536).toBe('blue whale');
		expect(flowscale.runs).toHaveLength(4);
	}, 60_000);

	it('lets each run be taken by one item only', async () => {
		const { node, items, flowscale } = await stage({ runMs: 600_000 });
		const parameters = { ...startOf('image', ownPrompt, { reuseRun: true }), groupId: 'nightly' };
		const [first] = await items(node('workflow.execute', parameters), [batch[0]]);
		const out = await items(node('workflow.execute', parameters), [batch[0], batch[0]]);
		expect(out.map(({ json }) => json.run_id)).toEqual([first.json.run_id, flowscale.runs[1].id]);
		expect(flowscale.runs).toHaveLength(2);
	});
});
