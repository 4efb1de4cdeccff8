import {
	ExecutionCancelledError,
	type FailureFacts,
	ServiceError,
} from '../../../nodes/core/errors';
import { createLimiter } from '../../../nodes/core/async/limiter';
import type { KnownRun } from '../../../nodes/core/runs/run';
import { leaveRun, forgetRun } from '../../../nodes/core/waiting/leftRuns';
import { createRunCanceller } from '../../../nodes/core/waiting/runCanceller';
import { createRunWaiter, type WaitOrder } from '../../../nodes/core/waiting/runWaiter';
import { createWatcher } from '../../../nodes/core/waiting/watcher';
import { fakeClock } from '../../harness/fakeClock';
import { aRun, endOf } from '../../harness/runs';

const ORDER: WaitOrder = { timeoutMs: 0, cancelRemote: 'onStop', isFailedRunAnItem: false };

/** A waiter over a service whose runs end with this status after this time. */
function waitHarness({
	endsMs = 1_000,
	status = 'completed',
	slots = 10,
	cancelFails = false,
	cancelTakesMs = 0,
	cancelStatus = 503,
	cancelFinds = undefined as string | undefined,
	isGroup = false,
	error_message = null as string | null,
	ended = {} as Partial<KnownRun>,
	isReused = false,
	runStatus = 'running',
	unreadable = undefined as FailureFacts | undefined,
} = {}) {
	const clock = fakeClock();
	const abort = new AbortController();
	const execution = new AbortController();
	const cancelled: string[] = [];
	const completed: string[] = [];
	const warnings: string[] = [];
	const asked: string[] = [];
	const noted: string[] = [];
	const poll = async ({ run_id }: KnownRun) => {
		if (unreadable) throw new ServiceError('No answer from Flowscale', unreadable);
		const now = clock.now() >= endsMs ? { status, error_message, ...ended } : { status: runStatus };
		return aRun(run_id, now);
	};
	const waiter = createRunWaiter({
		serviceName: 'Flowscale',
		watcher: createWatcher(
			{ serviceName: 'Flowscale', poll },
			{ intervalMs: 2_000, hasLiveEvents: false, unbegun: () => 9 },
			clock,
			abort.signal,
		),
		canceller: createRunCanceller({
			serviceName: 'Flowscale',
			isGroup,
			cancel: async (runId) => {
				cancelled.push(runId);
				await clock.pause(cancelTakesMs);
				const facts = cancelStatus === 503 ? {} : { status: cancelStatus };
				if (cancelFails) throw new ServiceError(`Flowscale answered HTTP ${cancelStatus}`, facts);
				return cancelFinds === undefined ? undefined : aRun(runId, { status: cancelFinds });
			},
			clock,
			warn: (text) => warnings.push(text),
		}),
		hasStarted: () => !isReused,
		foundBy: 'Reuse Run took it over',
		onBegun: () => undefined,
		onEnded: () => undefined,
		onWaitOver: () => undefined,
		onCancelAsked: (runId) => asked.push(runId),
		onCancelled: (runId) => noted.push(runId),
		completeOutputs: async (run) => {
			completed.push(run.run_id);
			return run;
		},
		slots: createLimiter(slots),
		clock,
		executionStop: execution.signal,
	});
	const wait = async (
		runId: string,
		order: Partial<WaitOrder> = {},
		begin = async () => aRun(runId, { status: runStatus }),
	) => {
		const whole = { ...ORDER, ...order };
		const end = await endOf(
			waiter.untilEnd(begin, whole).then(async (run) => await waiter.conclude(run, whole)),
		);
		return 'value' in end ? end.value.state : end;
	};
	/** The user's stop, or the node's own end. */
	const end = (isByUser: boolean) => {
		if (isByUser) execution.abort();
		abort.abort();
	};
	/** Stop after the node's end. */
	const stopLater = () => execution.abort();
	return { clock, cancelled, completed, warnings, asked, noted, wait, end, waiter, stopLater };
}

