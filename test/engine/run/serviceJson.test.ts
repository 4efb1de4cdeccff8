import { DEEPEST_JSON } from '../../../nodes/core/jsonText';
import { ownPrompt, quick, startOf, useHarness } from '../../harness/useHarness';

const harness = useHarness();
const SEED = '18446744073709551615';
/**
 * A run as Python's json writes one: NaN is no JSON, and the seed has more digits than JavaScript's
 * numbers.
 */
const run = `{"status": "success", "data": {"run_id": "r1", "workflow_id": "w1", "status": "completed",
	"inputs": [{"path": "seed", "value": ${SEED}}, {"path": "cfg", "value": NaN}, {"path": "low", "value": -Infinity},
		{"path": "ratio", "value": 0.1}, {"path": "small", "value": 7}], "outputs": []}}`;
const deep = (levels: number) =>
	`{"status": "success", "data": {"run_id": "r1", "status": "completed", "inputs": ${'['.repeat(levels)}${']'.repeat(levels)}}}`;
const one = [{ json: { prompt: 'red fox' } }];

test('long digits come back as written, and Python’s NaN as null', async () => {
	const { node, items, flowscale } = await harness();
	flowscale.fault({ on: 'getRun', kind: 'status', status: 200, body: run, times: 2 });
	const [{ json }] = await items(node('run.get', { runId: 'r1' }), one);
	expect(json.inputs).toEqual({ seed: SEED, cfg: null, low: null, ratio: 0.1, small: 7 });
	const [raw] = await items(node('run.get', { runId: 'r1', simplify: false }), one);
	expect(JSON.parse(JSON.stringify(raw.json))).toMatchObject({
		inputs: [{ value: SEED }, { value: null }, { value: null }, { value: 0.1 }, { value: 7 }],
	});
	expect(flowscale.journal).toHaveLength(2);
});

test('a seed of 64 bits goes out with its digits, and comes back with them', async () => {
	const { node, items, flowscale } = await harness();
	const inputs = `{ "text_51536": "a fox", "seed_51537": ${SEED} }`;
	const [{ json }] = await items(node('workflow.executeAndWait', startOf('image', inputs)), one);
	expect([flowscale.runs[0].inputs.seed_51537, json.inputs]).toEqual([
		SEED,
		{ text_51536: 'a fox', seed_51537: SEED },
	]);
});

test('a start whose answer is nested 10,000 deep may have started', async () => {
	const { node, error, flowscale } = await harness();
	flowscale.fault({
		on: 'startRun',
		kind: 'status',
		status: 200,
		body: deep(10_000),
		processed: true,
	});
	const parameters = { ...startOf('image', ownPrompt, quick), groupId: '' };
	const { message } = await error(node('workflow.execute', parameters), one);
	expect(message).toMatch(/^The run may have started, and was not started again\./);
	expect(message).toContain(`nested more than ${DEEPEST_JSON} levels deep`);
	expect(flowscale.runs).toHaveLength(1);
});

test('a run nested 10,000 deep is an error that says so, a run nested 150 deep an item', async () => {
	const { node, error, items, flowscale } = await harness();
	flowscale.fault({ on: 'getRun', kind: 'status', status: 200, body: deep(10_000) });
	expect((await error(node('run.get', { runId: 'r1' }), one)).message).toContain(
		`Flowscale answered with JSON that is nested more than ${DEEPEST_JSON} levels deep`,
	);
	flowscale.fault({ on: 'getRun', kind: 'status', status: 200, body: deep(150) });
	expect(JSON.stringify(await items(node('run.get', { runId: 'r1' }), one))).toContain('r1');
});
