import { answer, LOST, started, startHarness } from './startHarness';
import { aRun } from '../../harness/runs';

const before = (ms: number) => new Date(Date.UTC(2026, 0, 1) - ms).toISOString();
const same = { workflow_id: 'w', group_id: 'g', inputs: { prompt: 'a fox' } };

describe('a start without a clear answer', () => {
	it.each([
		['a lost connection', LOST],
		['a gateway that gave up', answer(504)],
		['an answer without an id', answer(200)],
	])('takes up the run that it made: %s', async (_, result) => {
		const { open, start, order, seen } = startHarness({ fates: [{ result, makes: 'r1' }] });
		expect(await start(open(), order(0))).toBe('r1');
		expect(seen).toEqual({ sent: 1, listed: 1 });
	});

	it('finds a run that the list shows late', async () => {
		const { open, start, order, clock, runs, seen } = startHarness({ fates: [{ result: LOST }] });
		clock.at(clock.now() + 3_000, () => runs.push(aRun('r1', { ...same, created_at: before(0) })));
		expect(await start(open(), order(0))).toBe('r1');
		expect(seen.listed).toBe(3);
	});

	it('finds it although the list fails at first, as after a restart of the service', async () => {
		const { open, start, order } = startHarness({
			fates: [{ result: LOST, makes: 'r1' }],
			listFails: 2,
		});
		expect(await start(open(), order(0))).toBe('r1');
	});

	it.each([
		['an hour ahead', 3_600_000],
		['an hour behind', -3_600_000],
	])('finds it on a service whose clock is %s', async (_, skewMs) => {
		const { open, start, order } = startHarness({ fates: [{ result: LOST, makes: 'r1' }], skewMs });
		expect(await start(open(), order(0))).toBe('r1');
	});

	it('does not take a run of before while the clock of the service is unknown', async () => {
		const skewMs = 60_000;
		const { open, start, order } = startHarness({
			fates: [{ result: LOST }],
			runs: [aRun('other', { ...same, created_at: before(10_000 - skewMs) })],
			skewMs,
			isClockUnknown: true,
		});
		expect(await start(open(), order(0))).toMatchObject({ kind: 'ServiceError' });
	});

	it('lists once more where the clock of the service turns out to be behind', async () => {
		const { open, start, order, seen } = startHarness({
			fates: [{ result: LOST, makes: 'r1' }],
			skewMs: -3_600_000,
			isClockUnknown: true,
		});
		expect(await start(open(), order(0))).toBe('r1');
		expect(seen).toEqual({ sent: 1, listed: 2 });
	});

	it.each([
		['was created before', { ...same, created_at: before(10_000) }],
		['tells no creation time', same],
		['has other inputs', { ...same, inputs: { prompt: 'a wolf' }, created_at: before(0) }],
		['is of another workflow', { ...same, workflow_id: 'v', created_at: before(0) }],
	])('does not take a run that %s', async (_, known) => {
		const { open, start, order } = startHarness({
			fates: [{ result: LOST }],
			runs: [aRun('other', known)],
		});
		expect(await start(open(), order(0))).toMatchObject({ kind: 'ServiceError' });
	});

	it('is named in the log at a later stop, which hands out no item and no failure', async () => {
		const { open, start, order, stop, warned } = startHarness({ fates: [{ result: LOST }] });
		expect(await start(open(), order(0))).toMatchObject({ kind: 'ServiceError' });
		expect(warned).toEqual([]);
		stop.abort();
		expect(warned).toEqual([expect.stringContaining('may have started')]);
	});

	it('is named in the log at a stop after the node has failed, while n8n waits to repeat it', async () => {
		const { open, start, order, stop, nodeEnd, warned } = startHarness({
			fates: [{ result: LOST }],
		});
		await start(open(), order(0, { groupId: undefined }));
		nodeEnd.abort();
		expect(warned).toEqual([]);
		stop.abort();
		expect(warned).toEqual([expect.stringContaining('may have started')]);
	});

	it('is named in the log where Stop comes during the search, and the search finds nothing', async () => {
		const { open, start, order, clock, stop, warned } = startHarness({ fates: [{ result: LOST }] });
		clock.at(clock.now() + 500, () => stop.abort());
		expect(await start(open(), order(0))).toMatchObject({ kind: 'ExecutionCancelledError' });
		await clock.pause(60_000);
		expect(warned).toEqual([expect.stringContaining('may have started')]);
	});

	it('is not looked up where the list tells no run ids', async () => {
		const { open, start, order, seen } = startHarness({
			fates: [{ result: LOST, makes: 'r1' }],
			canList: false,
		});
		expect(await start(open(), order(0))).toMatchObject({
			message: expect.stringContaining('may have started'),
		});
		expect(seen.listed).toBe(1);
	});

	it('is not looked up without a group', async () => {
		const { open, start, order, seen } = startHarness({ fates: [{ result: LOST, makes: 'r1' }] });
		expect(await start(open(), order(0, { groupId: undefined }))).toMatchObject({
			error: { facts: { hint: expect.stringContaining('without a group') } },
		});
		expect(seen.listed).toBe(0);
	});
});

