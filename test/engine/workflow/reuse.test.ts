import type { IRun } from 'n8n-workflow';
import { ownPrompt, quick, startOf, two, useHarness } from '../../harness/useHarness';

const harness = useHarness();
const hintsOf = ({ data }: IRun) =>
	(data.resultData.runData.Flowscale[0].hints ?? []).map(({ message }) => message);
const reusing = {
	...startOf('image', ownPrompt, { ...quick, download: false, reuseRun: true }),
	groupId: 'poster',
};

test('takes the runs that the group already holds, and starts none', async () => {
	const { node, items, requests } = await harness();
	const first = await items(node('workflow.executeAndWait', reusing), two, {
		executionId: 'exec1',
	});
	const again = await items(node('workflow.executeAndWait', reusing), two, {
		executionId: 'exec2',
	});
	expect(again.map(({ json }) => json.run_id)).toEqual(first.map(({ json }) => json.run_id));
	expect(requests('startRun')).toBe(2);
});

test('takes the run of a prompt of several lines, which a form sends with other line breaks', async () => {
	const { node, items, flowscale } = await harness();
	const lines = {
		...reusing,
		inputsJson: JSON.stringify({ text_51536: 'a red fox\nin the snow' }),
	};
	await items(node('workflow.executeAndWait', lines), [two[0]], { executionId: 'exec1' });
	expect(flowscale.runs[0].inputs).toEqual({ text_51536: 'a red fox\r\nin the snow' });
	await items(node('workflow.executeAndWait', lines), [two[0]], { executionId: 'exec2' });
	expect(flowscale.runs).toHaveLength(1);
});

test('"Execute" takes them as well, and reports their states', async () => {
	const { node, items, flowscale, requests } = await harness();
	await items(node('workflow.executeAndWait', reusing));
	const taken = await items(node('workflow.execute', reusing), two, { executionId: 'exec2' });
	expect(taken.map(({ json }) => [json.state, json.inputs])).toEqual([
		['succeeded', { text_51536: 'red fox' }],
		['succeeded', { text_51536: 'blue whale' }],
	]);
	expect([flowscale.runs.length, requests('startRun')]).toEqual([2, 2]);
});

test('each run is taken by one item only', async () => {
	const { node, items, flowscale } = await harness();
	await items(node('workflow.executeAndWait', reusing), [two[0]]);
	const twins = await items(node('workflow.executeAndWait', reusing), [two[0], two[0]], {
		executionId: 'exec2',
	});
	expect(new Set(twins.map(({ json }) => json.run_id)).size).toBe(2);
	expect(flowscale.runs).toHaveLength(2);
});

test.each([
	['of another group', { groupId: 'other' }],
	['of another workflow', { workflowId: startOf('audio', {}).workflowId }],
	['with other inputs', { inputsJson: '={{ { "text_51536": $json.prompt + "!" } }}' }],
	['with one input more', { inputsJson: '={{ { "text_51536": $json.prompt, "seed_51537": 1 } }}' }],
	['without being asked to', { options: { ...quick, download: false } }],
])('takes no run %s', async (_, other) => {
	const { node, items, flowscale } = await harness();
	await items(node('workflow.executeAndWait', reusing));
	await items(node('workflow.executeAndWait', { ...reusing, ...other }), two, {
		executionId: 'exec2',
	});
	expect(flowscale.runs).toHaveLength(4);
});

test.each(['failed', 'cancelled'] as const)('takes no run that %s', async (ending) => {
	const { node, items, flowscale } = await harness();
	await items(node('workflow.execute', reusing));
	flowscale.runs.forEach((run) => Object.assign(run, { state: ending }));
	await items(node('workflow.executeAndWait', reusing), two, { executionId: 'exec2' });
	expect(flowscale.runs).toHaveLength(4);
});

test('without a group every item starts its run', async () => {
	const { node, items, flowscale } = await harness();
	await items(node('workflow.executeAndWait', { ...reusing, groupId: '' }));
	await items(node('workflow.executeAndWait', { ...reusing, groupId: '' }), two, {
		executionId: 'exec2',
	});
	expect(flowscale.runs).toHaveLength(4);
});

test.each([
	['that is empty', '', 1],
	['of this execution alone', '=n8n-{{ $execution.id }}', 1],
	['that stays the same', 'poster', 0],
])(
	'with a group %s, the hints say once whether nothing can be reused',
	async (_, groupId, hints) => {
		const { node, run } = await harness();
		const found = hintsOf(await run(node('workflow.execute', { ...reusing, groupId }), two));
		expect(found.filter((text) => text.startsWith('Reuse Run finds no run'))).toHaveLength(hints);
	},
);

test('without Reuse Run no hint is about it', async () => {
	const { node, run } = await harness();
	const start = node('workflow.execute', { ...reusing, groupId: '', options: quick });
	expect(hintsOf(await run(start, two)).join()).not.toContain('Reuse Run');
});
