import type { IRun } from 'n8n-workflow';
import {
	ownPrompt,
	quick,
	startOf,
	until,
	useHarness,
	type HarnessOptions,
} from '../../harness/useHarness';

const harness = useHarness();
/**
 * What is stopped would take a minute or more. How many milliseconds the stop itself takes is counted
 * on a simulated clock, in test/core/waiting; here a busy machine may take its time.
 */
const SOON_MS = 15_000;
const linksOnly = { ...quick, download: false };

/**
 * Starts the node for two items, and stops the execution as soon as `when` holds; tells how long
 * the stop took.
 */
async function stopped(
	when: (made: Awaited<ReturnType<typeof harness>>) => boolean,
	options: object,
	{
		prepare,
		...harnessOptions
	}: HarnessOptions & { prepare?: (made: Awaited<ReturnType<typeof harness>>) => void } = {},
) {
	const made = await harness({ runMs: 60_000, ...harnessOptions });
	prepare?.(made);
	let stop = () => {};
	const ended: Promise<IRun> = made.run(
		made.node('workflow.executeAndWait', startOf('image', ownPrompt, { ...linksOnly, ...options })),
		undefined,
		{ onStart: (execution) => (stop = () => execution.cancel()) },
	);
	await until(() => when(made));
	const stoppedAt = Date.now();
	stop();
	const run = await ended;
	return {
		...made,
		run,
		tookMs: Date.now() - stoppedAt,
		states: () => made.flowscale.runs.map(({ state }) => state),
	};
}

test.each([
	['cancels the runs at the service by default', {}, ['cancelled', 'cancelled']],
	[
		'cancels the runs where that is wished on stop',
		{ cancelRemote: 'onStop' },
		['cancelled', 'cancelled'],
	],
	[
		'cancels the runs where that is wished on stop or timeout',
		{ cancelRemote: 'onStopOrTimeout' },
		['cancelled', 'cancelled'],
	],
	['leaves the runs alone where that is wished', { cancelRemote: 'never' }, ['running', 'running']],
])('Stop ends the execution soon and %s', async (_, options, expected) => {
	const { run, tookMs, states, requests } = await stopped(
		({ flowscale }) =>
			flowscale.runs.length === 2 && flowscale.journal.some(({ route }) => route === 'listRuns'),
		options,
	);
	expect(tookMs).toBeLessThan(SOON_MS);
	expect(run.status).toBe('canceled');
	await until(() => states().join() === expected.join());
	expect(requests('cancelRun')).toBe(expected.filter((state) => state === 'cancelled').length);
});

test('Stop cancels a run whose start was on its way', async () => {
	const { tookMs, states, flowscale, requests } = await stopped(
		({ flowscale: { runs } }) => runs.length === 2,
		{},
		{
			prepare: ({ flowscale: simulator }) =>
				simulator.fault({ on: 'startRun', kind: 'slowFirstByte', ms: 600, times: 2 }),
		},
	);
	expect(tookMs).toBeLessThan(SOON_MS);
	await until(() => states().join() === 'cancelled,cancelled');
	expect(
		flowscale.journal.filter(({ route }) => route === 'startRun').map(({ status }) => status),
	).toEqual([200, 200]);
	expect(requests('cancelRun')).toBe(2);
});

test('Stop starts nothing that was waiting for a place', async () => {
	const { states, requests } = await stopped(({ flowscale }) => flowscale.runs.length === 1, {
		maxConcurrent: 1,
	});
	await until(() => states().join() === 'cancelled');
	expect(requests('startRun')).toBe(1);
});

test('Stop ends a download soon and cancels nothing', async () => {
	const { run, tookMs, states, requests } = await stopped(
		({ flowscale }) => flowscale.journal.filter(({ route }) => route === 'download').length === 2,
		{ download: true },
		{
			runMs: 20,
			prepare: ({ flowscale }) => flowscale.fault({ on: 'download', kind: 'hang', times: 2 }),
		},
	);
	expect(tookMs).toBeLessThan(SOON_MS);
	expect(run.status).toBe('canceled');
	expect(states()).toEqual(['completed', 'completed']);
	expect(requests('cancelRun')).toBe(0);
});

test('a cancel that the service refuses does not hold the stop up', async () => {
	const { run, tookMs, states } = await stopped(
		({ flowscale }) => flowscale.runs.length === 2,
		{},
		{ dialect: { cancel: 'none' } },
	);
	expect(tookMs).toBeLessThan(SOON_MS);
	expect(run.status).toBe('canceled');
	expect(states()).toEqual(['running', 'running']);
});

test.each([
	[
		'goes on at the service by default',
		{},
		'running',
		'It continues at Flowscale. Collect it later by this run ID, or raise Timeout.',
	],
	[
		'goes on at the service where only Stop cancels',
		{ cancelRemote: 'onStop' },
		'running',
		'It continues at Flowscale. Collect it later by this run ID, or raise Timeout.',
	],
	[
		'is cancelled where that is wished',
		{ cancelRemote: 'onStopOrTimeout' },
		'cancelled',
		'It was cancelled at Flowscale.',
	],
])(
	'a run that takes longer than Timeout %s, and the error names it',
	async (_, options, state, description) => {
		const { node, error, flowscale } = await harness({ runMs: 60_000 });
		const failure = await error(
			node(
				'workflow.executeAndWait',
				startOf('image', ownPrompt, { ...linksOnly, ...options, timeout: 0.3 }),
			),
		);
		const run = flowscale.runs.find(
			({ inputs }) =>
				inputs.text_51536 === (failure.context.itemIndex === 0 ? 'red fox' : 'blue whale'),
		);
		expect(failure.name).toBe('NodeOperationError');
		expect(failure.description?.startsWith(description)).toBe(true);
		expect(failure.message).toMatch(
			new RegExp(
				`^The run did not end within 0\\.\\d s \\(run ${run?.id}, state (queued|running|cancelled)\\)$`,
			),
		);
		expect(run?.state).toBe(state);
	},
);

test('a timeout of 0 waits without limit', async () => {
	const { node, items, flowscale, requests } = await harness({ runMs: 60_000 });
	const waiting = items(
		node('workflow.executeAndWait', startOf('image', ownPrompt, { ...linksOnly, timeout: 0 })),
	);
	await until(() => requests('listRuns') >= 2);
	flowscale.runs.forEach(({ id }) => flowscale.finish(id));
	expect((await waiting).map(({ json }) => json.state)).toEqual(['succeeded', 'succeeded']);
});
