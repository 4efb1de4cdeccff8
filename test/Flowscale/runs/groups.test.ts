import { createRun, type Run, runWithId } from '../../../nodes/core/runs/run';
import { ServiceError } from '../../../nodes/core/errors';
import type { RunService } from '../../../nodes/core/execution/runSession';
import type { FlowscaleApi, ListQuery, RunPage } from '../../../nodes/Flowscale/api/api';
import { type CancelTry, createRunCanceller } from '../../../nodes/core/waiting/runCanceller';
import type { PollWindow, RunWaiter } from '../../../nodes/core/waiting/runWaiter';
import { WaitTimeout } from '../../../nodes/core/waiting/watchedRun';
import { createGroupService, waiterOfGroup } from '../../../nodes/Flowscale/runs/groupService';
import { cancelGroup, summarizeGroup } from '../../../nodes/Flowscale/runs/groups';
import type { Session } from '../../../nodes/Flowscale/runs/session';
import { fakeClock } from '../../harness/fakeClock';
import { endOf } from '../../harness/runs';

type Change = (runs: Run[]) => void;

const FIRST_TRY: CancelTry = { isFirst: true, onAccepted: () => undefined };

/** A group whose list changes by these steps, one before each listing or read. */
function aGroup(runs: Run[], ...changes: Change[]) {
	const requests: string[] = [];
	const step = () => changes.shift()?.(runs);
	const clock = fakeClock();
	const poll = async (run: Run) => {
		requests.push(`get ${run.run_id}`);
		step();
		return runs.find(({ run_id }) => run_id === run.run_id) ?? null;
	};
	const api = {
		runs: async ({ page = 1, pageSize = 100 }: ListQuery): Promise<RunPage> => {
			requests.push(`list ${page}`);
			step();
			const newestFirst = [...runs].reverse();
			return {
				runs: newestFirst
					.slice((page - 1) * pageSize, page * pageSize)
					.map((run) => ({ run, raw: {} })),
				pages: Math.ceil(runs.length / pageSize),
				sortedBy: 'created_at',
				isList: true,
			};
		},
		cancel: async (id: string) => {
			requests.push(`cancel ${id}`);
			step();
			return 'ok';
		},
		run: async (id: string) => {
			const found = await poll(runWithId(id));
			return found && { run: found, raw: {} };
		},
	} as unknown as FlowscaleApi;
	const service = createGroupService(
		{ watch: { poll } } as unknown as RunService,
		{ api, clock, stop: new AbortController().signal } as unknown as Session,
	);
	return {
		...{ api, clock, requests },
		poll: async () => await service.watch.poll(runWithId('g')),
		/** As after Stop. */
		cancel: async (groupId = 'g', cancelTry: CancelTry = FIRST_TRY) =>
			await service.cancel(groupId, cancelTry),
		service,
	};
}

const run = (id: string, status: string, more: Partial<Run> = {}) =>
	createRun({ run_id: id, status, group_id: 'g', ...more });
const ends =
	(id: string, status = 'completed'): Change =>
	(runs) => {
		const place = runs.findIndex(({ run_id }) => run_id === id);
		runs[place] = run(id, status);
	};
const joins =
	(id: string): Change =>
	(runs) =>
		runs.push(run(id, 'queued'));
const joinsEnded =
	(id: string): Change =>
	(runs) =>
		runs.push(run(id, 'completed'));
const nothing: Change = () => undefined;

it('counts 10,000 runs in 100 requests', async () => {
	const { api, requests } = aGroup(
		Array.from({ length: 10_000 }, (_, index) =>
			run(`r${index}`, index % 4 === 0 ? 'failed' : 'completed'),
		),
	);
	expect(await summarizeGroup(api, 'g')).toMatchObject({
		total: 10_000,
		failed: 2_500,
		succeeded: 7_500,
		finished: true,
	});
	expect(requests).toHaveLength(100);
});

