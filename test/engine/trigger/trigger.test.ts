import type { IDataObject, INodeExecutionData } from 'n8n-workflow';
import type { SimulatedRun } from '../../../simulator/flowscale/startFlowscale';
import { linkedOutput, runItem } from '../../harness/expectedItems';
import { activated, switchOn, triggerNode } from '../../harness/triggerHarness';
import { useHarness } from '../../harness/useHarness';

const harness = useHarness();
const idsOf = (items: INodeExecutionData[] | null) => items?.map(({ json }) => json.run_id) ?? null;
const namesOf = (runs: SimulatedRun[]) => runs.map(({ id }) => id);

test('switching on reports nothing that ended before, and then each run once, oldest end first', async () => {
	const { engine, flowscale } = await harness();
	flowscale.addRuns(3);
	const { poll } = activated(engine);
	expect(await poll()).toBeNull();
	const now = Date.now();
	const [late, early] = flowscale.addRuns(2, (index) => ({
		completedAt: now - 1_000 - index * 3_000,
	}));
	const items = await poll();
	expect(items).toEqual(
		[early, late].map((run) => ({
			json: { ...runItem(run, { outputs: [linkedOutput(run)] }), event: 'completed' },
		})),
	);
	expect(await poll()).toBeNull();
});

test('n8n’s manager of active workflows polls once at activation, emits nothing and keeps the baseline', async () => {
	const { engine, flowscale } = await harness();
	flowscale.addRuns(2);
	const { workflow, emitted, off } = await switchOn(engine, triggerNode());
	await off();
	expect(emitted).toEqual([]);
	expect(workflow.staticData['node:Flowscale Trigger']).toMatchObject({
		memory: { version: 1, nextPage: 1 },
	});
	expect(workflow.staticData.__dataChanged).toBe(true);
});

test('runs that were going at activation and end later are reported, also out of order and in the same millisecond', async () => {
	const { engine, flowscale } = await harness();
	const running = flowscale.addRuns(4, {
		state: 'running',
		completedAt: null,
		createdAt: Date.now() - 86_400_000,
	});
	const { poll } = activated(engine);
	await poll();
	const end = Date.now();
	for (const run of [running[2], running[0]])
		Object.assign(run, { state: 'completed', completedAt: end });
	expect(idsOf(await poll())?.sort()).toEqual([running[0].id, running[2].id].sort());
	Object.assign(running[1], { state: 'completed', completedAt: end });
	expect(idsOf(await poll())).toEqual([running[1].id]);
	expect(await poll()).toBeNull();
});

test('events choose which ends are reported, and say which it was', async () => {
	const { engine, flowscale } = await harness({ dialect: { runTimeout: 'status' } });
	const { poll } = activated(engine, { nodes: [triggerNode({ events: ['failed', 'cancelled'] })] });
	await poll();
	const states = ['completed', 'failed', 'cancelled', 'timeout'] as const;
	flowscale.addRuns(4, (index) => ({
		state: states[index],
		completedAt: Date.now() + index * 1_000,
	}));
	expect((await poll())?.map(({ json }) => json.event)).toEqual(['failed', 'cancelled', 'failed']);
});

test('a run that ends without an end time is reported once as well', async () => {
	const { engine, flowscale } = await harness();
	flowscale.addRuns(150, (index) => ({ completedAt: 1_700_000_000_000 + index * 1_000 }));
	const { poll } = activated(engine, { nodes: [triggerNode({ events: ['cancelled'] })] });
	await poll();
	const [run] = flowscale.addRuns(1, { state: 'cancelled', completedAt: null, startedAt: null });
	expect(idsOf(await poll())).toEqual([run.id]);
	run.completedAt = Date.now();
	expect(await poll()).toBeNull();
});

test('filters ask for a group and look at the workflow', async () => {
	const { engine, flowscale } = await harness();
	const [first, second] = flowscale.workflows;
	const { poll } = activated(engine, {
		nodes: [triggerNode({ filters: { groupId: 'poster', workflowId: second.id } })],
	});
	await poll();
	const mine = flowscale.addRuns(1, { groupId: 'poster', workflow: second, workflowId: second.id });
	flowscale.addRuns(1, { groupId: 'poster', workflow: first });
	flowscale.addRuns(1, { groupId: 'other', workflow: second, workflowId: second.id });
	expect(idsOf(await poll())).toEqual(namesOf(mine));
	expect(flowscale.journal.every(({ query }) => query.group_id === 'poster')).toBe(true);
});

