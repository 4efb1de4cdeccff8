import { answer, LOST, started, startHarness } from './startHarness';
import type { StartRequest } from '../../../nodes/core/starting/startService';
import { aRun } from '../../harness/runs';

const same = { workflow_id: 'w', group_id: 'g', inputs: { prompt: 'a fox' } };

describe('a retry of the node', () => {
	it.each(['queued', 'running', 'completed', 'no such word'])(
		'takes the run that the item started, which is %s',
		async (status) => {
			const { open, start, order, runs, seen } = startHarness({
				fates: [{ result: started('r1') }],
			});
			await start(open(), order(0));
			runs.push(aRun('r1', { ...same, status }));
			expect(await start(open(), order(0))).toBe('r1');
			expect(seen.sent).toBe(1);
		},
	);

	it('takes it although the service does not know it yet', async () => {
		const { open, start, order, seen } = startHarness({ fates: [{ result: started('r1') }] });
		await start(open(), order(0));
		expect(await start(open(), order(0))).toBe('r1');
		expect(seen.sent).toBe(1);
	});

	it.each(['failed', 'cancelled', 'timed_out'])(
		'starts anew when the run is %s',
		async (status) => {
			const { open, start, order, runs } = startHarness({
				fates: [{ result: started('r1') }, { result: started('r2') }],
			});
			await start(open(), order(0));
			runs.push(aRun('r1', { ...same, status }));
			expect(await start(open(), order(0))).toBe('r2');
		},
	);

	it.each([
		['the item has other inputs now', { texts: { prompt: 'a wolf' } }],
		['it goes to another workflow now', { workflowId: 'v' }],
	])('starts anew when %s, by hand or by an agent', async (_, change) => {
		for (const [executionId, type] of [
			['2', 'flowscale'],
			['1', 'flowscaleTool'],
		]) {
			const { open, start, order, runs } = startHarness({
				fates: [{ result: started('r1') }, { result: started('r2') }],
			});
			await start(open('1', type), order(0));
			runs.push(aRun('r1', same));
			expect(await start(open(executionId, type), order(0, change))).toBe('r2');
		}
	});

	it('takes the run of an item whose expression gives another seed at each try', async () => {
		const { open, start, order, runs, seen } = startHarness({ fates: [{ result: started('r1') }] });
		await start(open(), order(0, { texts: { seed: '1' } }));
		runs.push(aRun('r1', { ...same, inputs: { seed: '1' } }));
		expect(await start(open(), order(0, { texts: { seed: '2' } }))).toBe('r1');
		expect(seen.sent).toBe(1);
	});

	it('takes the run of a wait that goes on after n8n was killed, whatever the seed is by now', async () => {
		const { open, start, order, seen } = startHarness({ fates: [{ result: started('r1') }] });
		await start(open(), order(0, { texts: { seed: '1' } }));
		expect(await start(open('2'), order(0, { texts: { seed: '2' }, isContinued: true }))).toBe(
			'r1',
		);
		expect(seen.sent).toBe(1);
	});

	it('takes the run although the group is named after another execution by now', async () => {
		const { open, start, order, runs, seen } = startHarness({ fates: [{ result: LOST }] });
		expect(await start(open(), order(0))).toMatchObject({ kind: 'ServiceError' });
		runs.push(aRun('r1', { ...same, created_at: new Date(Date.UTC(2026, 0, 1)).toISOString() }));
		expect(await start(open(), order(0, { groupId: 'h' }))).toBe('r1');
		expect(seen.sent).toBe(1);
	});

	it.each([
		['refused', answer(422)],
		[
			'never reached the service',
			{ code: 'X', reached: 'no', isRetryable: false, text: 'x' } as const,
		],
	])('starts anew when the first try was %s', async (_, result) => {
		const { open, start, order } = startHarness({ fates: [{ result }, { result: started('r1') }] });
		expect(await start(open(), order(0))).toMatchObject({ kind: 'ServiceError' });
		expect(await start(open(), order(0))).toBe('r1');
	});

	it('starts anew when the item’s files could not even be read', async () => {
		const { open, start, order } = startHarness({ fates: [{ result: started('r1') }] });
		const unreadable = async () => await Promise.reject(new Error('no such file'));
		expect(await start(open(), { ...order(0), send: unreadable })).toMatchObject({
			message: 'no such file',
		});
		expect(await start(open(), order(0))).toBe('r1');
	});

	it('takes the run of a first try without clear answer, shown by now', async () => {
		const { open, start, order, clock, runs, seen } = startHarness({ fates: [{ result: LOST }] });
		const created_at = new Date(clock.now() + 1_000).toISOString();
		expect(await start(open(), order(0))).toMatchObject({ kind: 'ServiceError' });
		runs.push(aRun('r1', { ...same, created_at }));
		expect(await start(open(), order(0))).toBe('r1');
		expect(seen.sent).toBe(1);
	});

	it('never starts a second run while the first try has no clear answer: a gateway may give up long before the service', async () => {
		const { open, start, order, seen } = startHarness({ fates: [{ result: answer(504) }] });
		await start(open(), order(0));
		for (let retry = 0; retry < 3; retry++)
			expect(await start(open(), order(0))).toMatchObject({
				message: expect.stringContaining('may have started'),
			});
		expect(seen.sent).toBe(1);
	});

	it('leaves the runs of other items alone', async () => {
		const { open, start, order, runs, clock } = startHarness({
			fates: [{ result: started('r1'), makes: 'r1' }, { result: LOST }],
		});
		const first = open();
		await Promise.all([start(first, order(0)), start(first, order(1))]);
		const retried = open();
		const again = await Promise.all([start(retried, order(1)), start(retried, order(0))]);
		expect([again[0], again[1], runs.length, clock.now() > 0]).toEqual([
			expect.objectContaining({ kind: 'ServiceError' }),
			'r1',
			1,
			true,
		]);
	});

	it('goes on with a run that failed meanwhile when it is the same wait', async () => {
		const { open, start, order, runs, seen } = startHarness({ fates: [{ result: started('r1') }] });
		await start(open(), order(0));
		runs.push(aRun('r1', { ...same, status: 'failed' }));
		expect(await start(open(), order(0, { isContinued: true }))).toBe('r1');
		expect(seen.sent).toBe(1);
	});
});