it('a group’s times are its first creation and its last end, whatever the order of the list', async () => {
	const at = (created_at: string | null, completed_at: string | null) => ({
		created_at,
		completed_at,
	});
	const { api } = aGroup([
		run('a', 'completed', at('2026-01-01T12:00:05Z', '2026-01-01T12:00:30Z')),
		run('b', 'completed', at('2026-01-01T12:00:00Z', '2026-01-01T12:00:50Z')),
		run('c', 'completed', at('2026-01-01T12:00:09Z', '2026-01-01T12:00:20Z')),
		run('d', 'running', at('yesterday', null)),
	]);
	expect(await summarizeGroup(api, 'g')).toMatchObject({
		first_created_at: '2026-01-01T12:00:00Z',
		last_completed_at: '2026-01-01T12:00:50Z',
	});
});

it('an empty group has not finished', async () => {
	expect(await summarizeGroup(aGroup([]).api, 'g')).toMatchObject({
		total: 0,
		finished: false,
		first_created_at: null,
		last_completed_at: null,
	});
});

it('runs of another group are not counted where the deployment ignores the filter', async () => {
	const { api } = aGroup([run('a', 'completed'), run('b', 'running', { group_id: 'other' })]);
	expect(await summarizeGroup(api, 'g')).toMatchObject({ total: 1, finished: true });
});

it('a run that is listed twice is counted, waited for and cancelled once', async () => {
	const twice = [run('a', 'completed'), run('b', 'running')].flatMap((one) => [one, one]);
	expect(await summarizeGroup(aGroup([...twice]).api, 'g')).toMatchObject({
		total: 2,
		running: 1,
		succeeded: 1,
	});
	const { api, clock, requests } = aGroup([...twice], nothing, (runs) => {
		runs.splice(2, 2, run('b', 'cancelled'), run('b', 'cancelled'));
	});
	expect(await cancelGroup(api, 'g', clock)).toMatchObject({ total: 2, cancelled: 1 });
	expect(requests.filter((request) => request === 'cancel b')).toHaveLength(1);
});

it('a group has ended when two listings in a row show no open run', async () => {
	const { poll, requests, clock } = aGroup([run('a', 'completed'), run('b', 'failed')]);
	expect(await poll()).toMatchObject({ finished: true, state: 'succeeded' });
	expect(requests).toEqual(['list 1', 'list 1']);
	expect(clock.now()).toBeGreaterThanOrEqual(1_000);
});

it('a run that joins between the two listings is waited for, and asked for alone while it is open', async () => {
	const { poll, requests } = aGroup(
		[run('a', 'completed')],
		nothing,
		joins('b'),
		nothing,
		ends('b', 'cancelled'),
	);
	expect(await poll()).toMatchObject({ finished: false });
	expect(await poll()).toMatchObject({ finished: false });
	expect(await poll()).toMatchObject({ finished: true });
	expect(requests).toEqual(['list 1', 'list 1', 'get b', 'get b', 'list 1', 'list 1']);
});

it('a run that joins and ends between the two listings asks for another look', async () => {
	const { poll, requests } = aGroup([run('a', 'completed')], nothing, joinsEnded('b'));
	expect(await poll()).toMatchObject({ finished: true });
	expect(requests).toEqual(['list 1', 'list 1', 'list 1']);
});

it('a run that joins after two such looks, and is open, is waited for', async () => {
	const { poll, requests } = aGroup(
		...[[run('a', 'completed')], nothing, joinsEnded('b'), joins('c'), nothing, ends('c')],
	);
	expect(await poll()).toMatchObject({ finished: false });
	expect(await poll()).toMatchObject({ finished: false });
	expect(await poll()).toMatchObject({ finished: true });
	expect(requests.slice(0, 4)).toEqual(['list 1', 'list 1', 'list 1', 'get c']);
});

it('a group that ended runs keep joining has ended after five listings without an open run', async () => {
	const steps = Array.from({ length: 50 }, (_, index) => joinsEnded(`b${index}`));
	const { poll, requests } = aGroup([run('a', 'completed')], ...steps);
	expect(await poll()).toMatchObject({ finished: true });
	expect(requests).toHaveLength(5);
});

it('a list that comes empty once does not end the wait for the runs that it showed before', async () => {
	const forgotten: Run[] = [];
	const { poll } = aGroup(
		[run('a', 'running')],
		nothing,
		(runs) => forgotten.push(...runs.splice(0)),
		nothing,
		(runs) => runs.push(...forgotten),
		ends('a'),
	);
	expect(await poll()).toMatchObject({ finished: false });
	expect(await poll()).toBeNull();
	expect(await poll()).toMatchObject({ finished: false });
	expect(await poll()).toMatchObject({ finished: true });
});