test('options give one item per output, or the service’s own object', async () => {
	const { engine, flowscale } = await harness();
	const nodes = [
		triggerNode({ options: { outputItems: 'perOutput' } }),
		triggerNode({ options: { simplify: false } }, { id: 'trigger-2', name: 'Own' }),
	];
	const { poll } = activated(engine, { nodes });
	await Promise.all([poll(), poll('Own')]);
	const everything = flowscale.workflows.find(({ outputs }) => outputs.length > 2);
	const [run] = flowscale.addRuns(1, { workflow: everything, workflowId: everything?.id });
	const parts = await poll();
	expect(parts?.length).toBeGreaterThan(2);
	expect(
		parts?.map(({ json }) => [json.run_id, (json.outputs as unknown[]).length, json.event]),
	).toEqual(parts?.map(() => [run.id, 1, 'completed']));
	expect(parts?.every(({ binary }) => binary === undefined)).toBe(true);
	expect((await poll('Own'))?.map(({ json }) => [json._id, json.team_id, json.event])).toEqual([
		[run.id, 'team_123', 'completed'],
	]);
});

test.each([
	['grouped', { list: 'grouped' }],
	[
		'OpenAPI, without run ids',
		{ list: 'openapi', groupRequired: true, runIds: 'absent', outputNames: 'missing' },
	],
	['sparse', { list: 'grouped', listEntries: 'sparse' }],
] as const)('works on a list without paging (%s)', async (_name, dialect) => {
	const { engine, flowscale, requests } = await harness({ dialect });
	flowscale.addRuns(250, { groupId: 'poster' });
	const { poll } = activated(engine, { nodes: [triggerNode({ filters: { groupId: 'poster' } })] });
	expect(await poll()).toBeNull();
	flowscale.addRuns(2, (index) => ({ groupId: 'poster', completedAt: Date.now() + index }));
	expect(await poll()).toHaveLength(2);
	flowscale.addRuns(1, { groupId: 'poster' });
	expect(await poll()).toHaveLength(1);
	expect(await poll()).toBeNull();
	expect(requests()).toBe(4);
});

test.each([{ groupRequired: true }, { list: 'openapi' }] as const)(
	'a deployment that lists groups only says so at activation (%j)',
	async (dialect) => {
		const { engine } = await harness({ dialect });
		await expect(switchOn(engine, triggerNode())).rejects.toThrow(
			'There was a problem activating the workflow: "This deployment lists the runs of one group only. Enter a Group ID under Filters"',
		);
		const { off } = await switchOn(engine, triggerNode({ filters: { groupId: 'poster' } }));
		await off();
	},
);

test('a test run shows the newest run that fits and leaves the memory alone', async () => {
	const { engine, flowscale } = await harness();
	const runs = flowscale.addRuns(3, (index) => ({
		state: index === 2 ? 'failed' : 'completed',
		completedAt: 1_700_000_000_000 + index,
	}));
	const staticData = { 'node:Flowscale Trigger': { memory: { mine: true } } };
	const { poll, stored } = activated(engine, { mode: 'manual', staticData });
	expect(idsOf(await poll())).toEqual([runs[1].id]);
	expect(stored()).toEqual(staticData);
});

test('a test run without any fitting run says what to do', async () => {
	const { engine, flowscale } = await harness();
	flowscale.addRuns(3, { state: 'failed' });
	const { poll, stored } = activated(engine, { mode: 'manual' });
	const error = (await poll().catch((thrown: unknown) => thrown)) as {
		message: string;
		description: string;
		name: string;
	};
	expect(error).toMatchObject({
		name: 'NodeOperationError',
		message: expect.stringMatching(/no run to show yet/),
		description: expect.stringMatching(/Start a run/),
	});
	expect(stored()).toEqual({});
});

