import type { IExecuteFunctions, INodeExecutionData } from 'n8n-workflow';
import type { Flowscale } from '../../../simulator/flowscale/startFlowscale';
import { sleep } from '../../../simulator/platform';
import { type Harness, ownPrompt, startOf, two, until, useHarness } from '../../harness/useHarness';

const harness = useHarness();
const linksOnly = { pollInterval: 0.1, download: false, liveEvents: false };
const waiting = (options: object) => startOf('image', ownPrompt, { ...linksOnly, ...options });
const statesOf = ({ runs }: Flowscale) => runs.map(({ state }) => state);

/** Answers of the cancel endpoint beyond this many a second are 429. */
function limitCancels(flowscale: Flowscale, perSecond: number): void {
	let [second, count] = [0, 0];
	const isBeyond = () => {
		const now = Math.floor(Date.now() / 1_000);
		if (now !== second) [second, count] = [now, 0];
		return ++count > perSecond;
	};
	flowscale.fault({
		on: 'cancelRun',
		kind: 'status',
		status: 429,
		headers: { 'retry-after': '1' },
		times: Number.POSITIVE_INFINITY,
		match: isBeyond,
	});
}

/** How many tries of the node have ended: n8n itself reports only the end of the last one. */
function triesOf({ engine }: Harness): () => number {
	const type = engine.nodeTypes.getByNameAndVersion('n8n-nodes-flowscale.flowscale', 1);
	const { execute } = type;
	if (execute === undefined) throw new Error('The node has no execute');
	let ended = 0;
	jest.spyOn(type, 'execute').mockImplementation(async function (this: IExecuteFunctions) {
		return await execute.call(this).finally(() => ended++);
	});
	return () => ended;
}

afterEach(() => jest.restoreAllMocks());