describe('Reuse Run', () => {
	const listed = [
		aRun('r3', { ...same, status: 'running' }),
		aRun('r2', { ...same, status: 'completed' }),
		aRun('r1', { ...same, status: 'failed' }),
	];
	it('takes unfinished and successful runs, each for one item, and starts the rest', async () => {
		const { open, start, order, seen } = startHarness({
			runs: [...listed],
			fates: [{ result: started('r4') }],
		});
		const starter = open();
		const taken = await Promise.all(
			[0, 1, 2].map(async (index) => await start(starter, order(index, { reuse: 'sameInputs' }))),
		);
		expect([taken, seen]).toEqual([['r3', 'r2', 'r4'], { sent: 1, listed: 1 }]);
	});

	it('leaves the run of a start that is answered after the next try has begun to its item', async () => {
		const fates = [
			{ result: started('r1'), makes: 'r1', afterMs: 20_000 },
			{ result: started('r2'), makes: 'r2' },
		];
		const { open, start, order, clock, seen } = startHarness({ fates });
		const first = start(open(), order(0, { reuse: 'sameInputs' }));
		await clock.pause(1_000);
		const again = open();
		await first;
		expect(await start(again, order(1, { reuse: 'sameInputs' }))).toBe('r2');
		expect([await start(again, order(0, { reuse: 'sameInputs' })), seen.sent]).toEqual(['r1', 2]);
	});

	it.each(['sameInputs', 'anyInGroup'] as const)(
		'%s: leaves the run of a start without clear answer to its item',
		async (reuse) => {
			const fates = [{ result: LOST }, { result: started('r2'), makes: 'r2' }];
			const { open, start, order, clock, runs } = startHarness({ fates });
			const created_at = new Date(clock.now() + 1_000).toISOString();
			expect(await start(open(), order(0, { reuse }))).toMatchObject({ kind: 'ServiceError' });
			runs.push(aRun('r1', { ...same, created_at }));
			const again = open();
			expect(await start(again, order(1, { reuse }))).toBe('r2');
			expect(await start(again, order(0, { reuse }))).toBe('r1');
		},
	);

	it('takes a run of before a start without clear answer', async () => {
		const { open, start, order, clock, runs } = startHarness({ fates: [{ result: LOST }] });
		await start(open(), order(0));
		const created_at = new Date(clock.now() - 60_000).toISOString();
		runs.push(aRun('r0', { ...same, created_at }));
		expect(await start(open(), order(1, { reuse: 'sameInputs' }))).toBe('r0');
	});

	it('counts no run as started that it took, in a retry of the node either', async () => {
		const { open, start, order } = startHarness({
			runs: [...listed],
			fates: [{ result: started('r4') }],
		});
		const tries = [open(), open()];
		for (const starter of tries)
			for (const index of [0, 1, 2]) await start(starter, order(index, { reuse: 'sameInputs' }));
		for (const starter of tries)
			expect(['r3', 'r2', 'r4'].filter((id) => starter.hasStarted(id))).toEqual(['r4']);
	});

	it.each<[string, Partial<StartRequest>]>([
		['it is off', { reuse: 'never' }],
		['there is no group', { reuse: 'sameInputs', groupId: undefined }],
		['no run has the same inputs', { reuse: 'sameInputs', texts: { prompt: 'a wolf' } }],
	])('starts a run when %s', async (_, known) => {
		const { open, start, order } = startHarness({
			runs: [...listed],
			fates: [{ result: started('r4') }],
		});
		expect(await start(open(), order(0, known))).toBe('r4');
	});

	it('looks anew for items that begin later: a run may have failed meanwhile', async () => {
		const { clock, open, start, order, runs, seen } = startHarness({
			runs: [aRun('r1', { ...same, status: 'running' })],
			fates: [{ result: started('r2') }, { result: started('r3') }],
		});
		const starter = open();
		await start(starter, order(0, { reuse: 'sameInputs', texts: { prompt: 'a wolf' } }));
		runs[0] = aRun('r1', { ...same, status: 'failed' });
		await clock.pause(60_000);
		expect([await start(starter, order(1, { reuse: 'sameInputs' })), seen.listed]).toEqual([
			'r3',
			2,
		]);
	});

	it('leaves a run to the item whose start made it, though the answer to that is still to come', async () => {
		const { clock, open, start, order } = startHarness({
			fates: [{ result: started('r1'), makes: 'r1', afterMs: 30_000 }, { result: started('r2') }],
		});
		const starter = open();
		const first = start(starter, order(0, { reuse: 'sameInputs' }));
		await clock.pause(20_000);
		const second = await start(starter, order(1, { reuse: 'sameInputs' }));
		expect([await first, second]).toEqual(['r1', 'r2']);
	});

	it('starts nothing when the list cannot be read', async () => {
		const { open, start, order, seen } = startHarness({ runs: [...listed], listFails: 1 });
		expect(await start(open(), order(0, { reuse: 'sameInputs' }))).toMatchObject({
			message: 'busy',
		});
		expect(seen.sent).toBe(0);
	});
});
