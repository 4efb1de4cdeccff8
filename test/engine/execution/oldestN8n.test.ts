import { addTool } from '../../harness/addTool';
import { behaviourNames, loadBehaviour } from '../../harness/behaviour';
import { promptOf, useComflowy } from '../../harness/comflowyHarness';
import { onOldestN8n } from '../../harness/oldestN8n';
import { ownPrompt, startOf, useHarness } from '../../harness/useHarness';

/** Methods that n8n's public types call certain, and that its older versions do not have. */
const harness = useHarness();
const comflowy = useComflowy();
const TYPE = 'n8n-nodes-flowscale.flowscale';

describe('on n8n 1.100, with no method of a later one', () => {
	it.each(behaviourNames())('%s', async (name) => {
		const { operation, simulator, given, parameters, meanwhile, check } = await loadBehaviour(name);
		const { engine, node, items, flowscale, requests } = await harness(simulator);
		const restore = onOldestN8n(engine.nodeTypes.getByNameAndVersion(TYPE, 1));
		try {
			const execution = items(node(operation, parameters), given(flowscale));
			meanwhile?.(flowscale);
			await check({ items: await execution, flowscale, requests });
		} finally {
			restore();
		}
	});

	it('a tool, which has no hints there, hands out its result', async () => {
		const { engine, node, run, requests } = await harness();
		const type = engine.nodeTypes.getByNameAndVersion(TYPE, 1);
		const restore = onOldestN8n(type, ['addExecutionHints']);
		try {
			addTool(engine, TYPE);
			const options = { pollInterval: 0.1 };
			const plain = node('workflow.executeAndWait', startOf('image', ownPrompt, options));
			const { data } = await run({ ...plain, type: `${TYPE}Tool` });
			expect(data.resultData.error).toBeUndefined();
			expect(requests('startRun')).toBe(2);
		} finally {
			restore();
		}
	});

	it('Comflowy: Execute and Wait', async () => {
		const { engine, node, items, service } = await comflowy({ runMs: 20 });
		const type = engine.nodeTypes.getByNameAndVersion('n8n-nodes-comflowy.comflowy', 1);
		const restore = onOldestN8n(type, ['addExecutionHints']);
		try {
			const made = await items(node('workflow.executeAndWait', promptOf()));
			expect(made.map(({ json, binary }) => [json.state, Object.keys(binary ?? {})])).toEqual(
				service.runs.map(() => ['succeeded', ['data']]),
			);
		} finally {
			restore();
		}
	});
});
