import type { INodeExecutionData } from 'n8n-workflow';
import type { Fault, Flowscale } from '../../../simulator/flowscale/startFlowscale';
import { performance, sleep } from '../../../simulator/platform';
import { useFastTime } from '../../harness/fastTime';
import { type Activation, activated, triggerNode } from '../../harness/triggerHarness';
import { useHarness } from '../../harness/useHarness';

const open = useHarness();
/** Whole seconds would leave open which of two runs ended first. */
const harness = async (options: Parameters<typeof open>[0] = {}) =>
	await open({ dialect: { timestamps: 'millis' }, ...options });
const idsOf = (items: INodeExecutionData[] | null) => items?.map(({ json }) => json.run_id) ?? null;
/** Runs that ended one after the other since a minute ago. */
const addEnded = (flowscale: Flowscale, count: number, fromMs = Date.now() - 60_000, stepMs = 5) =>
	flowscale
		.addRuns(count, (index) => ({
			createdAt: fromMs + index * stepMs - 1_000,
			completedAt: fromMs + index * stepMs,
		}))
		.map(({ id }) => id);

const troubles: Array<[string, Omit<Fault, 'on'>]> = [
	['a refused key', { kind: 'status', status: 401 }],
	['a broken service', { kind: 'status', status: 500, times: 4 }],
	['half a body', { kind: 'truncatedJson', times: 4 }],
	['an empty answer', { kind: 'empty200', times: 4 }],
	['no content', { kind: 'noContent', times: 4 }],
	['a gateway’s page', { kind: 'html', times: 4 }],
];

test.each(troubles)(
	'%s loses nothing: the next good poll reports what was missed',
	async (_name, fault) => {
		const { engine, flowscale } = await harness();
		const { poll, stored } = activated(engine);
		await poll();
		const before = stored();
		const missed = addEnded(flowscale, 2);
		flowscale.fault({ on: 'listRuns', ...fault });
		await expect(poll()).rejects.toMatchObject({
			name: expect.stringMatching(/^Node(Api|Operation)Error$/),
		});
		expect(stored()).toEqual(before);
		flowscale.clearFaults();
		expect(idsOf(await poll())).toEqual(missed);
	},
);

/**
 * Polls until everything is there. The exact number of requests is counted without a network, in
 * test/services: a busy machine may need a second poll.
 */
async function drain(
	{ poll, requests }: { poll: Activation['poll']; requests(): number },
	count: number,
): Promise<{ ids: unknown[]; perPoll: number[] }> {
	const ids: unknown[] = [];
	const perPoll: number[] = [];
	while (ids.length < count && perPoll.length < 12) {
		const before = requests();
		ids.push(...(idsOf(await poll()) ?? []));
		perPoll.push(requests() - before);
	}
	return { ids, perPoll };
}

test('catches up on 10,000 runs, oldest first, and says so in the log', async () => {
	const { engine, flowscale, requests } = await harness();
	addEnded(flowscale, 250, 1_700_000_000_000, 10_000);
	const { poll, logged } = activated(engine);
	await poll();
	const missed = addEnded(flowscale, 10_000);
	const { ids, perPoll } = await drain({ poll, requests }, 10_000);
	expect(ids).toEqual(missed);
	expect(perPoll[0]).toBeLessThanOrEqual(102);
	expect(logged[0]).toMatch(
		perPoll.length === 1
			? /: catching up, 10000 ended runs reported after 10[12] requests, none are left$/
			: /more are left for the next poll$/,
	);
	expect(await poll()).toBeNull();
}, 180_000);

test('10,000 runs that end in one millisecond are reported once each, and a straggler as well', async () => {
	const { engine, flowscale, requests } = await harness();
	const { poll, stored } = activated(engine);
	await poll();
	const end = Date.now();
	const missed = addEnded(flowscale, 10_000, end, 0);
	const { ids } = await drain({ poll, requests }, 10_000);
	expect([...ids].sort()).toEqual([...missed].sort());
	const straggler = addEnded(flowscale, 1, end, 0);
	expect((await drain({ poll, requests }, 1)).ids).toEqual(straggler);
	expect(JSON.stringify(stored()).length).toBeLessThan(100_000);
}, 180_000);

test.each<[string, Omit<Fault, 'on'>]>([
	['no answer at all', { kind: 'hang' }],
	['a body that never ends', { kind: 'slowBody', ms: 60_000 }],
	[
		'a service that asks for patience',
		{ kind: 'status', status: 429, headers: { 'retry-after': '3600' } },
	],
])('ends in time with %s, and reports the runs later', async (_name, fault) => {
	const { engine, flowscale } = await harness();
	const { poll } = activated(engine, { budgetMs: 3_001 });
	await poll();
	const missed = addEnded(flowscale, 2);
	flowscale.fault({ on: 'listRuns', times: 9, ...fault });
	const startedAt = performance.now();
	await expect(poll()).rejects.toThrow('Flowscale did not answer in time');
	expect(performance.now() - startedAt).toBeLessThan(6_000);
	flowscale.clearFaults();
	expect(idsOf(await poll())).toEqual(missed);
});

