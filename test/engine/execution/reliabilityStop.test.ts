import type { IDataObject } from 'n8n-workflow';
import { activeResources, startTimer } from '../../../simulator/platform';
import type { Fault, Flowscale } from '../../../simulator/flowscale/startFlowscale';
import {
	linksOf,
	ownPrompt,
	startOf,
	two,
	until,
	useHarness,
	type Harness,
} from '../../harness/useHarness';

const harness = useHarness();

const endless = { duration_10002: 600_000 };
const sockets = () => activeResources().filter((kind) => kind === 'TCPSocketWrap').length;
const timers = () => activeResources().filter((kind) => kind === 'Timeout').length;
const cancelled = ({ runs }: Flowscale) =>
	runs.filter(({ cancelRequestedAt }) => cancelRequestedAt !== null).length;

interface Stopping extends Harness {
	/** Epoch ms at which the execution was stopped. */
	stoppedAt(): number;
	execution: Promise<unknown>;
}

/** An execution that is stopped as soon as `isTime` holds. */
async function stopped(
	operation: `${string}.${string}`,
	parameters: IDataObject,
	isTime: (flowscale: Flowscale) => boolean,
	faults: Fault[] = [],
): Promise<Stopping> {
	const made = await harness({ runMs: 600_000 });
	faults.forEach(made.flowscale.fault);
	let cancel = () => {};
	let at = 0;
	const execution = made.run(made.node(operation, parameters as never), two, {
		onStart: (running) => (cancel = () => running.cancel()),
	});
	await until(() => isTime(made.flowscale));
	at = Date.now();
	cancel();
	return { ...made, execution, stoppedAt: () => at };
}

const bothGo = ({ runs }: Flowscale) =>
	runs.length === 2 && runs.every(({ state }) => state === 'running');

