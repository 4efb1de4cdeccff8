import { useFastTime } from '../../harness/fastTime';
import { runWorkflow } from '../../harness/runWorkflow';
import { taskOf } from '../../harness/storedTask';
import {
	endRuns,
	openRuns,
	playSuspended,
	suspendedFlow,
	suspendedOptions,
} from '../../harness/suspendedHarness';
import { errorOf, type Harness, useHarness } from '../../harness/useHarness';

const harness = useHarness();
useFastTime(30);

const groups = ['posters', 'banners'].map((groupId) => ({ json: { group_id: groupId } }));
const waitMode = 'suspended';

/** Three runs in each of two groups, none of which has ended. */
const startedRuns = ({ flowscale }: Harness, perGroup = 3) =>
	groups.flatMap(({ json }) =>
		flowscale.addRuns(perGroup, (index) => ({
			groupId: json.group_id,
			state: 'running',
			createdAt: Date.now() - 60_000 + index * 1_000,
			completedAt: null,
		})),
	);

describe('group.wait, suspended', () => {
	it.each([1, 3, 20])(
		'gives exactly the items of In Execution after %d resumes',
		async (resumes) => {
			const made = await harness();
			startedRuns(made);
			const node = made.node('group.wait', { waitMode, options: suspendedOptions });
			const { run, waits } = await playSuspended(made, suspendedFlow(node), groups, {
				onResume: (resume) => {
					const next = openRuns(made.flowscale.runs)[0];
					if (resume >= resumes) endRuns(made);
					else if (openRuns(made.flowscale.runs).length > 1) made.flowscale.finish(next.id);
				},
			});
			expect(run.data.resultData.error).toBeUndefined();
			expect(waits).toBeGreaterThanOrEqual(resumes);
			const inPlace = await runWorkflow(
				made.engine,
				suspendedFlow(made.node('group.wait', { options: suspendedOptions })),
				groups,
			);
			expect(taskOf(run, 'Flowscale')).toEqual(taskOf(inPlace, 'Flowscale'));
			expect(taskOf(run, 'After')).toEqual(taskOf(inPlace, 'After'));
		},
		60_000,
	);

	it('gives a group that ended first, although a run joined it while the other was waited for', async () => {
		const made = await harness();
		const runs = startedRuns(made);
		for (const { id } of runs.slice(0, 3)) made.flowscale.finish(id);
		const node = made.node('group.wait', { waitMode, options: suspendedOptions });
		const { run } = await playSuspended(made, suspendedFlow(node), groups, {
			most: 5,
			onResume: (resume) => {
				if (resume === 1)
					made.flowscale.addRuns(1, { groupId: 'posters', state: 'running', completedAt: null });
				if (resume === 2) for (const { id } of runs.slice(3)) made.flowscale.finish(id);
			},
		});
		expect(run.data.resultData.error).toBeUndefined();
		expect(run.status).toBe('success');
		expect(taskOf(run, 'After')[0].outputs[0]).toHaveLength(6);
	}, 60_000);

	it('fails with the run that failed meanwhile, and cancels nothing', async () => {
		const made = await harness();
		const runs = startedRuns(made);
		const node = made.node('group.wait', { waitMode, options: suspendedOptions });
		const { run } = await playSuspended(made, suspendedFlow(node), groups, {
			onResume: () => {
				for (const { id } of openRuns(runs).slice(1)) made.flowscale.finish(id);
				made.flowscale.finish(runs[0].id, 'failed', { errorText: 'CUDA out of memory' });
			},
		});
		expect(errorOf(run).message).toContain('1 of 3 runs of group "posters" did not succeed');
		expect(made.requests('cancelRun')).toBe(0);
	}, 60_000);

	it('ends with an error when the service forgets the group while it is waited for', async () => {
		const made = await harness();
		startedRuns(made);
		const node = made.node('group.wait', { waitMode, options: suspendedOptions });
		const { run } = await playSuspended(made, suspendedFlow(node), groups, {
			most: 4,
			onResume: () => {
				made.flowscale.runs.splice(0);
			},
		});
		expect(errorOf(run).message).toContain('lists no run of group');
	}, 60_000);
});

describe('a wait for runs, suspended', () => {
	it.each([
		['forgets the run', 'run.wait'],
		['refuses the key', 'run.wait'],
		['refuses the key', 'group.wait'],
	] as const)(
		'ends with an error when the service %s: %s',
		async (trouble, operation) => {
			const made = await harness();
			const runs = startedRuns(made);
			const options = { ...suspendedOptions, pollInterval: 2 };
			const runId = '={{ $json.run_id }}';
			const node = made.node(operation, {
				waitMode,
				options,
				...(operation === 'run.wait' && { runId }),
			});
			const items =
				operation === 'run.wait' ? runs.map(({ id }) => ({ json: { run_id: id } })) : groups;
			const { run } = await playSuspended(made, suspendedFlow(node), items, {
				most: 6,
				onResume: (resume) => {
					if (resume > 1) return;
					const fault = { on: 'any', kind: 'status', times: 1_000 } as const;
					const [{ id }] = runs.splice(0, 1);
					made.flowscale.runs.splice(0, 1);
					made.flowscale.fault(
						trouble === 'forgets the run'
							? { ...fault, status: 404, match: ({ path }) => path.includes(id) }
							: { ...fault, status: 401 },
					);
				},
			});
			expect(run.status).toBe('error');
			expect(errorOf(run).message).toMatch(
				trouble === 'forgets the run' ? /does not know/i : /401/,
			);
			// Both groups are refused at the same time, and either may be the first to give up.
			if (operation === 'group.wait')
				expect(errorOf(run).message).toMatch(/\(group "(posters|banners)"\)/);
		},
		90_000,
	);
});