it('a group without any run is waited for 15 seconds, and then it is an error', async () => {
	const { poll, clock } = aGroup([]);
	expect(await poll()).toBeNull();
	await clock.pause(14_000);
	expect(await poll()).toBeNull();
	await clock.pause(2_000);
	await expect(poll()).rejects.toMatchObject({ message: 'Flowscale lists no run of group "g"' });
});

it('a group whose list is not found is waited for as long, and each time anew', async () => {
	const notFound: Change = () => {
		throw new ServiceError('Flowscale answered HTTP 404', { status: 404 });
	};
	const { poll, clock } = aGroup(
		[run('a', 'running')],
		...[notFound, notFound, nothing, ...Array<Change>(6).fill(notFound)],
	);
	expect(await poll()).toBeNull();
	await clock.pause(14_000);
	expect(await poll()).toBeNull();
	expect(await poll()).toMatchObject({ finished: false });
	await clock.pause(14_000);
	expect(await poll()).toBeNull();
	await clock.pause(14_000);
	expect(await poll()).toBeNull();
	await clock.pause(2_000);
	await expect(poll()).rejects.toMatchObject({ message: 'Flowscale answered HTTP 404' });
});

it('runs that join while a group is cancelled are cancelled too, and each once', async () => {
	const { api, clock, requests } = aGroup(
		[run('a', 'completed'), run('b', 'running')],
		nothing,
		ends('b', 'cancelled'),
		joins('c'),
		ends('c', 'cancelled'),
	);
	expect(await cancelGroup(api, 'g', clock)).toEqual({
		group_id: 'g',
		total: 3,
		cancelled: 2,
		not_cancelled: 0,
		already_ended: 1,
		message: '2 of 2 open runs were cancelled',
	});
	expect(requests).toEqual(['list 1', 'cancel b', 'list 1', 'cancel c', 'list 1']);
});

it('a run whose cancel takes effect later is cancelled once', async () => {
	const { api, clock, requests } = aGroup(
		...[[run('b', 'running')], nothing, nothing, nothing, nothing, ends('b', 'cancelled')],
	);
	expect(await cancelGroup(api, 'g', clock)).toMatchObject({
		...{ total: 1, cancelled: 1 },
		message: '1 of 1 open run was cancelled',
	});
	expect(requests).toEqual(['list 1', 'cancel b', 'list 1', 'list 1', 'list 1']);
});

it('a run that completes although its cancel was accepted is not counted as cancelled', async () => {
	const { api, clock } = aGroup(
		[run('a', 'running'), run('b', 'running')],
		nothing,
		nothing,
		(runs) => {
			ends('a', 'cancelled')(runs);
			ends('b')(runs);
		},
	);
	expect(await cancelGroup(api, 'g', clock)).toMatchObject({
		cancelled: 1,
		not_cancelled: 1,
		already_ended: 0,
		message:
			'1 of 2 open runs were cancelled; the others: they ended before, or have not ended yet',
	});
});

const answers =
	(status: number, isRetryable: boolean): Change =>
	() => {
		throw new ServiceError(`Flowscale answered HTTP ${status}`, { status, isRetryable });
	};

