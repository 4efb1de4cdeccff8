import type { INodeExecutionData } from 'n8n-workflow';
import { promptOf, useComflowy } from '../../harness/comflowyHarness';
import { asking, useFlowAi } from '../../harness/flowAiHarness';
import { ownPrompt, quick, startOf, until, useHarness } from '../../harness/useHarness';

const flowscale = useHarness();
const comflowy = useComflowy();
const flowAi = useFlowAi();

const items = (count: number): INodeExecutionData[] =>
	Array.from({ length: count }, (_, n) => ({ json: { prompt: `picture ${n}` } }));
const payment = {
	kind: 'status' as const,
	status: 402,
	body: '{"detail":"Payment required"}',
	after: 2,
};
const linksOnly = { ...quick, download: false };

describe('five items, one start refused with 402: the error says how to collect the other runs', () => {
	test.each(['workflow.execute', 'workflow.executeAndWait'] as const)(
		'of Flowscale’s %s by their group',
		async (operation) => {
			const { node, error, flowscale: service } = await flowscale({ runMs: 60_000 });
			service.fault({ on: 'startRun', ...payment });
			const failure = await error(
				node(operation, {
					...startOf('image', ownPrompt, operation === 'workflow.execute' ? {} : linksOnly),
					groupId: 'batch 7',
				}),
				items(5),
			);
			expect(failure.message).toContain('HTTP 402: Payment required');
			expect(failure.description).toContain(
				'The other runs of this node continue at Flowscale, or have ended there. Collect them with Group > Wait, group "batch 7".',
			);
			expect(service.runs.map(({ state }) => state).sort()).toEqual(
				Array.from({ length: 4 }, () => 'running'),
			);
		},
	);

	test('of Flowscale by their IDs, where they have no group', async () => {
		const { node, error, flowscale: service } = await flowscale({ runMs: 60_000 });
		service.fault({ on: 'startRun', ...payment });
		const parameters = { ...startOf('image', ownPrompt, linksOnly), groupId: '' };
		const { description } = await error(node('workflow.executeAndWait', parameters), items(5));
		expect(description).toContain('Collect them with Run > Wait, run IDs ');
		for (const { id } of service.runs) expect(description).toContain(id);
	});

	test('of Comflowy by their IDs', async () => {
		const { node, error, service } = await comflowy({ runMs: 60_000 });
		service.fault({ on: 'run', ...payment });
		const { description } = await error(
			node('workflow.executeAndWait', promptOf('image', linksOnly)),
			items(5),
		);
		expect(description).toContain(
			'The other runs of this node continue at Comflowy, or have ended there. Collect them with Run > Get, run IDs ',
		);
		for (const { id } of service.runs) expect(description).toContain(id);
	});

	test('of FlowAI not at all, so it says how to keep the answers', async () => {
		const { node, error, service } = await flowAi();
		service.fault({ on: 'run', ...payment });
		const { description } = await error(node('workflow.execute', asking()), items(5));
		expect(description).toContain('To keep the answers of the other items, set On Error');
	});
});

describe('nothing is said of other runs', () => {
	test('where there is none', async () => {
		const { node, error, flowscale: service } = await flowscale();
		service.fault({ on: 'startRun', ...payment, after: 0 });
		const { description } = await error(
			node('workflow.executeAndWait', startOf('image', ownPrompt, linksOnly)),
			items(1),
		);
		expect(description ?? '').not.toContain('other runs');
	});

	test('after Stop, which cancels them', async () => {
		const { node, run, flowscale: service } = await flowscale({ runMs: 60_000 });
		let stop = () => undefined as void;
		const running = run(
			node('workflow.executeAndWait', startOf('image', ownPrompt, linksOnly)),
			items(2),
			{ onStart: (execution) => (stop = () => execution.cancel()) },
		);
		await until(() => service.runs.length === 2);
		stop();
		expect(JSON.stringify((await running).data)).not.toContain('other runs of this node');
	});
});

test('an item that fails in Run > Wait names the runs that the others wait for', async () => {
	const { node, error, flowscale: service } = await flowscale({ runMs: 60_000 });
	await error(
		node('workflow.execute', { ...startOf('image', ownPrompt, {}), groupId: 'x' }),
		items(2),
	).catch(() => undefined);
	const [first, second] = service.runs;
	const failing = error(
		node('run.wait', { runId: '={{ $json.id }}', options: linksOnly }),
		[first, second].map(({ id }) => ({ json: { id } })),
	);
	service.finish(first.id, 'failed', { errorText: 'CUDA out of memory' });
	expect((await failing).description).toContain(
		`Collect them with Run > Wait, run ID ${second.id}.`,
	);
});