describe('Stop', () => {
	it('leaves runs alone that Reuse Run took over, and cancels those that were started', async () => {
		const { node, run, items, flowscale, requests } = await harness({ runMs: 60_000 });
		const grouped = (options: object) => ({ ...waiting(options), groupId: 'poster' });
		const first = items(node('workflow.executeAndWait', grouped({})), [two[0]], {
			executionId: 'exec1',
		});
		await until(() => flowscale.runs.length === 1);
		let stop = () => {};
		const second = run(node('workflow.executeAndWait', grouped({ reuseRun: true })), two, {
			executionId: 'exec2',
			onStart: (execution) => (stop = () => execution.cancel()),
		});
		await until(() => flowscale.runs.length === 2);
		stop();
		expect((await second).status).toBe('canceled');
		await until(() => flowscale.runs[1].state === 'cancelled');
		flowscale.finish(flowscale.runs[0].id);
		expect((await first).map(({ json }) => json.state)).toEqual(['succeeded']);
		expect([requests('startRun'), requests('cancelRun')]).toEqual([2, 1]);
	});

	it('cancels every run, however few cancels the service takes a second', async () => {
		const { node, run, flowscale } = await harness({ runMs: 60_000, containers: 40 });
		limitCancels(flowscale, 10);
		let stop = () => {};
		const many = Array.from(
			{ length: 40 },
			(_, n): INodeExecutionData => ({
				json: { prompt: `fox ${n}` },
			}),
		);
		const execution = run(node('workflow.executeAndWait', waiting({ maxConcurrent: 40 })), many, {
			onStart: (running) => (stop = () => running.cancel()),
		});
		await until(() => flowscale.runs.length === 40);
		stop();
		expect((await execution).status).toBe('canceled');
		await until(() => statesOf(flowscale).every((state) => state === 'cancelled'));
	}, 60_000);

	it.each([
		['cancels', 'onStop', 'cancelled'],
		['leaves', 'never', 'running'],
	])(
		'%s a run that another item’s failure has left to the next try of Retry On Fail, where Cancel Remote is %s',
		async (_, cancelRemote, state) => {
			const opened = await harness({ runMs: 60_000 });
			const { node, run, flowscale, requests } = opened;
			const tries = triesOf(opened);
			let stop = () => {};
			const again = { retryOnFail: true, maxTries: 2, waitBetweenTries: 5_000 };
			const execution = run(
				node('workflow.executeAndWait', waiting({ cancelRemote }), again),
				two,
				{
					onStart: (running) => (stop = () => running.cancel()),
				},
			);
			await until(() => flowscale.runs.length === 2);
			const [failed, other] = flowscale.runs;
			flowscale.finish(failed.id, 'failed');
			await until(() => tries() === 1);
			stop();
			expect((await execution).status).toBe('canceled');
			await until(() => other.state === state);
			expect(requests('cancelRun')).toBe(state === 'cancelled' ? 1 : 0);
		},
	);

	it('cancels a run whose Timeout has ended a try of Retry On Fail', async () => {
		const opened = await harness({ runMs: 60_000 });
		const { node, run, flowscale, requests } = opened;
		const tries = triesOf(opened);
		let stop = () => {};
		const again = { retryOnFail: true, maxTries: 2, waitBetweenTries: 5_000 };
		const execution = run(
			node('workflow.executeAndWait', waiting({ timeout: 1 }), again),
			[two[0]],
			{ onStart: (running) => (stop = () => running.cancel()) },
		);
		await until(() => tries() === 1);
		expect(requests('cancelRun')).toBe(0);
		stop();
		expect((await execution).status).toBe('canceled');
		await until(() => flowscale.runs[0].state === 'cancelled');
		expect(requests('cancelRun')).toBe(1);
	});

	it.each([
		['Timeout', 'onStopOrTimeout', { timeout: 1 }, 1],
		['Start Timeout', 'onStop', { startTimeout: 1, timeout: 60 }, 2],
	])(
		'cancels a run again whose cancel by %s was refused for good',
		async (_, cancelRemote, options, count) => {
			const opened = await harness({ runMs: 60_000, containers: 1 });
			const { node, run, flowscale, requests } = opened;
			const tries = triesOf(opened);
			flowscale.fault({ on: 'cancelRun', kind: 'status', status: 409, times: 1 });
			let stop = () => {};
			const again = { retryOnFail: true, maxTries: 2, waitBetweenTries: 5_000 };
			const execution = run(
				node('workflow.executeAndWait', waiting({ cancelRemote, ...options }), again),
				two.slice(0, count),
				{ onStart: (running) => (stop = () => running.cancel()) },
			);
			await until(() => requests('cancelRun') === 1, 20_000);
			const late = flowscale.runs.find(({ id }) =>
				flowscale.journal.some(({ url }) => url.includes(`${id}/cancel`)),
			);
			expect(late?.state).not.toBe('cancelled');
			await until(() => tries() === 1);
			stop();
			expect((await execution).status).toBe('canceled');
			await until(() => late?.state === 'cancelled');
			await until(() => statesOf(flowscale).every((state) => state === 'cancelled'));
			expect(requests('cancelRun')).toBe(1 + count);
		},
	);

	it('in the second try of Retry On Fail cancels each run once', async () => {
		const { node, run, flowscale, requests } = await harness({ runMs: 60_000 });
		let stop = () => {};
		const again = { retryOnFail: true, maxTries: 2, waitBetweenTries: 1 };
		const execution = run(node('workflow.executeAndWait', waiting({}), again), two, {
			onStart: (running) => (stop = () => running.cancel()),
		});
		await until(() => flowscale.runs.length === 2);
		const [failed, other] = flowscale.runs;
		flowscale.finish(failed.id, 'failed');
		await until(() => flowscale.runs.length === 3);
		const polls = () => requests('getRun') + requests('listRuns');
		const seen = polls();
		await until(() => polls() > seen + 3);
		stop();
		expect((await execution).status).toBe('canceled');
		await until(() => [other, flowscale.runs[2]].every(({ state }) => state === 'cancelled'));
		await sleep(100);
		expect(requests('cancelRun')).toBe(2);
	});

	it('cancels a run whose cancels fail for a while', async () => {
		const { node, run, flowscale } = await harness({ runMs: 60_000 });
		flowscale.fault({ on: 'cancelRun', kind: 'status', status: 503, times: 3 });
		flowscale.fault({ on: 'cancelRun', kind: 'resetBefore', times: 3 });
		let stop = () => {};
		const execution = run(node('workflow.executeAndWait', waiting({})), two, {
			onStart: (running) => (stop = () => running.cancel()),
		});
		await until(() => flowscale.runs.length === 2);
		stop();
		await execution;
		await until(() => statesOf(flowscale).every((state) => state === 'cancelled'), 30_000);
	}, 60_000);
});

describe('a run that was cancelled when its time was up', () => {
	const late = { cancelRemote: 'onStopOrTimeout', timeout: 0.3 };
	const tryAgain = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 };

	it('is not started again by Retry On Fail', async () => {
		const { node, error, flowscale } = await harness({ runMs: 60_000 });
		const failure = await error(node('workflow.executeAndWait', waiting(late), tryAgain), [two[0]]);
		expect(statesOf(flowscale)).toEqual(['cancelled']);
		expect(failure.message).toBe(
			`The run was cancelled here when its time was up, and was not started again (run ${flowscale.runs[0].id})`,
		);
	});

	it('is waited for again by Retry On Fail where its cancel was refused', async () => {
		const { node, error, flowscale } = await harness({
			runMs: 60_000,
			dialect: { cancel: 'none' },
		});
		const failure = await error(node('workflow.executeAndWait', waiting(late), tryAgain), [two[0]]);
		expect(statesOf(flowscale)).toEqual(['running']);
		expect(failure.message).toMatch(/did not end within 0\.\d s/);
	});
});

