import { useFastTime } from '../../harness/fastTime';
import { rows } from '../../harness/storedTask';
import {
	after,
	endRuns,
	playSuspended,
	suspendedFlow,
	suspendedNode,
} from '../../harness/suspendedHarness';
import { useHarness } from '../../harness/useHarness';

const harness = useHarness();
useFastTime(30);

/** Longer than the first minute, so that it is over while the execution is suspended. */
const startTimeout = 150;

test('Start Timeout over suspensions: a run that never begins is cancelled, and one that has begun is waited for', async () => {
	// One container: the run that comes second stays in the queue.
	const made = await harness({ runMs: 36_000_000, containers: 1 });
	const node = suspendedNode(made, { onError: 'continueRegularOutput' }, { startTimeout });
	const { run, waits } = await playSuspended(made, suspendedFlow(node), rows(2), {
		onResume: (count) => {
			const [first, second] = made.flowscale.runs;
			// The first ends only after the second was given up.
			if (count > 2 && second.state === 'cancelled' && first.state === 'running') endRuns(made);
		},
	});
	expect([run.status, made.flowscale.runs.length]).toEqual(['success', 2]);
	expect(waits).toBeGreaterThanOrEqual(2);
	const states = made.flowscale.runs.map(({ state }) => state);
	expect([...states].sort()).toEqual(['cancelled', 'completed']);
	const begun = states.indexOf('completed');
	const items = after(run);
	// At this pace the cancel may be accepted only after the item has failed.
	const reason = expect.stringMatching(
		/^The run had not begun after .*\(run .*, state timed_out\)$/,
	) as unknown;
	const failed = [{ error: reason }, [], { item: 1 - begun }];
	const succeeded = ['succeeded', ['data'], { item: begun }];
	expect(items).toEqual(begun === 0 ? [succeeded, failed] : [failed, succeeded]);
}, 60_000);

test('Start Timeout over suspensions: a run that begins in time, however late, is waited for', async () => {
	const made = await harness({ runMs: 36_000_000, containers: 1 });
	const node = suspendedNode(made, {}, { startTimeout: 100_000 });
	const { run } = await playSuspended(made, suspendedFlow(node), rows(2), {
		onResume: (count) => {
			// Frees the container for the other one, which ends two resumes later.
			const first = made.flowscale.runs.find(({ state }) => state === 'running');
			if ((count === 2 || count === 4) && first) made.flowscale.finish(first.id);
		},
	});
	expect([run.status, after(run).length, made.requests('startRun')]).toEqual(['success', 2, 2]);
	expect(made.flowscale.runs.map(({ state }) => state)).toEqual(['completed', 'completed']);
}, 60_000);
