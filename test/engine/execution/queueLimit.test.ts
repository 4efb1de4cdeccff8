import type { INodeExecutionData, IRun } from 'n8n-workflow';
import { execPath, join, once, projectDir, spawn } from '../../../simulator/platform';
import type { Flowscale } from '../../../simulator/flowscale/startFlowscale';
import {
	type HarnessOptions,
	itemsOf,
	ownPrompt,
	quick,
	startOf,
	useHarness,
	workflow,
} from '../../harness/useHarness';

const harness = useHarness();
const batch = (count: number): INodeExecutionData[] =>
	Array.from({ length: count }, (_, index) => ({ json: { prompt: `picture ${index}`, index } }));

/** A deployment of four containers; what its queue was at most, looked at with each answer. */
async function watched(options: HarnessOptions) {
	const known: { flowscale?: Flowscale } = {};
	const seen = { queued: 0, excess: 0 };
	const onAnswer = () => {
		const queued = known.flowscale?.runs.filter(({ state }) => state === 'queued').length ?? 0;
		const inFlight = known.flowscale?.journal.filter(
			({ route, status }) => route === 'startRun' && status === null,
		).length;
		seen.queued = Math.max(seen.queued, queued);
		seen.excess = Math.max(seen.excess, queued - 8 - (inFlight ?? 0));
	};
	const made = await harness({ containers: 4, onAnswer, ...options });
	known.flowscale = made.flowscale;
	return { ...made, seen };
}

const limited = { ...quick, download: false, maxQueued: 8 };

it('three executions at once share the limit and the polls of the queue', async () => {
	const { node, run, flowscale, requests, seen } = await watched({ runMs: 400 });
	const begun = Date.now();
	const execution = async () =>
		await run(node('workflow.executeAndWait', startOf('image', ownPrompt, limited)), batch(6));
	const done = await Promise.all([execution(), execution(), execution()]);
	expect(done.map((one) => itemsOf(one).length)).toEqual([6, 6, 6]);
	expect(flowscale.runs).toHaveLength(18);
	expect(seen.excess).toBeLessThanOrEqual(0);
	expect(requests('queue')).toBeLessThanOrEqual(2 + (Date.now() - begun) / 2_000);
}, 60_000);

it('two processes keep to the limit together, for it is the service’s queue that counts', async () => {
	const { flowscale, seen } = await watched({ runMs: 600 });
	const beginMs = Date.now() + 5_000;
	const children = ['a', 'b'].map((group) =>
		spawn(
			execPath,
			[
				'--import',
				'tsx',
				join(projectDir, 'test/harness/startBatch.ts'),
				flowscale.baseUrl,
				flowscale.apiKey ?? '',
				group,
				workflow.image.value,
				'12',
				String(beginMs),
				JSON.stringify({ ...limited, maxConcurrent: 50 }),
			],
			{ stdio: ['ignore', 'ignore', 'inherit'] },
		),
	);
	const ends = await Promise.all(children.map(async (child) => await once(child, 'exit')));
	expect(ends).toEqual([
		[0, null],
		[0, null],
	]);
	expect(flowscale.runs).toHaveLength(24);
	// One process may start a run while the other one's start is in flight.
	expect(seen.queued).toBeLessThanOrEqual(9);
}, 120_000);

describe('a deployment that does not show its queue', () => {
	const hintsOf = ({ data }: IRun) =>
		(data.resultData.runData.Flowscale[0].hints ?? []).map(({ message }) => message);

	it('holds nothing back, and each execution says so once', async () => {
		const { node, run, flowscale, requests } = await harness();
		flowscale.fault({ on: 'queue', kind: 'status', status: 404, times: 100 });
		const start = node('workflow.execute', startOf('image', ownPrompt, { maxQueued: 1 }));
		const done = [await run(start, batch(5)), await run(start, batch(2))];
		expect(done.map((one) => itemsOf(one).length)).toEqual([5, 2]);
		expect(flowscale.runs).toHaveLength(7);
		for (const one of done)
			expect(hintsOf(one).filter((text) => text.startsWith('Max Queued Runs'))).toEqual([
				'Max Queued Runs has no effect here: this deployment does not show its queue. The runs are started as if it were not set.',
			]);
		expect(requests('queue')).toBe(1);
	});
});
