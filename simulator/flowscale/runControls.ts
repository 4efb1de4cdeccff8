import type { Flowscale } from './flowscaleOptions';
import type { Service } from './service';

/** What a test does to runs from outside the API. */
export function createRunControls({
	store,
	containers,
	workflows,
}: Service): Pick<Flowscale, 'finish' | 'addRuns'> {
	const finish: Flowscale['finish'] = (runId, how = 'completed', extra) => {
		const run = store.get(runId);
		if (!run) throw new Error(`The simulator has no run ${runId}`);
		containers.finish(run, how, extra);
	};
	const addRuns: Flowscale['addRuns'] = (count, given = {}) =>
		Array.from({ length: count }, (_, index) => {
			const fields = typeof given === 'function' ? given(index) : given;
			const { workflow = workflows[0], groupId = null, parts = [], state = 'completed' } = fields;
			const now = Date.now();
			const startedAt = state === 'queued' ? null : now;
			const completedAt = state === 'queued' || state === 'running' ? null : now;
			return store.add(workflow, groupId, parts, {
				state,
				createdAt: now,
				startedAt,
				completedAt,
				...fields,
			});
		});

	return { finish, addRuns };
}
