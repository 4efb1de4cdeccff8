import { createGroupTurns } from '../../../nodes/core/starting/groupTurns';
import { fakeClock } from '../../harness/fakeClock';
import { aRun, endOf } from '../../harness/runs';

const [one, other, third] = [{ name: 'one' }, { name: 'other' }, { name: 'third' }];

function turnsHarness() {
	const clock = fakeClock({ startMs: 1_000 });
	const turns = createGroupTurns(clock);
	const log: string[] = [];
	/** Takes part for so long, and starts this run. */
	const visit = async (execution: { name: string }, group: string, ms: number, runId?: string) => {
		const turn = await turns.enter(group, execution);
		const known = turn.startedByOthers.map(({ run_id }) => run_id).join('+');
		log.push(`${execution.name} in ${group} at ${clock.now() - 1_000}, knows ${known || 'none'}`);
		await clock.pause(ms);
		turn.leave(runId === undefined ? undefined : aRun(runId));
	};
	return { clock, turns, log, visit };
}

it('a second execution waits for the first, and learns what it started', async () => {
	const { visit, log } = turnsHarness();
	await Promise.all([visit(one, 'g', 100, 'a'), visit(other, 'g', 100, 'b'), visit(third, 'g', 1)]);
	expect(log).toEqual([
		'one in g at 0, knows none',
		'other in g at 100, knows a',
		'third in g at 200, knows b+a',
	]);
});

it('items of one execution share its turn, and other groups are not waited for', async () => {
	const { visit, log } = turnsHarness();
	await Promise.all([visit(one, 'g', 100, 'a'), visit(one, 'g', 50, 'b'), visit(other, 'h', 10)]);
	expect(log).toEqual([
		'one in g at 0, knows none',
		'one in g at 0, knows none',
		'other in h at 0, knows none',
	]);
});

it('an execution with many items lets others in between, and learns that the group changed', async () => {
	const { visit, log, turns } = turnsHarness();
	const first = visit(one, 'g', 100);
	await Promise.all([first, visit(other, 'g', 100, 'b'), visit(one, 'g', 10), visit(one, 'g', 10)]);
	expect(log).toEqual([
		'one in g at 0, knows none',
		'other in g at 100, knows none',
		'one in g at 200, knows b',
		'one in g at 200, knows b',
	]);
	expect((await turns.enter('g', one)).changedAtMs).toBe(1_200);
});

it('who is stopped while it waits, leaves the line', async () => {
	const { turns, clock, visit, log } = turnsHarness();
	const stop = new AbortController();
	const first = visit(one, 'g', 100);
	const stopped = endOf(turns.enter('g', other, stop.signal));
	const last = visit(third, 'g', 1);
	await clock.pause(50);
	stop.abort();
	expect(await stopped).toMatchObject({ kind: 'ExecutionCancelledError' });
	await Promise.all([first, last]);
	expect(log.at(-1)).toBe('third in g at 100, knows none');
});

it('what was started is forgotten after two minutes', async () => {
	const { visit, log, clock } = turnsHarness();
	await visit(one, 'g', 10, 'a');
	await clock.pause(120_001);
	await visit(other, 'g', 10);
	expect(log.at(-1)).toContain('knows none');
});