describe('who cancels the remote run', () => {
	it.each<[string, WaitOrder['cancelRemote'], 'user' | 'node' | 'timeout', string[]]>([
		['the user stops', 'onStop', 'user', ['a']],
		['the user stops', 'onStopOrTimeout', 'user', ['a']],
		['the user stops', 'never', 'user', []],
		['another item ends the node', 'onStop', 'node', []],
		['another item ends the node', 'onStopOrTimeout', 'node', []],
		['another item ends the node', 'never', 'node', []],
		['the wait is too long', 'onStop', 'timeout', []],
		['the wait is too long', 'onStopOrTimeout', 'timeout', ['a']],
		['the wait is too long', 'never', 'timeout', []],
	])('%s, cancelRemote is %s: by %s %j', async (_, cancelRemote, by, expected) => {
		const { wait, clock, end, cancelled, completed } = waitHarness({ endsMs: 1e9 });
		if (by !== 'timeout') clock.at(3_000, () => end(by === 'user'));
		const ended = await wait('a', { cancelRemote, timeoutMs: by === 'timeout' ? 3_000 : 0 });
		expect(ended).toMatchObject({
			kind: by === 'timeout' ? 'WaitTimeout' : 'ExecutionCancelledError',
		});
		expect([cancelled, completed]).toEqual([expected, []]);
	});

	it.each(['user', 'timeout'])('nobody, by %s, when Reuse Run took the run over', async (by) => {
		const { wait, clock, end, cancelled, noted } = waitHarness({ endsMs: 1e9, isReused: true });
		if (by === 'user') clock.at(3_000, () => end(true));
		const ended = await wait('a', {
			cancelRemote: 'onStopOrTimeout',
			timeoutMs: by === 'timeout' ? 3_000 : 0,
		});
		expect([cancelled, noted]).toEqual([[], []]);
		if (by === 'timeout')
			expect(ended).toMatchObject({
				error: { facts: { hint: expect.stringContaining('Reuse Run took it over') } },
			});
	});

	it.each<[string, WaitOrder['cancelRemote'], boolean, string[]]>([
		['Stop does', 'onStop', false, ['a']],
		['nobody where that is not wished', 'never', false, []],
		['nobody where Reuse Run took the run over', 'onStop', true, []],
	])('between two tries of the node, %s', async (_, cancelRemote, isReused, expected) => {
		const { wait, clock, end, cancelled, stopLater } = waitHarness({ endsMs: 1e9, isReused });
		clock.at(3_000, () => end(false));
		await wait('a', { cancelRemote });
		expect(cancelled).toEqual([]);
		stopLater();
		await clock.pause(1_000);
		expect(cancelled).toEqual(expected);
	});

	it.each<[string, WaitOrder['cancelRemote'], boolean, string[], string[]]>([
		['Stop does', 'onStop', false, [], ['a']],
		['nobody where that is not wished', 'never', false, [], []],
		['nobody where Reuse Run took the run over', 'onStop', true, [], []],
		['only the Timeout where that is wished', 'onStopOrTimeout', false, ['a'], ['a']],
	])('after the Timeout of its item, %s', async (_, cancelRemote, isReused, byTimeout, byStop) => {
		const { wait, clock, cancelled, stopLater } = waitHarness({ endsMs: 1e9, isReused });
		expect(await wait('a', { cancelRemote, timeoutMs: 3_000 })).toMatchObject({
			kind: 'WaitTimeout',
		});
		expect(cancelled).toEqual(byTimeout);
		stopLater();
		await clock.pause(1_000);
		expect(cancelled).toEqual(byStop);
	});

	it.each<[string, Partial<Parameters<typeof waitHarness>[0]>, Partial<WaitOrder>, string[]]>([
		[
			'Stop, after a refused one by Timeout',
			{ cancelFails: true, cancelStatus: 409 },
			{},
			['a', 'a'],
		],
		[
			'Stop, after a refused one by Start Timeout',
			{ cancelFails: true, cancelStatus: 409, runStatus: 'queued' },
			{ cancelRemote: 'onStop', timeoutMs: 0, startTimeoutMs: 3_000 },
			['a', 'a'],
		],
		[
			'nobody, after a refused one by Start Timeout, where that is not wished',
			{ cancelFails: true, cancelStatus: 409, runStatus: 'queued' },
			{ cancelRemote: 'never', timeoutMs: 0, startTimeoutMs: 3_000 },
			['a'],
		],
		[
			'Stop, after one that was refused later than the item could wait',
			{ cancelFails: true, cancelStatus: 409, cancelTakesMs: 5_000 },
			{},
			['a', 'a'],
		],
		['nobody, after an accepted one', {}, {}, ['a']],
		[
			'Stop, after an accepted one of a group, which runs may join',
			{ isGroup: true },
			{},
			['a', 'a'],
		],
		[
			'nobody, after one of a group that has ended by it',
			{ isGroup: true, cancelFinds: 'cancelled' },
			{},
			['a'],
		],
		['nobody, after one that was accepted later', { cancelTakesMs: 5_000 }, {}, ['a']],
		[
			'nobody, after one that was refused since the run has ended',
			{ cancelFinds: 'failed' },
			{},
			['a'],
		],
	])('sends another cancel: %s', async (_, plan, order, expected) => {
		const { wait, clock, cancelled, stopLater } = waitHarness({ endsMs: 1e9, ...plan });
		const failed = await wait('a', { cancelRemote: 'onStopOrTimeout', timeoutMs: 3_000, ...order });
		expect(failed).toMatchObject({ kind: expect.stringContaining('Timeout') });
		expect(cancelled).toEqual(['a']);
		await clock.pause(60_000);
		stopLater();
		await clock.pause(1_000);
		expect(cancelled).toEqual(expected);
	});

	it.each<[string, string, FailureFacts, string[]]>([
		['Stop', 'was away for so long', { isRetryable: true }, ['a']],
		['Stop', 'had no secure connection', { code: 'CERT_HAS_EXPIRED' }, ['a']],
		['Stop', 'refused the key', { status: 403 }, ['a']],
		['Stop', 'did not know the run', { status: 404 }, ['a']],
	])('%s, where the service %s that the item failed', async (_by, _why, unreadable, expected) => {
		const { wait, clock, cancelled, stopLater } = waitHarness({ unreadable });
		expect(await wait('a')).toMatchObject({ message: 'No answer from Flowscale' });
		stopLater();
		await clock.pause(1_000);
		expect(cancelled).toEqual(expected);
	});

	it('nobody, where the next wait for it saw it end', async () => {
		const { wait, clock, cancelled, stopLater } = waitHarness({ endsMs: 5_000 });
		await wait('a', { timeoutMs: 3_000 });
		expect(await wait('a')).toBe('succeeded');
		stopLater();
		await clock.pause(1_000);
		expect(cancelled).toEqual([]);
	});

	it('nobody, where another item that waited for the same run saw it end', async () => {
		const { wait, clock, cancelled, stopLater } = waitHarness({ endsMs: 5_000 });
		const ends = [wait('a', { timeoutMs: 3_000 }), wait('a')];
		expect((await Promise.all(ends))[1]).toBe('succeeded');
		stopLater();
		await clock.pause(1_000);
		expect(cancelled).toEqual([]);
	});

	it('Stop, once, where two tries have left it, and only the next try where that waits for it again', async () => {
		const stopped = new AbortController();
		const runs: string[] = [];
		leaveRun(stopped.signal, 'a', () => runs.push('a'));
		leaveRun(stopped.signal, 'a', () => runs.push('a again'));
		leaveRun(stopped.signal, 'b', () => runs.push('b'));
		forgetRun(stopped.signal, 'b');
		forgetRun(stopped.signal, 'c');
		stopped.abort();
		expect(runs).toEqual(['a again']);
	});

	it('is remembered when the time was up, and not when the user stopped', async () => {
		const late = waitHarness({ endsMs: 1e9 });
		await late.wait('a', { cancelRemote: 'onStopOrTimeout', timeoutMs: 1_000 });
		const stopped = waitHarness({ endsMs: 1e9 });
		stopped.clock.at(1_000, () => stopped.end(true));
		await stopped.wait('a', { cancelRemote: 'onStopOrTimeout' });
		expect([late.noted, stopped.noted]).toEqual([['a'], []]);
	});

	it.each([
		['cancelled', ['a'], 'It was cancelled at Flowscale.'],
		['failed', [], 'It ended before its cancel took effect (state failed).'],
	])(
		'is known from the run where the cancel is refused: an earlier try may have had an effect (%s)',
		async (status, remembered, hint) => {
			const { wait, noted } = waitHarness({
				...{ endsMs: 1_001, status, cancelFails: true, cancelStatus: 400 },
			});
			expect(await wait('a', { cancelRemote: 'onStopOrTimeout', timeoutMs: 1_000 })).toMatchObject({
				kind: 'WaitTimeout',
				error: { facts: { hint } },
			});
			expect(noted).toEqual(remembered);
		},
	);

	it.each([
		['cancelled', ['a'], 'It was cancelled at Flowscale.'],
		['failed', [], 'It ended before its cancel took effect (state failed).'],
		[
			'completed',
			[],
			'It succeeded before its cancel took effect. Collect its outputs by this run ID, or raise Timeout.',
		],
	])(
		'is known from the cancel where that is refused because the run has ended (%s)',
		async (cancelFinds, remembered, hint) => {
			const { wait, noted, warnings } = waitHarness({ endsMs: 1e9, cancelFinds });
			expect(await wait('a', { cancelRemote: 'onStopOrTimeout', timeoutMs: 1_000 })).toMatchObject({
				kind: 'WaitTimeout',
				error: { facts: { hint } },
			});
			expect([noted, warnings]).toEqual([remembered, []]);
		},
	);

	it.each([
		['has no answer', true],
		['is accepted', false],
	])(
		'is remembered as asked for where its cancel %s: it may be carried out',
		async (_, cancelFails) => {
			const { wait, asked } = waitHarness({ endsMs: 1e9, cancelFails });
			await wait('a', { cancelRemote: 'onStopOrTimeout', timeoutMs: 1_000 });
			expect(asked).toEqual(['a']);
		},
	);

	it('nobody, when the run has ended', async () => {
		const { wait, end, cancelled, completed } = waitHarness({});
		expect(await wait('a', { cancelRemote: 'onStopOrTimeout' })).toBe('succeeded');
		end(true);
		expect([cancelled, completed]).toEqual([[], ['a']]);
	});

	it('the user, when the start was on its way at the stop', async () => {
		const { wait, clock, end, cancelled } = waitHarness({ endsMs: 1e9 });
		clock.at(1_000, () => end(true));
		const begin = async () => {
			await clock.pause(3_000);
			return aRun('late');
		};
		expect(await wait('late', {}, begin)).toMatchObject({ kind: 'ExecutionCancelledError' });
		expect(cancelled).toEqual(['late']);
	});

	it('is reported when it fails, without hiding the stop', async () => {
		const { wait, clock, end, warnings } = waitHarness({ endsMs: 1e9, cancelFails: true });
		clock.at(1_000, () => end(true));
		expect(await wait('a')).toMatchObject({ kind: 'ExecutionCancelledError' });
		expect(warnings).toEqual([
			'A run could not be cancelled at Flowscale: Flowscale answered HTTP 503 (run a)',
		]);
	});

	it('is described in the hint of a timeout', async () => {
		const { wait } = waitHarness({ endsMs: 1e9, cancelFails: true });
		expect(await wait('a', { cancelRemote: 'onStopOrTimeout', timeoutMs: 1_000 })).toMatchObject({
			error: { facts: { hint: expect.stringContaining('could not be cancelled') } },
		});
	});
});