describe('where n8n sets no limit of its own', () => {
	useFastTime(5);

	test('a poll ends within 30 seconds', async () => {
		const { engine, flowscale } = await harness();
		flowscale.fault({ on: 'listRuns', kind: 'hang', times: 9 });
		const startedAt = Date.now();
		await expect(activated(engine).poll()).rejects.toThrow('Flowscale did not answer in time');
		// What the machine itself takes counts five times here, so four seconds of it are allowed.
		expect(Date.now() - startedAt).toBeLessThan(30_000 + 5 * 4_000);
	}, 40_000);
});

test('of two overlapping polls one reports, and a hang in the middle of a catching up loses nothing', async () => {
	const { engine, flowscale } = await harness({ latencyMs: 50 });
	const { poll } = activated(engine, { budgetMs: 3_001 });
	await poll();
	const missed = addEnded(flowscale, 450);
	const [first, second] = await Promise.all([poll(), sleep(60).then(async () => await poll())]);
	expect([idsOf(first), second]).toEqual([missed, null]);
	const more = addEnded(flowscale, 450, Date.now());
	flowscale.fault({ on: 'listRuns', kind: 'hang', after: 2 });
	const reported: unknown[] = [];
	for (let polls = 0; polls < 6; polls++) reported.push(...(idsOf(await poll()) ?? []));
	expect(reported).toEqual(more);
});

test('two triggers of one workflow keep memories of their own', async () => {
	const { engine, flowscale } = await harness();
	const nodes = [
		triggerNode(),
		triggerNode({ events: ['failed'] }, { id: 'trigger-2', name: 'Failures' }),
	];
	const { poll } = activated(engine, { nodes });
	await Promise.all([poll(), poll('Failures')]);
	const [done] = addEnded(flowscale, 1);
	const [failed] = flowscale.addRuns(1, { state: 'failed' });
	expect(
		await Promise.all([poll(), poll('Failures')].map(async (items) => idsOf(await items))),
	).toEqual([[done], [failed.id]]);
	expect(await Promise.all([poll(), poll('Failures')])).toEqual([null, null]);
});

test.each([
	['catches up when it is switched off and on', 'catchUp', 'activate', true],
	['starts afresh when the user wishes so', 'startAfresh', 'activate', false],
	['always catches up after a restart', 'startAfresh', 'init', true],
	['always catches up after a change of leader', 'startAfresh', 'leadershipChange', true],
	['always catches up after a change of the workflow', 'startAfresh', 'update', true],
] as const)('%s', async (_name, onReactivation, activation, isReported) => {
	const { engine, flowscale } = await harness();
	const nodes = [triggerNode({ options: { onReactivation } })];
	const first = activated(engine, { nodes });
	await first.poll();
	const early = addEnded(flowscale, 1);
	expect(idsOf(await first.poll())).toEqual(early);
	const missed = addEnded(flowscale, 1, Date.now());
	const second = activated(engine, { nodes, activation, staticData: first.stored() });
	expect(idsOf(await second.poll())).toEqual(isReported ? missed : null);
	const next = addEnded(flowscale, 2, Date.now() + 5);
	expect(idsOf(await second.poll())).toEqual(next);
});

test('other filters, another credential or a damaged memory begin with a new baseline', async () => {
	const { engine, flowscale } = await harness();
	const first = activated(engine);
	await first.poll();
	addEnded(flowscale, 1);
	const memory = first.stored();
	const key = 'node:Flowscale Trigger';
	const changes = [
		{
			nodes: [triggerNode({ filters: { workflowId: flowscale.workflows[0].id } })],
			staticData: memory,
		},
		{
			nodes: [triggerNode({}, { credentials: { flowscaleApi: { id: '2', name: 'Other' } } })],
			staticData: memory,
		},
		...[
			null,
			7,
			[],
			{ version: 2 },
			{ ...(memory[key] as { memory: object }).memory, nextPage: -1 },
			{ ...(memory[key] as { memory: object }).memory, ended: { watermarkMs: 'x', seen: {} } },
		].map((damaged) => ({ staticData: { [key]: { memory: damaged } } })),
	];
	for (const change of changes) {
		const { poll } = activated(engine, change as Parameters<typeof activated>[1]);
		expect(await poll()).toBeNull();
		const next = addEnded(flowscale, 1, Date.now());
		expect(idsOf(await poll())).toEqual(next);
	}
});