describe('a cancel of a group after Stop', () => {
	const two = () => [run('a', 'running'), run('b', 'running')];
	const cancelsOf = (requests: string[]) => requests.filter((one) => one.startsWith('cancel'));

	it('is sent again for a run whose cancel met a busy service', async () => {
		const { cancel, requests } = aGroup(
			...[two(), nothing, answers(429, true), ends('a', 'cancelled'), nothing],
			ends('b', 'cancelled'),
		);
		expect(await cancel()).toBeUndefined();
		expect(cancelsOf(requests)).toEqual(['cancel b', 'cancel a', 'cancel b']);
	});

	it.each([
		['busy', answers(503, true), 'Flowscale answered HTTP 503'],
		['not willing', answers(409, false), 'Flowscale answered HTTP 409'],
		['answered emptily', '', 'Flowscale gave the cancel an empty answer, and the run continues'],
	])(
		'fails where a run continues, since the service was %s, though another one was cancelled',
		async (_, answer, message) => {
			const { api, cancel } = aGroup(two());
			api.cancel = async (id) => {
				if (id === 'a') return 'ok';
				return typeof answer === 'string' ? answer : (answer([]) as never);
			};
			await expect(cancel()).rejects.toThrow(message);
		},
	);

	it('is sent again for the run whose cancel met a busy service alone, whatever became of the others', async () => {
		const { api, clock, cancel, service } = aGroup([run('c', 'running'), ...two()]);
		const sent: string[] = [];
		const canceller = createRunCanceller({
			...{ clock, cancel, serviceName: 'Flowscale' },
			cancelFailure: service.cancelFailure,
			warn: (text) => sent.push(text),
		});
		api.cancel = async (id) => {
			sent.push(id);
			if (id === 'a') return 'ok';
			const isBusy = id === 'c' && sent.filter((one) => one === 'c').length < 9;
			return isBusy ? (answers(503, true)([]) as never) : (answers(409, false)([]) as never);
		};
		await canceller.cancel('g', 100_000);
		expect(sent.filter((one) => one !== 'c')).toEqual([
			...['b', 'a'],
			'Not all runs of group "g" could be cancelled at Flowscale: Flowscale answered HTTP 409 (run b)',
		]);
		expect(sent.filter((one) => one === 'c')).toHaveLength(9);
	});

	it.each([
		['401', 3],
		['404', 3],
		['409', 1],
	])(
		'that meets HTTP %s for one run is sent %d times for it, as for a single run, and once more when somebody asks again',
		async (status, tries) => {
			const { api, clock, cancel } = aGroup(two());
			const sent: string[] = [];
			const canceller = createRunCanceller({
				...{ clock, cancel, serviceName: 'Flowscale', warn: () => undefined },
			});
			let isRefused = true;
			api.cancel = async (id) => {
				sent.push(id);
				return id === 'b' && isRefused ? (answers(Number(status), false)([]) as never) : 'ok';
			};
			expect(await canceller.cancel('g', 1e9)).toBeInstanceOf(Error);
			expect(sent.filter((id) => id === 'b')).toHaveLength(tries);
			isRefused = false;
			expect(await canceller.cancel('g', 1e9)).toBe('accepted');
			expect([
				sent.filter((id) => id === 'a').length,
				sent.filter((id) => id === 'b').length,
			]).toEqual([1, tries + 1]);
		},
	);

	it('of a group that is listed a moment later is sent then', async () => {
		const { cancel, requests } = aGroup([], nothing, nothing, joins('a'), ends('a', 'cancelled'));
		expect(await cancel()).toBeUndefined();
		expect(cancelsOf(requests)).toEqual(['cancel a']);
	});

	it('of a group that is never listed fails after fifteen seconds', async () => {
		const { cancel, clock } = aGroup([]);
		let isAccepted = false;
		const failing = cancel('g', { isFirst: true, onAccepted: () => (isAccepted = true) });
		await expect(failing).rejects.toThrow('Flowscale lists no run of group "g"');
		expect([clock.now(), isAccepted]).toEqual([15_000, false]);
	});

	it('that was refused for good for all runs says so in the next listing', async () => {
		const { api, clock, cancel, requests } = aGroup(two());
		api.cancel = async () => answers(409, false)([]) as never;
		await expect(cancel()).rejects.toThrow('Flowscale answered HTTP 409');
		expect([clock.now(), requests]).toEqual([500, ['list 1', 'list 1']]);
	});

	it('that gets no answer ends with its first round, to be tried again', async () => {
		const { api, clock, cancel } = aGroup(two());
		api.cancel = async () => {
			await clock.pause(60_000);
			throw new ServiceError('No answer', { isRetryable: true });
		};
		await expect(cancel()).rejects.toThrow('No answer');
		expect(clock.now()).toBe(60_000);
	});

	it('that was refused for runs that have just ended is no failure', async () => {
		const { api, cancel } = aGroup(two(), nothing, (runs) => {
			ends('a')(runs);
			ends('b')(runs);
		});
		api.cancel = async () => answers(409, false)([]) as never;
		expect(await cancel()).toBeUndefined();
	});

	it('says that it was accepted as soon as it was, although the runs end later', async () => {
		const { clock, cancel } = aGroup(two());
		const acceptedMs: number[] = [];
		await cancel('g', { isFirst: true, onAccepted: () => acceptedMs.push(clock.now()) });
		expect([acceptedMs[0], clock.now() >= 15_000]).toEqual([0, true]);
	});

	it.each([
		['refused', 409],
		['answered emptily', 200],
	])('does not say so while that of one run is %s', async (_, status) => {
		const { api, cancel } = aGroup(two());
		let isAccepted = false;
		api.cancel = async (id) =>
			id === 'a' ? 'ok' : status === 200 ? '' : (answers(status, false)([]) as never);
		await cancel('g', { isFirst: true, onAccepted: () => (isAccepted = true) }).catch(
			() => undefined,
		);
		expect(isAccepted).toBe(false);
	});

	it.each([
		['all of them were cancelled', 'cancelled', 'cancelled'],
		['one of them completed', 'completed', 'succeeded'],
	])('shows in the group, once all have ended: %s', async (_, end, state) => {
		const group = two();
		const { cancel, poll } = aGroup(group);
		// In the background.
		void cancel();
		await Promise.resolve();
		expect(await poll()).toMatchObject({ finished: false });
		ends('a', 'cancelled')(group);
		ends('b', end)(group);
		expect(await poll()).toMatchObject({ finished: true, state });
	});

	it('is accepted where a run continues whose cancel is carried out later', async () => {
		const { cancel, requests } = aGroup(two());
		expect(await cancel()).toBeUndefined();
		expect(cancelsOf(requests)).toHaveLength(2);
	});
});

