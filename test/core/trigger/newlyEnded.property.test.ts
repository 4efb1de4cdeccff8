import fc from 'fast-check';
import {
	LATENESS_MS,
	updateMemory,
	readMemory,
	type TriggerMemory,
} from '../../../nodes/core/trigger/newlyEnded';
import type { Run } from '../../../nodes/core/runs/run';
import { hasEnded, type History, histories, listAt } from './eventHistories';

const SCOPE = 'filters';
const isWanted = ({ workflow_id, state }: Run) =>
	workflow_id === 'A' && (state === 'succeeded' || state === 'timed_out' || state === 'cancelled');
const isExpected = (run: History['runs'][number]) =>
	run.workflowId === 'A' && run.status !== 'failed';

/** What each good poll reports, by the trigger's memory. */
function reported(history: History): string[][] {
	let memory: TriggerMemory | undefined;
	let stored = 'null';
	const received: string[][] = [];
	for (const { atMs, before } of history.polls) {
		if (before === 'failure') continue;
		if (before === 'restart') memory = readMemory(JSON.parse(stored), SCOPE);
		const isFirst = memory === undefined;
		const runs = listAt(history, atMs);
		const observation = {
			runs: atMs % 2 === 0 ? runs : runs.reverse(),
			isComplete: true,
			reachedWatermark: true,
			isFromTop: true,
			latestEndMs: atMs + history.aheadMs + LATENESS_MS,
			createdSinceMs: -1,
			nextPage: 1,
		};
		const { memory: next, events } = updateMemory(memory, observation, atMs + history.aheadMs, {
			scope: SCOPE,
			isWanted,
		});
		memory = next;
		// n8n stores the memory at activation and with what was reported.
		if (isFirst || events.length > 0) stored = JSON.stringify(next);
		const ends = events.map(({ run }) => Date.parse(run.completed_at ?? run.created_at ?? ''));
		// One `expect` for each of 60,000 polls would take half of the time.
		if (ends.some((end, index) => end < ends[index - 1]))
			expect(ends).toEqual([...ends].sort((a, b) => a - b));
		received.push(events.map(({ id }) => id));
	}
	return received;
}

/**
 * What each good poll should report: the runs whose end it is the first to see, none at activation.
 */
function expected({ runs, polls }: History): string[][] {
	const done = new Set<string>();
	return polls
		.filter(({ before }) => before !== 'failure')
		.map(({ atMs }, index) => {
			const fresh = runs.filter((run) => hasEnded(run, atMs) && !done.has(run.id));
			fresh.forEach(({ id }) => done.add(id));
			return index === 0 ? [] : fresh.filter(isExpected).map(({ id }) => id);
		});
}

test('over 10,000 histories each run that ends after activation is reported once, by the first poll that can see it', () => {
	let [events, polls] = [0, 0];
	fc.assert(
		fc.property(histories(14), (history) => {
			const [received, wanted] = [reported(history), expected(history)];
			events += received.flat().length;
			polls += received.length;
			expect(received.map((ids) => [...ids].sort())).toEqual(wanted.map((ids) => [...ids].sort()));
		}),
		{ numRuns: 10_000, seed: 20_260_701 },
	);
	// A property over empty histories would hold as well.
	expect({ events: events > 20_000, polls: polls > 40_000 }).toEqual({ events: true, polls: true });
}, 120_000);