describe('a run that ended', () => {
	it.each([
		['failed', 'The run failed: out of memory'],
		['cancelled', 'The run was cancelled: out of memory'],
		['timeout', 'The run timed out at Flowscale: out of memory'],
	])('as %s is an error with its reason', async (status, message) => {
		const { wait, completed } = waitHarness({ status, error_message: 'out of memory' });
		expect(await wait('a')).toMatchObject({ message, error: { facts: { runId: 'a' } } });
		expect(completed).toEqual([]);
	});

	it.each([
		['failed', 'failed'],
		['cancelled', 'cancelled'],
		['timeout', 'timed_out'],
	])('as %s is an item where that is wished', async (status, state) => {
		expect(await waitHarness({ status }).wait('a', { isFailedRunAnItem: true })).toBe(state);
	});
});

describe('a run that ended with a word that nobody knows', () => {
	const output = (filename: string, link?: string) => ({
		filename,
		...(link && { download_url: link }),
		generation_status: null,
		mime_type: null,
	});
	const completed_at = '2026-01-01T00:00:00Z';
	const listed = [output('a.png', 'https://files.example/a.png')];

	it('and no outputs is an error that names the word', async () => {
		const { wait, completed } = waitHarness({ status: 'moderated', ended: { completed_at } });
		expect(await wait('a', { timeoutMs: 60_000 })).toMatchObject({
			kind: 'ServiceError',
			message: 'The run ended as "moderated", without outputs',
		});
		expect(completed).toEqual([]);
	});

	it('and no outputs is an item where that is wished', async () => {
		const { wait } = waitHarness({ status: 'moderated', ended: { completed_at } });
		expect(await wait('a', { isFailedRunAnItem: true })).toBe('unknown');
	});

	it('and some outputs hands those out, with its word and all of its names', async () => {
		const ended = { completed_at, outputs: listed, output_names: ['a', 'b'] };
		const { waiter } = waitHarness({ status: 'partially_completed', ended });
		const run = await waiter.untilEnd(async () => aRun('a'), ORDER);
		expect(await waiter.conclude(run, ORDER)).toMatchObject({
			...ended,
			status: 'partially_completed',
			state: 'unknown',
			finished: true,
		});
	});

	it('is waited for as long as there is no time of an end', async () => {
		const { wait } = waitHarness({ status: 'moderated' });
		expect(await wait('a', { timeoutMs: 9_000 })).toMatchObject({ kind: 'WaitTimeout' });
	});
});

