import type { IExecuteFunctions } from 'n8n-workflow';
import { openProgress } from '../../../nodes/core/execution/progress';
import type { KnownRun } from '../../../nodes/core/runs/run';

/** Progress of a node, what it said, and ways to end it. */
function opened() {
	const lines: string[] = [];
	const execution = new AbortController();
	const node = new AbortController();
	const context = {
		getNode: () => ({ name: 'Draw' }),
		getMode: () => 'trigger',
		getExecutionCancelSignal: () => execution.signal,
		getInputData: () => Array.from({ length: 9 }, () => ({ json: {} })),
		getWorkflowDataProxy: () => ({}),
		logger: { info: (text: string) => lines.push(text), debug: () => undefined },
	} as unknown as IExecuteFunctions;
	const progress = openProgress(context, node.signal, 'Run > Get');
	return {
		progress,
		end: () => node.abort(),
		stop: () => {
			execution.abort();
			node.abort();
		},
		last: () => lines.at(-1),
	};
}

const createRun = (run_id: string, group_id: string | null = 'n8n-23') =>
	({ run_id, group_id, state: 'running', status: 'running', finished: false }) as KnownRun;
const endOf = (run: KnownRun): KnownRun => ({ ...run, state: 'succeeded', finished: true });

it('after a stop it is said which runs had not ended, and where they are found', () => {
	const { progress, stop, last } = opened();
	['a', 'b', 'c'].forEach((id) => progress.started(createRun(id)));
	progress.changed(endOf(createRun('b')));
	stop();
	expect(last()).toBe(
		'Draw: stopped while 2 runs had not ended: a, c in group n8n-23. Run > Get shows what became of each.',
	);
});

it('a stop with many runs names five of them, and a group only if it is the same for all', () => {
	const { progress, stop, last } = opened();
	['a', 'b', 'c', 'd', 'e', 'f', 'g'].forEach((id) =>
		progress.started(createRun(id, id === 'g' ? null : id)),
	);
	stop();
	expect(last()).toBe(
		'Draw: stopped while 7 runs had not ended: a, b, c, d, e and 2 more. Run > Get shows what became of each.',
	);
});

it.each([
	['the node ends by itself', 'end'],
	['a stop comes when all runs have ended', 'stop'],
] as const)('nothing is added when %s', (_, how) => {
	const made = opened();
	const run = createRun('a');
	made.progress.started(run);
	made.progress.changed(endOf(run));
	const before = made.last();
	made[how]();
	expect(made.last()).toBe(before);
});

it('a group is called a group, and has no state of a run', () => {
	const { progress, last } = opened();
	progress.groupChanged(createRun('poster'));
	expect(last()).toBe('Draw: group poster: some runs have not ended');
	progress.groupChanged(endOf(createRun('poster')));
	expect(last()).toBe('Draw: group poster: all runs have ended (1 of 9)');
});

it('a run that continues when the node ends by itself is no news', () => {
	const { progress, end, last } = opened();
	progress.started(createRun('a'));
	end();
	expect(last()).toBe('Draw: run a started (1 of 9)');
});