describe('Start Timeout', () => {
	it('cancels the run that does not begin in time, and its item says so', async () => {
		const { node, items, flowscale } = await harness({ runMs: 3_000, containers: 1 });
		const out = await items(
			node('workflow.executeAndWait', waiting({ startTimeout: 1 }), {
				onError: 'continueRegularOutput',
			}),
		);
		const queued = flowscale.runs.find(({ state }) => state === 'cancelled');
		const errors = out.flatMap(({ json }) => (json.error === undefined ? [] : [json.error]));
		expect(errors).toHaveLength(1);
		expect(errors[0]).toBe(
			`The run had not begun after 1 s and was cancelled. Execute this item again when the queue is shorter, or raise Start Timeout. (run ${queued?.id}, state timed_out)`,
		);
		expect(statesOf(flowscale).sort()).toEqual(['cancelled', 'completed']);
	});
});

describe('a cancel that is accepted, of a run that ends by itself', () => {
	const accepted = {
		on: 'cancelRun',
		kind: 'status',
		status: 200,
		body: '{"status":"success","data":"Run cancelled successfully"}',
		times: 99,
	} as const;

	it.each([
		['completed', 'It succeeded before its cancel took effect'],
		['failed', 'It ended before its cancel took effect (state failed)'],
	] as const)('is not called cancelled: %s', async (state, text) => {
		const { node, error, flowscale, requests } = await harness({ runMs: 60_000 });
		flowscale.fault(accepted);
		const late = { timeout: 0.5, cancelRemote: 'onStopOrTimeout' };
		const failing = error(node('workflow.executeAndWait', waiting(late)), [two[0]]);
		await until(() => requests('cancelRun') === 1);
		flowscale.finish(flowscale.runs[0].id, state);
		expect((await failing).description).toContain(text);
	});

	it('is not called cancelled after a Start Timeout', async () => {
		const { node, error, flowscale, requests } = await harness({ runMs: 60_000, containers: 1 });
		flowscale.fault(accepted);
		const failing = error(node('workflow.executeAndWait', waiting({ startTimeout: 0.5 })), two);
		await until(() => requests('cancelRun') === 1);
		for (const { id } of flowscale.runs) flowscale.finish(id);
		const { message, description } = await failing;
		expect(message).not.toContain('was cancelled');
		expect(description).toContain('It succeeded before its cancel took effect');
	});

	it('gives its outputs to the next try of Retry On Fail', async () => {
		const { node, items, flowscale, requests } = await harness({ runMs: 60_000 });
		flowscale.fault(accepted);
		const late = { timeout: 0.5, cancelRemote: 'onStopOrTimeout' };
		const again = { retryOnFail: true, maxTries: 2, waitBetweenTries: 1 };
		const out = items(node('workflow.executeAndWait', waiting(late), again), [two[0]]);
		await until(() => requests('cancelRun') === 1);
		flowscale.finish(flowscale.runs[0].id);
		expect((await out).map(({ json }) => json.state)).toEqual(['succeeded']);
		expect(requests('startRun')).toBe(1);
	});

	it.each([
		[
			'accepted, and the runs have not ended',
			accepted,
			/^Flowscale accepted the cancels of those that had not ended, and some of them have not ended yet\./,
		],
		[
			'not accepted yet',
			{ ...accepted, status: 503 },
			/^Flowscale has not accepted the cancels of all that had not ended yet\. The node keeps trying/,
		],
		[
			'refused',
			{ ...accepted, status: 409, body: '{"detail":"No"}' },
			/^Not all of them could be cancelled at Flowscale: Flowscale answered HTTP 409: No$/,
		],
	] as const)('in a group is %s', async (_, fault, text) => {
		const { node, error, flowscale } = await harness();
		flowscale.addRuns(2, { groupId: 'poster', state: 'running', completedAt: null });
		flowscale.fault(fault);
		const options = { ...linksOnly, timeout: 0.5, cancelRemote: 'onStopOrTimeout' };
		const failure = await error(node('group.wait', { options }), [
			{ json: { group_id: 'poster' } },
		]);
		expect(failure.description).toMatch(text);
	});

	it('is not called cancelled in a group', async () => {
		const { node, error, flowscale, requests } = await harness();
		const open = { groupId: 'poster', state: 'running', completedAt: null } as const;
		const runs = flowscale.addRuns(2, open);
		flowscale.fault(accepted);
		const options = { ...linksOnly, timeout: 0.5, cancelRemote: 'onStopOrTimeout' };
		const failing = error(node('group.wait', { options }), [{ json: { group_id: 'poster' } }]);
		await until(() => requests('cancelRun') === 2);
		for (const { id } of runs) flowscale.finish(id);
		expect((await failing).description).toContain('not all of them because of the cancel');
	});
});