describe('items that are alike', () => {
	it('each take a run of their own when no start is answered', async () => {
		const lost = (makes: string) => ({ result: LOST, makes });
		const { open, start, order } = startHarness({ fates: [lost('r1'), lost('r2'), lost('r3')] });
		const starter = open();
		const taken = await Promise.all(
			[0, 1, 2].map(async (index) => await start(starter, order(index))),
		);
		expect([...taken].sort()).toEqual(['r1', 'r2', 'r3']);
	});

	it('do not take the run of a start that is still being answered', async () => {
		const fates = [
			{ result: LOST, afterMs: 10 },
			{ result: started('r2'), makes: 'r2', afterMs: 20_000 },
		];
		const { open, start, order } = startHarness({ fates });
		const starter = open();
		const [first, second] = await Promise.all([start(starter, order(0)), start(starter, order(1))]);
		expect(second).toBe('r2');
		expect(first).toMatchObject({ message: expect.stringContaining('may have started') });
	});

	it('do not take the run of a start that was sent while they looked', async () => {
		const fates = [{ result: LOST }, { result: started('r2'), makes: 'r2', afterMs: 2_000 }];
		const { open, start, order, clock } = startHarness({ fates });
		const starter = open();
		const first = start(starter, order(0));
		await clock.pause(500);
		const second = start(starter, order(1));
		expect([await second, await first]).toEqual([
			'r2',
			expect.objectContaining({ kind: 'ServiceError' }),
		]);
	});

	it('leave the later run to the item that was sent later', async () => {
		const fates = [
			{ result: LOST, makes: 'r1', afterMs: 9_000 },
			{ result: LOST, makes: 'r2', afterMs: 5_000 },
		];
		const { open, start, order, clock } = startHarness({ fates });
		const starter = open();
		const first = start(starter, order(0));
		await clock.pause(4_000);
		expect(await Promise.all([first, start(starter, order(1))])).toEqual(['r1', 'r2']);
	});

	it('do not wait for starts of others', async () => {
		const fates = [
			{ result: LOST, makes: 'r1' },
			{ result: started('r2'), afterMs: 60_000 },
		];
		const { open, start, order, clock } = startHarness({ fates });
		const starter = open();
		const [first] = [
			start(starter, order(0)),
			start(starter, order(1, { texts: { prompt: 'a wolf' } })),
		];
		const begun = clock.now();
		expect(await first).toBe('r1');
		expect(clock.now() - begun).toBeLessThan(1_000);
	});
});

