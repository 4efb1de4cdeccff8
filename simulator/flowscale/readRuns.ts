import { json } from '../answer';
import { failure, invalid, missing, unprocessable } from './failures';
import type { Operation, Service } from './service';
import { showRun } from './showRun';
import type { SimulatedRun } from './simulatedRun';

const sortFields: Record<string, (run: SimulatedRun) => number | null> = {
	created_at: ({ createdAt }) => createdAt,
	started_at: ({ startedAt }) => startedAt,
	completed_at: ({ completedAt }) => completedAt,
};

const wholeNumber = (text: string, low: number, high: number): number | undefined =>
	/^\d+$/.test(text) && Number(text) >= low && Number(text) <= high ? Number(text) : undefined;

function shown(run: SimulatedRun, { view, dialect }: Service): Record<string, unknown> {
	if (dialect.list === 'openapi') return showRun(run, view, null);
	const entry = showRun(run, view, dialect.runIds === 'run_id' ? 'run_id' : '_id');
	if (dialect.listEntries === 'full') return entry;
	const { _id, run_id, status, outputs } = entry;
	return { ...(_id === undefined ? { run_id } : { _id }), status, outputs };
}

/** `GET /runs/{run_id}` */
export const getRun: Operation = ({ store, dialect, view }, { params, entry }) => {
	entry.runId = params.run_id;
	const run = store.get(params.run_id);
	if (!run) return failure(404, 'Run not found', dialect.errors);
	const errors =
		dialect.failureText === 'errors' && run.errorText !== null ? { errors: run.errorText } : {};
	return json(200, {
		status: 'success',
		data: showRun(run, view, dialect.runIds === 'absent' ? null : dialect.runIds),
		...errors,
	});
};

/**
 * `GET /runs` in pages, with `meta` (protocols: run list, with meta). Nulls sort as the smallest,
 * as in MongoDB.
 */
export const listRuns: Operation = (service, { entry }) => {
	const { store, dialect, listLagMs } = service;
	const { group_id: groupId = null } = entry.query;
	if (groupId === null && (dialect.groupRequired || dialect.list === 'openapi'))
		return unprocessable(missing('query', 'group_id'));
	const runs = store.all
		.filter((run) => groupId === null || run.groupId === groupId)
		.filter(({ createdAt }) => listLagMs === 0 || Date.now() - createdAt >= listLagMs);

	if (dialect.list !== 'paged') {
		// the readme's sample counts two and lists one: the number is not to be relied on
		const count = dialect.list === 'openapi' ? runs.length : runs.length + 1;
		const newestFirst = [...runs].sort((one, other) => other.createdAt - one.createdAt);
		return json(200, {
			status: 'success',
			data: { group_id: groupId, count, runs: newestFirst.map((run) => shown(run, service)) },
		});
	}

	const { sort_by: sortBy = 'created_at', sort_order: sortOrder = 'desc' } = entry.query;
	const page = wholeNumber(entry.query.page ?? '1', 1, Infinity);
	const pageSize = wholeNumber(entry.query.page_size ?? '10', 1, 100);
	const time = sortFields[sortBy];
	if (!time) return unprocessable(invalid('Invalid value', 'query', 'sort_by'));
	if (sortOrder !== 'asc' && sortOrder !== 'desc')
		return unprocessable(invalid('Invalid value', 'query', 'sort_order'));
	if (page === undefined)
		return unprocessable(invalid('Input should be at least 1', 'query', 'page'));
	if (pageSize === undefined)
		return unprocessable(invalid('Input should be from 1 to 100', 'query', 'page_size'));

	const direction = sortOrder === 'asc' ? 1 : -1;
	const sorted = [...runs].sort(
		(one, other) => direction * ((time(one) ?? -1) - (time(other) ?? -1)),
	);
	if (dialect.pageSizes === 'ignored') {
		const few = sorted.slice((page - 1) * 10, page * 10).map((run) => shown(run, service));
		return json(200, { status: 'success', data: { runs: few } });
	}
	return json(200, {
		status: 'success',
		meta: {
			sort_by: sortBy,
			sort_order: sortOrder,
			page,
			group_id: groupId,
			page_size: pageSize,
			total_count: runs.length,
			total_pages: Math.ceil(runs.length / pageSize),
		},
		data: {
			runs: sorted.slice((page - 1) * pageSize, page * pageSize).map((run) => shown(run, service)),
		},
	});
};
