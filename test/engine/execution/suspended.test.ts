import { projectDir } from '../../../simulator/platform';
import { type Flowscale, startFlowscale } from '../../../simulator/flowscale/startFlowscale';
import {
	connect,
	nodeOf,
	outputOf,
	resumeWorkflow,
	runWorkflow,
	type WorkflowFile,
} from '../../harness/runWorkflow';
import { type Engine, START, startEngine } from '../../harness/startEngine';

const credentials = { flowscaleApi: { id: '1', name: 'Flowscale account' } };
const SLOW = 'ee871c99-7b84-4a0d-90af-ddff11dd9999';

let simulator: Flowscale;
let engine: Engine;

beforeAll(async () => {
	simulator = await startFlowscale({ containers: 4 });
	const { baseUrl, apiKey } = simulator;
	engine = await startEngine(projectDir, {
		flowscaleApi: { baseUrl, authentication: 'apiKey', apiKey: apiKey ?? '' },
	});
});

afterAll(async () => await simulator.close());

/** The loop as a user draws it; `wiredOutput` is where the wire back begins. */
function loop(
	wiredOutput: number | undefined,
	parameters: object = {},
	extra: object = {},
): WorkflowFile {
	const runs = nodeOf(
		'Runs',
		'n8n-nodes-flowscale.flowscale',
		{
			resource: 'workflow',
			operation: 'executeAndWait',
			waitMode: 'suspended',
			inputMode: 'json',
			workflowId: { __rl: true, mode: 'id', value: SLOW },
			inputsJson: '={{ { text_51536: $json.prompt, duration_10002: $json.ms } }}',
			...parameters,
		},
		{ credentials, ...extra },
	);
	const file: WorkflowFile = {
		nodes: [nodeOf('Start', START), runs, nodeOf('After', 'passThrough')],
		connections: {},
	};
	connect(file.connections, 'Start', 0, 'Runs');
	connect(file.connections, 'Runs', 1, 'After');
	if (wiredOutput !== undefined) connect(file.connections, 'Runs', wiredOutput, 'Runs');
	return file;
}

const item = (prompt: string, ms: number) => ({ json: { prompt, ms } });

test.each([
	['missing', undefined, 'Suspended waiting needs a wire that is missing'],
	['drawn from Done', 1, 'Suspended waiting needs its wire drawn from the output "Still Running"'],
])('refuses to start anything when the wire is %s', async (_, output, message) => {
	const before = simulator.runs.length;
	const run = await runWorkflow(engine, loop(output), [item('a', 10), item('b', 10)]);
	expect({
		status: run.status,
		message: run.data.resultData.error?.message,
		started: simulator.runs.length - before,
	}).toEqual({ status: 'error', message, started: 0 });
	expect(run.data.resultData.error).toMatchObject({
		description: expect.stringContaining('Still Running') as string,
	});
});

test('short runs end in place, on Done', async () => {
	const run = await runWorkflow(engine, loop(0), [item('a', 30), item('b', 60)]);
	expect(run.status).toBe('success');
	expect(outputOf(run, 'Runs', 0)).toEqual([]);
	expect(
		outputOf(run, 'After').map(({ json, binary, pairedItem }) => [
			json.state,
			Object.keys(binary ?? {}),
			pairedItem,
		]),
	).toEqual([
		['succeeded', ['data'], { item: 0 }],
		['succeeded', ['data'], { item: 1 }],
	]);
});

test('suspends after a minute, comes back through the wire, and ends with one start per item', async () => {
	const before = simulator.runs.length;
	const file = loop(0);
	const first = await runWorkflow(engine, file, [
		item('quick', 30),
		item('long', 600_000),
		item('longer', 600_000),
	]);
	expect(first.status).toBe('waiting');
	const [quick, long, longer] = simulator.runs.slice(before);
	expect(simulator.runs.length - before).toBe(3);
	simulator.finish(long.id);
	const second = await resumeWorkflow(engine, file, first.data);
	expect(second.status).toBe('waiting');
	simulator.finish(longer.id);
	const third = await resumeWorkflow(engine, file, second.data);
	expect(third.status).toBe('success');
	expect(simulator.runs.length - before).toBe(3);
	expect(
		outputOf(third, 'After').map(({ json, binary, pairedItem }) => [
			json.run_id,
			json.state,
			Object.keys(binary ?? {}),
			pairedItem,
		]),
	).toEqual([
		[quick.id, 'succeeded', ['data'], { item: 0 }],
		[long.id, 'succeeded', ['data'], { item: 1 }],
		[longer.id, 'succeeded', ['data'], { item: 2 }],
	]);
}, 120_000);