test('the node is a polling trigger as n8n wants it', async () => {
	const { engine } = await harness();
	const { description } = engine.nodeTypes.getByNameAndVersion(
		'n8n-nodes-flowscale.flowscaleTrigger',
		1,
	);
	expect(description).toMatchObject({
		displayName: 'Flowscale Trigger',
		polling: true,
		inputs: [],
		group: ['trigger'],
	});
	expect(description.properties.map(({ name }) => name)).toEqual(
		expect.arrayContaining(['pollTimes', 'events', 'filters', 'options']) as IDataObject,
	);
});

test.each([
	['the names on screen', '={{ ["Run Completed", "Run Failed"] }}', ['completed', 'failed']],
	['capital letters', '={{ ["Completed"] }}', ['completed']],
	['one word', '={{ "completed" }}', ['completed']],
	['words with commas', '={{ "failed, Cancelled" }}', ['failed', 'cancelled']],
	['a JSON text', '={{ JSON.stringify(["canceled"]) }}', ['cancelled']],
])('events from an expression may be %s', async (_, events, expected) => {
	const { engine, flowscale } = await harness();
	const { poll } = activated(engine, { nodes: [triggerNode({ events })] });
	await poll();
	const states = ['completed', 'failed', 'cancelled'] as const;
	flowscale.addRuns(3, (index) => ({
		state: states[index],
		completedAt: Date.now() + index * 1_000,
	}));
	expect((await poll())?.map(({ json }) => json.event)).toEqual(expected);
});

test('an event that does not exist is refused by its name', async () => {
	const { engine } = await harness();
	const { poll } = activated(engine, { nodes: [triggerNode({ events: '={{ ["ended"] }}' })] });
	await expect(poll()).rejects.toMatchObject({
		message: 'Events cannot be "ended"',
		description: 'Use one or more of these: completed, failed, cancelled.',
	});
});

test.each(['{"status":"success","data":null}', '{"status":"success","data":{"count":0}}'])(
	'the trigger can be switched on where an empty list is %s',
	async (body) => {
		const { engine, flowscale } = await harness();
		flowscale.fault({ on: 'listRuns', kind: 'status', status: 200, body });
		const { poll } = activated(engine);
		expect(await poll()).toBeNull();
		const [run] = flowscale.addRuns(1);
		expect(idsOf(await poll())).toEqual([run.id]);
	},
);

test('runs with large inputs are reported from smaller pages', async () => {
	const { engine, flowscale } = await harness();
	const { poll } = activated(engine);
	await poll();
	const now = Date.now();
	const value = `data:image/png;base64,${'A'.repeat(3_000_000)}`;
	const runs = flowscale.addRuns(14, (index) => ({
		completedAt: now + index * 1_000,
		parts: [{ name: 'image_22068', value }],
	}));
	expect(idsOf(await poll())).toEqual(namesOf(runs));
	expect(await poll()).toBeNull();
});

test('the workflow filter takes a workflow that was picked from the list', async () => {
	const { engine, flowscale } = await harness();
	const [image, speech] = [flowscale.workflows[0], flowscale.workflows[3]];
	const workflowId = { __rl: true, mode: 'list', value: speech.id, cachedResultName: speech.name };
	const { poll } = activated(engine, { nodes: [triggerNode({ filters: { workflowId } })] });
	await poll();
	const runs = flowscale.addRuns(2, (index) => ({
		workflow: index === 0 ? image : speech,
		workflowId: index === 0 ? image.id : speech.id,
	}));
	expect(idsOf(await poll())).toEqual([runs[1].id]);
});

test('a run that ended with a word of the service’s own has completed with outputs, and failed without', async () => {
	const words = { completed: 'partially_completed', failed: 'moderated' };
	const { engine, flowscale } = await harness({ dialect: { words } });
	const events = ['completed', 'failed', 'cancelled'];
	const { poll } = activated(engine, { nodes: [triggerNode({ events })] });
	await poll();
	flowscale.addRuns(1);
	flowscale.addRuns(1, { state: 'failed', outputs: [] });
	const got = (await poll())?.map(({ json }) => [json.event, json.status, json.state]);
	expect(got?.sort()).toEqual([
		['completed', 'partially_completed', 'unknown'],
		['failed', 'moderated', 'unknown'],
	]);
});