describe('Stop', () => {
	it.each([
		['onStop', true, 2],
		['onStop', false, 2],
		['onStopOrTimeout', true, 2],
		['never', true, 0],
	] as const)(
		'with Cancel Remote Run %s and live events %s cancels %i of two runs, within a second',
		async (cancelRemote, liveEvents, count) => {
			const before = { sockets: sockets(), timers: timers() };
			const { flowscale, execution, stoppedAt } = await stopped(
				'workflow.executeAndWait',
				startOf('slow', endless, { pollInterval: 5, cancelRemote, liveEvents }),
				(service) =>
					bothGo(service) &&
					(!liveEvents || service.journal.filter(({ route }) => route === 'events').length === 2),
			);
			await execution;
			expect(Date.now() - stoppedAt()).toBeLessThan(1_000);
			await until(() => cancelled(flowscale) === count);
			expect(Date.now() - stoppedAt()).toBeLessThan(1_000);
			// Two ends of a socket live in this process: neither the node's nor the service's may be
			// left, streams included.
			await until(() => sockets() <= before.sockets + 2);
			const { length } = flowscale.journal;
			await until(() => Date.now() - stoppedAt() > 1_500);
			expect(flowscale.journal).toHaveLength(length);
			expect(cancelled(flowscale)).toBe(count);
			expect(timers() - before.timers).toBeLessThanOrEqual(flowscale.runs.length * 2 + 1);
		},
	);

	it('of a wait for runs that were started elsewhere cancels them too', async () => {
		const made = await harness({ runMs: 600_000 });
		const items = made.flowscale
			.addRuns(2, { state: 'running' })
			.map(({ id }) => ({ json: { id } }));
		let cancel = () => {};
		const execution = made.run(
			made.node('run.wait', { runId: '={{ $json.id }}', options: { pollInterval: 0.1 } }),
			items,
			{ onStart: (running) => (cancel = () => running.cancel()) },
		);
		await until(() => made.requests('getRun') > 1);
		cancel();
		await execution;
		await until(() => cancelled(made.flowscale) === 2);
	});

	const late = 1_200;
	// What the service was asked to start stays on its way long enough for the stop to come
	// meanwhile, however busy the machine: after a reset the node looks for the run in the list.
	it.each([
		['workflow.executeAndWait', [{ on: 'startRun', kind: 'slowFirstByte', ms: late }]],
		['workflow.executeAndWait', [{ on: 'startRun', kind: 'hang', ms: late }]],
		['workflow.execute', [{ on: 'startRun', kind: 'slowFirstByte', ms: late }]],
		[
			'workflow.execute',
			[
				{ on: 'startRun', kind: 'resetAfter' },
				{ on: 'listRuns', kind: 'slowFirstByte', ms: late },
			],
		],
	] as Array<[`${string}.${string}`, Fault[]]>)(
		'of %s cancels the runs whose starts are on their way (%j)',
		async (operation, faults) => {
			const forBoth = faults.map((fault) => ({ ...fault, times: 2 }));
			const { flowscale, execution, stoppedAt } = await stopped(
				operation,
				startOf('slow', endless, { pollInterval: 1 }),
				({ runs }) => runs.length === 2,
				forBoth,
			);
			await execution;
			await until(() => cancelled(flowscale) === 2);
			expect(Date.now() - stoppedAt()).toBeLessThan(5_000);
			expect(flowscale.runs).toHaveLength(2);
		},
	);

	it('starts nothing more for the items that wait for a place', async () => {
		const { flowscale, execution, stoppedAt } = await stopped(
			'workflow.executeAndWait',
			startOf('slow', endless, { pollInterval: 1, maxConcurrent: 1 }),
			({ runs }) => runs.length === 1,
		);
		await execution;
		await until(() => cancelled(flowscale) === 1 && Date.now() - stoppedAt() > 800);
		expect(flowscale.runs).toHaveLength(1);
	});

	it('ends a download at once', async () => {
		const before = sockets();
		const made = await harness({ runMs: 10 });
		made.flowscale.fault({ on: 'download', kind: 'slowBody', ms: 600_000, times: 2 });
		let cancel = () => {};
		const execution = made.run(
			made.node('workflow.executeAndWait', startOf('image', ownPrompt, { pollInterval: 0.1 })),
			two,
			{ onStart: (running) => (cancel = () => running.cancel()) },
		);
		await until(() => made.requests('download') === 2);
		const at = Date.now();
		cancel();
		await execution;
		await until(() => sockets() <= before + 2);
		expect(Date.now() - at).toBeLessThan(1_000);
		expect(cancelled(made.flowscale)).toBe(0);
	});

	it.each([1_000, 2_000])('by n8n’s execution timeout of %i ms is the same stop', async (ms) => {
		const made = await harness({ runMs: 600_000 });
		// n8n's own timer does just this (workflow-runner: a timer that cancels the execution).
		await made.run(
			made.node('workflow.executeAndWait', startOf('slow', endless, { pollInterval: 0.5 })),
			two,
			{ onStart: (running) => void startTimer(ms, () => running.cancel()) },
		);
		await until(() => cancelled(made.flowscale) === 2);
	});

	it('without a service to hear the cancel ends all the same, and says so in the log only', async () => {
		const { execution, stoppedAt, flowscale } = await stopped(
			'workflow.executeAndWait',
			startOf('slow', endless, { pollInterval: 1, liveEvents: false }),
			bothGo,
			[{ on: 'cancelRun', kind: 'status', status: 500, times: 100 }],
		);
		await execution;
		expect(Date.now() - stoppedAt()).toBeLessThan(2_000);
		await until(() => flowscale.journal.filter(({ route }) => route === 'cancelRun').length === 4);
	});
});

describe('Timeout', () => {
	it.each([
		['never', 0],
		['onStop', 0],
		['onStopOrTimeout', 2],
	] as const)(
		'with Cancel Remote Run %s cancels %i of two runs within a second, and names each run',
		async (cancelRemote, count) => {
			const { node, items, flowscale } = await harness({ runMs: 600_000 });
			const begun = Date.now();
			const out = await items(
				node(
					'workflow.executeAndWait',
					startOf('slow', endless, {
						timeout: 1,
						pollInterval: 5,
						cancelRemote,
						liveEvents: false,
					}),
					{ onError: 'continueRegularOutput' },
				),
			);
			expect(Date.now() - begun).toBeLessThan(2_000);
			expect(cancelled(flowscale)).toBe(count);
			expect(linksOf(out)).toEqual([{ item: 0 }, { item: 1 }]);
			for (const [i, { json }] of out.entries())
				expect(json.error).toMatch(
					new RegExp(
						`^The run did not end within 1(\\.\\d)? s.*\\(run (${flowscale.runs.map(({ id }) => id).join('|')}), state (queued|running|cancelled)\\)$`,
						i === 0 ? '' : 'u',
					),
				);
		},
	);
});