describe('two executions in one group send the same text', () => {
	const shared = { isGroupOfExecution: false };
	const lost = { message: expect.stringContaining('may have started') as string };

	it('and the one whose start made nothing does not take the other’s run', async () => {
		const fates = [
			{ result: LOST },
			{ result: started('r2'), makes: 'r2', makesAfterMs: 500, afterMs: 2_000 },
		];
		const { open, openOther, start, order } = startHarness({ fates });
		const first = start(open(), order(0, shared));
		const second = start(openOther(), order(0, shared));
		expect(await Promise.all([first, second])).toEqual([expect.objectContaining(lost), 'r2']);
	});

	it.each([
		['in the same millisecond', 0],
		['one after the other', 1],
	])('and where both starts are lost, %s, neither takes the only run', async (_, laterMs) => {
		const fates = [{ result: LOST }, { result: LOST, makes: 'r2', afterMs: 1_500 }];
		const { open, openOther, start, order, clock } = startHarness({ fates });
		const first = start(open(), order(0, shared));
		if (laterMs > 0) await clock.pause(laterMs);
		const second = start(openOther(), order(0, shared));
		expect(await Promise.all([first, second])).toEqual([
			expect.objectContaining(lost),
			expect.objectContaining(lost),
		]);
	});

	it('and one that sent something else is no reason to hesitate', async () => {
		const fates = [{ result: LOST }, { result: LOST, makes: 'r2', afterMs: 1_500 }];
		const { open, openOther, start, order } = startHarness({ fates });
		const first = start(open(), order(0, { ...shared, texts: { prompt: 'a wolf' } }));
		const second = start(openOther(), order(0, shared));
		expect(await Promise.all([first, second])).toEqual([expect.objectContaining(lost), 'r2']);
	});

	it('and one of an hour ago neither', async () => {
		const fates = [{ result: LOST }, { result: LOST, makes: 'r2' }];
		const { open, openOther, start, order, clock } = startHarness({ fates });
		expect(await start(open(), order(0, shared))).toMatchObject(lost);
		await clock.pause(3_700_000);
		expect(await start(openOther(), order(0, shared))).toBe('r2');
	});

	it('and a run that is only found there is not of this execution: the log says so, and Stop leaves it alone', async () => {
		const { open, start, order, warned } = startHarness({ fates: [{ result: LOST, makes: 'r1' }] });
		const starter = open();
		expect(await start(starter, order(0, shared))).toBe('r1');
		expect(warned).toEqual([
			'A start got no clear answer, and run r1 in group "g" was taken for its run. Another execution that uses the group may have started that run. If so, the run of this start is in the group, too.',
		]);
		expect(starter.hasStarted('r1')).toBe(false);
		const again = open();
		expect(await start(again, order(0, shared))).toBe('r1');
		expect(again.hasStarted('r1')).toBe(false);
	});

	it.each([
		['in the execution’s group it is cancelled', {}, ['r1'], []],
		[
			'in a group of several executions the log names it',
			shared,
			[],
			[expect.stringMatching(/Run r1 was found in group "g" after Stop.*not cancelled/)],
		],
	])('and a run that is found after Stop: %s', async (_, group, cancelled, texts) => {
		const fates = [{ result: LOST }];
		const { open, start, order, stop, clock, runs, warned } = startHarness({ fates });
		const late: string[] = [];
		const cancelLate = async (runId: string) => void late.push(runId);
		const ending = start(open(), order(0, { ...group, cancelLate }));
		clock.at(clock.now() + 500, () => stop.abort());
		clock.at(clock.now() + 800, () => runs.push(aRun('r1', { ...same, created_at: before(0) })));
		expect(await ending).toMatchObject({ kind: 'ExecutionCancelledError' });
		await clock.pause(10_000);
		expect(late).toEqual(cancelled);
		expect(warned).toEqual(texts);
	});

	it.each([
		['in the execution’s group it is the execution’s', {}, true, []],
		[
			'in a group of several executions the log names it',
			shared,
			false,
			[expect.stringMatching(/Run r1 was found in group "g" after Stop.*not cancelled/)],
		],
	])('and a start whose answer is lost after Stop: %s', async (_, group, isOurs, texts) => {
		const fates = [{ result: LOST, makes: 'r1', afterMs: 500 }];
		const { open, start, order, stop, clock, warned } = startHarness({ fates });
		const starter = open();
		const cancelLate = async () => undefined;
		clock.at(clock.now() + 200, () => stop.abort());
		expect(await start(starter, order(0, { ...group, cancelLate }))).toBe('r1');
		expect(starter.hasStarted('r1')).toBe(isOurs);
		expect(warned).toEqual(texts);
	});

	it('and a retry of the lost one still finds its run', async () => {
		const fates = [{ result: LOST }];
		const { open, start, order, clock, runs } = startHarness({ fates });
		const sentMs = clock.now();
		expect(await start(open(), order(0, shared))).toMatchObject(lost);
		runs.push(aRun('r1', { ...same, created_at: new Date(sentMs + 1_000).toISOString() }));
		expect(await start(open(), order(0, shared))).toBe('r1');
	});
});