describe('places', () => {
	it('let no more runs begin than may be going at a time', async () => {
		const { wait, clock } = waitHarness({ slots: 2 });
		const begun: string[] = [];
		let early: string[] = [];
		clock.at(500, () => (early = [...begun]));
		const begin = (runId: string) => async () => {
			begun.push(runId);
			return aRun(runId);
		};
		const ended = await Promise.all(
			['a', 'b', 'c', 'd', 'e'].map(async (runId) => await wait(runId, {}, begin(runId))),
		);
		expect([ended, early, begun]).toEqual([
			Array(5).fill('succeeded'),
			['a', 'b'],
			['a', 'b', 'c', 'd', 'e'],
		]);
	});

	it('begin nothing more after a stop', async () => {
		const { wait, clock, end, cancelled } = waitHarness({ slots: 1, endsMs: 1e9 });
		const begun: string[] = [];
		clock.at(1_000, () => end(true));
		await Promise.all(
			['a', 'b'].map(
				async (runId) =>
					await wait(runId, {}, async () => {
						begun.push(runId);
						return aRun(runId);
					}),
			),
		);
		expect([begun, cancelled]).toEqual([['a'], ['a']]);
	});

	it('are given back by a start that failed', async () => {
		const { wait } = waitHarness({ slots: 1 });
		const refused = async () => await Promise.reject(new ServiceError('no'));
		expect(await Promise.all([wait('a', {}, refused), wait('b')])).toMatchObject([
			{ message: 'no' },
			'succeeded',
		]);
	});
});

it('hands a stop of the start on as it is', async () => {
	const { wait, cancelled } = waitHarness({});
	expect(
		await wait('a', {}, async () => await Promise.reject(new ExecutionCancelledError())),
	).toMatchObject({
		kind: 'ExecutionCancelledError',
	});
	expect(cancelled).toEqual([]);
});