describe('a failure of a wait for a group speaks of the group', () => {
	const order = {
		...{ timeoutMs: 60_000, isFailedRunAnItem: false },
		cancelRemote: 'onStop',
	} as const;
	const pollWindow = {} as PollWindow;
	it.each<[string, (waiter: RunWaiter) => Promise<unknown>]>([
		[
			'begins',
			async (waiter) => await waiter.untilEnd(async () => runWithId('g'), order, pollWindow),
		],
		['comes back', async (waiter) => await waiter.rejoin(runWithId('g'), order, pollWindow)],
	])('when the wait %s', async (_, wait) => {
		const waiterThatFails = (failure: Error) =>
			waiterOfGroup(
				{
					untilEnd: async () => await Promise.reject(failure),
					rejoin: async () => await Promise.reject(failure),
				} as unknown as RunWaiter,
				'g',
			);
		const facts = { runId: 'g', state: 'running' } as const;
		const late = waiterThatFails(new WaitTimeout('The run did not end within 60 s', facts));
		expect(await endOf(wait(late))).toMatchObject({
			message: 'The runs of group "g" did not all end within 60 s',
			error: { facts: { runId: undefined, hint: expect.stringContaining('for the group again') } },
		});
		const refused = waiterThatFails(new ServiceError('Flowscale answered HTTP 401', facts));
		expect(await endOf(wait(refused))).toMatchObject({
			message: 'Flowscale answered HTTP 401 (group "g")',
			error: { facts: { runId: undefined } },
		});
	});
});

it('a group whose checks have not been answered for three days is given up as a group', () => {
	const given = new ServiceError('No answer from Flowscale', { runId: 'g' });
	const waiter = waiterOfGroup({ giveUp: () => given } as unknown as RunWaiter, 'g');
	const order = { timeoutMs: 0, cancelRemote: 'onStop', isFailedRunAnItem: false } as const;
	expect(waiter.giveUp(runWithId('g'), order, given)).toMatchObject({
		message: 'No answer from Flowscale (group "g")',
		facts: { runId: undefined },
	});
});

it.each([
	['a list that shifted left out', 'completed', 0, 1],
	['the service has forgotten', undefined, 1, 0],
])('a run that %s is asked for before it counts as cancelled', async (_, status, yes, no) => {
	const { api, clock, requests } = aGroup(
		[run('a', 'completed'), run('b', 'running')],
		nothing,
		nothing,
		(runs) => runs.pop(),
		(runs) => status !== undefined && runs.push(run('b', status)),
	);
	expect(await cancelGroup(api, 'g', clock)).toMatchObject({
		...{ total: 2, cancelled: yes, not_cancelled: no, already_ended: 1 },
	});
	expect(requests).toEqual(['list 1', 'cancel b', 'list 1', 'get b']);
});
